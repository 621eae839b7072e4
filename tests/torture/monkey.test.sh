#!/bin/bash
# A monkey at the keyboard: KEYS random keys, pastes and sizes (100,000 unless
# said otherwise), among accounts whose servers misbehave. The program may end
# by q and is started again; it may not crash, hang, or leave a file that is not
# valid. SEED plays the same keys again; MANY=10000 adds accounts, at a port where
# nobody listens. Under sanitizers:
#   make asan TESTS=monkey; BUILD=build/asan bash tests/torture/monkey.test.sh
. "$(dirname "$0")/../screen/lib.sh"
: "${KEYS:=100000}" "${SEED:=$(date +%s)}" "${MANY:=0}"
echo "# SEED=$SEED KEYS=$KEYS MANY=$MANY"
RANDOM=$SEED

faults=(good=none self=none worst=none mute@login drip@greeting escapes@login
    endless@capability lines@mailbox close@login reset@tls forged@login
    bad-login unavailable escapes@greeting many@capability preauth)
listeners=() n=0
for fault in "${faults[@]}"; do
    kind=good
    case $fault in self=*) kind=selfsigned ;; worst=*) kind=worst ;; esac
    listeners+=("i$n=imap:tls:$kind:${fault#*=}" "o$n=smtp:starttls:$kind:none")
    n=$((n + 1))
done
start_mailserver "${listeners[@]}"
{
    printf '# kept by hand\n[defaults]\ntimeout = 2\nsmtp = out0\n'
    for ((i = 0; i < n; i++)); do
        printf '[account acc%d]\n; %s\nlabel = Account %d\nhost = localhost\n' \
            $i "${faults[i]%%=*}" $i
        printf 'port = %s\nuser = ann\n' "$(port i$i)"
        [ $i = 3 ] || printf 'password-command = printf secret\n'
        printf 'smtp = out%d\nunknown-key = stays\n' $((i % 4))
    done
    for ((i = 0; i < 4; i++)); do
        printf '[smtp out%d]\nhost = localhost\nport = %s\nsecurity = starttls\n' \
            $i "$(port o$i)"
        printf 'account = acc%d\n' $i
    done
    for ((i = 0; i < MANY; i++)); do
        printf '[account many%d]\nhost = localhost\nport = 1\nuser = u%d\n' $i $i
    done
} >"$config"
chmod 600 "$config"
cp "$config" "$work/first.ini"
mkdir "$work/cwd"

# As often as it ends well: by q, or by Ctrl-C before the screens are there.
cat >"$work/again" <<AGAIN
cd "$work/cwd"
trap : INT
while :; do
    "$POSTSEAL" -c "$config" --ca "$pki/ca.pem" 2>>"$work/errors"
    status=\$?
    [ \$status != 130 ] || status=0
    echo \$status >>"$work/statuses"
    [ \$status = 0 ] || break
    sleep 0.05
done
while :; do sleep 60; done
AGAIN
: >"$work/errors"
: >"$work/statuses"
tmux_ start-server ';' set -g exit-empty off
tmux_ new-session -d -s s -x 80 -y 24 env TERM=screen-256color \
    bash --norc "$work/again"
tmux_ set -g status off
tmux_ set -g remain-on-exit on
shows "[1 Accounts]" "it starts"

# Single keys, by how often they come; no / among them: it could begin the path
# of a file outside.
single=(Up Up Down Down Down Left Right Right Home End PPage NPage Tab Tab Tab
    BTab Enter Enter Enter Enter Space Space Escape Escape Escape BSpace DC C-a
    C-e C-u C-k C-w C-l C-s C-c F1 F10 1 2 3 4 1 2 3 4 t t t a d i e v x r u s f
    o l w c n N g G j k y p h m b z '?' '<' '>' '*' '!' '-' q)
words=('imap.example.org' localhost 993 99999 '' 'ann' 'printf secret' 'ünï' '漢字'
    'é́' $'a\rb\tc' $'\e[2J' $'two\nlines' ';#"' "it's" ' blank ' 'oauth' 'none'
    '0' 'F41A 258C' "$(printf 'x%.0s' {1..400})")
sizes=(80x24 80x24 80x24 60x20 40x12 39x11 200x60 120x40 10x4 1x1 30x8 160x50)
raw=("1b" "1b 5b" "1b 4f" "1b 5b 41" "1b 5b 39 39 7e" "1b 5b 32 30 30 7e"
    "ff fe" "c3" "e2 80 ae" "00" "7f" "9b" "1b 5b 32 30 31 7e")
pressed=0 rounds=0 began=$SECONDS
while [ $pressed -lt "$KEYS" ] && ! grep -qv '^0$' "$work/statuses"; do
    batch=()
    for ((k = RANDOM % 60 + 2; k > 0; k--)); do
        batch+=("${single[RANDOM % ${#single[@]}]}")
    done
    tmux_ send-keys -t s "${batch[@]}" || break
    pressed=$((pressed + ${#batch[@]}))
    case $((RANDOM % 40)) in
    0 | 1 | 2)
        tmux_ set-buffer -- "${words[RANDOM % ${#words[@]}]:- }"
        tmux_ paste-buffer -p -t s ;;
    3 | 4 | 5) tmux_ send-keys -t s -l -- "${words[RANDOM % ${#words[@]}]}" ;;
    6 | 7)
        size=${sizes[RANDOM % ${#sizes[@]}]}
        tmux_ resize-window -t s -x "${size%x*}" -y "${size#*x}" ;;
    8 | 9)
        # shellcheck disable=SC2086
        tmux_ send-keys -t s -H ${raw[RANDOM % ${#raw[@]}]} ;;
    10 | 11) tmux_ send-keys -t s Escape Escape Escape 1 / ;;
    12 | 13) sleep 0.8 ;; # decisions are deaf for 0.7 s
    14) tmux_ send-keys -t s Escape Escape Escape Escape Escape q ;;
    esac 2>/dev/null
    rounds=$((rounds + 1))
    # Its own pace: at most a few hundred keys are on the way.
    [ $((rounds % 25)) != 0 ] || sleep 0.2
done
echo "# $pressed keys in $((SECONDS - began)) s," \
    "$(grep -c '^0$' "$work/statuses") good ends," \
    "$(wc -l <"$work/server.log") lines heard by servers"

is "$(tmux_ display -p -t s '#{pane_dead}')" 0 "the terminal lives" ||
    tmux_ display -p -t s '#   status #{pane_dead_status} signal #{pane_dead_signal}'
[ $pressed -ge "$KEYS" ]
ok $? "all keys were pressed"
is "$(grep -v '^0$' "$work/statuses")" "" "it always ended well" ||
    screen | sed 's/^/#   |/'
quiet() { # WHAT
    is "$(grep -cE 'Sanitizer|runtime error|Assertion' "$work/errors")" 0 "$1" ||
        sed 's/^/#   /' "$work/errors" | head -n 60
}
quiet "no sanitizer has a word to say"

# It still answers: nothing hangs.
resize 80x24
alive() {
    local tries=0
    while [ $tries -lt 60 ]; do
        keys Escape Escape Escape Escape Escape 1
        screen | grep -qF '[1 Accounts]' && return 0
        sleep 0.3
        tries=$((tries + 1))
    done
    return 1
}
alive
ok $? "five Escapes lead back to the first screen" || screen | sed 's/^/#   |/'
pid=$(pgrep -f "^$POSTSEAL -c $config" | head -n 1)
kill -TERM "$pid"
tries=0
while kill -0 "$pid" 2>/dev/null && [ $tries -lt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
! kill -0 "$pid" 2>/dev/null
ok $? "SIGTERM ends it"
quiet "not a word at the end either"

# The files are whole.
is "$(head -n 1 "$config")" "# kept by hand" "the comment is where it was"
cmp -s "$config" "$work/first.ini"
is $? 1 "the file was edited"
# An account may wait for its server, and name what was deleted, which is told;
# nothing else may be wrong.
"$POSTSEAL" -c "$config" check >"$work/check" 2>&1
is "$(grep -vE ': warning: |has no host|there is no \[|None of your cert' "$work/check")" "" \
    "and is valid"
is "$(grep -c '^unknown-key = stays' "$config")" \
    "$("$POSTSEAL" -c "$config" check 2>&1 | grep -c 'has no key "unknown-key"')" \
    "with the keys that postseal does not know"
is "$(stat -c %a "$config")" 600 "its mode is as before"
"$POSTSEAL" -c "$config" exception list >/dev/null 2>&1
ok $? "the exceptions can be read"
"$POSTSEAL" -c "$config" authority list >/dev/null 2>&1
ok $? "the authorities can be read"
finish
