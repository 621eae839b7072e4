# shellcheck shell=bash
# lib.sh: what all test scripts share. Each sources it, checks with ok, is, like
# and unlike, and ends with `finish`.
set -u
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
: "${BUILD:=build}" "${POSTSEAL:=$PWD/$BUILD/postseal}"
work=$(mktemp -d "${TMPDIR:-/tmp}/postseal-test.XXXXXX")
chmod 700 "$work"
export HOME=$work/home XDG_CONFIG_HOME=$work/config XDG_STATE_HOME=$work/state
mkdir -m 700 "$HOME" "$XDG_CONFIG_HOME" "$XDG_STATE_HOME"
export LC_ALL=C.UTF-8 TZ=UTC
unset NO_COLOR ESCDELAY TMUX
count=0 failures=0 pids=()

# on_exit is for more cleaning up: set it to a command.
on_exit=:
clean_up() {
    local pid
    trap '' HUP INT TERM # a second one must not cut this short
    eval "$on_exit"
    for pid in "${pids[@]}"; do
        kill "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
    done
    rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 1' INT TERM HUP

ok() { # STATUS TEXT
    count=$((count + 1))
    if [ "$1" = 0 ]; then
        echo "ok $count - $2"
    else
        echo "not ok $count - $2"
        failures=$((failures + 1))
        return 1
    fi
}
is() { # GOT WANTED TEXT
    [ "$1" = "$2" ]
    ok $? "$3" || printf '#   got:    %s\n#   wanted: %s\n' "$1" "$2"
}
like() { # GOT PART TEXT
    [[ $1 == *"$2"* ]]
    ok $? "$3" || printf '#   got:    %s\n#   wanted: ...%s...\n' "$1" "$2"
}
unlike() { # GOT PART TEXT
    [[ $1 != *"$2"* ]]
    ok $? "$3" || printf '#   got:    %s\n#   without: %s\n' "$1" "$2"
}
skip() { # TEXT REASON
    count=$((count + 1))
    echo "ok $count - $1 # SKIP $2"
}
finish() {
    echo "1..$count"
    [ $failures = 0 ]
    exit
}

# The project's own mail server: start_mailserver SPEC...; then port NAME.
pki=$work/pki
start_mailserver() {
    local tries=0
    : >"$work/ports"
    "$BUILD/tests/server/mailserver" --pki "$pki" --log "$work/server.log" \
        "$@" >"$work/ports" 2>&1 </dev/null &
    pids+=($!)
    while ! grep -q '^ready' "$work/ports"; do
        tries=$((tries + 1))
        if [ $tries -gt 200 ]; then
            cat "$work/ports"
            ok 1 "the mail server starts"
            finish
        fi
        sleep 0.05
    done
    : >"$work/server.log"
}
port() { awk -v name="$1" '$2 == name { print $3 }' "$work/ports"; }

# Every test has its own accounts.ini.
postseal() { "$POSTSEAL" -c "$config" "$@"; }
mkdir -m 700 "$work/config/postseal"
config=$work/config/postseal/accounts.ini

# For accounts.ini: an account of ann's at one of its listeners.
ann_at() { # ID LISTENER LABEL
    printf '[account %s]\nlabel = %s\nhost = localhost\nport = %s\nuser = ann\n' \
        "$1" "$3" "$(port "$2")"
    echo "password-command = printf secret"
}
