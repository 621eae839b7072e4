#!/bin/bash
# What is left of a password or a token: in the memory of the running program, as a core
# image would hold it, in its files, its arguments and its terminal's bytes.
# Reading the memory needs root: through sudo, without a question; else all is
# skipped.
. "$(dirname "$0")/../screen/lib.sh"
. tests/real/lib.sh
as_root=()
if [ "$(id -u)" != 0 ]; then
    as_root=(sudo -n)
    "${as_root[@]}" true 2>/dev/null ||
        skip_all "memory is read as root only, and sudo asks for a password"
fi
if [ "$BUILD" = build/asan ]; then
    skip_all "AddressSanitizer keeps what is freed"
fi
# Beyond ASCII: SASLprep has to work on it.
password='Kennwort-7f3a9c51e2-für-d84b06f1c7'
token=ya29.T0kenRand0mAndLongEnough-5b1c77e09d
printf '%s' "$password" >"$work/secret"
printf '%s' "$token" >"$work/token"

listeners=(imap-mute=imap:tls:good:mute imap-own=imap:tls:good:no-plain
    pop3-own=pop3:tls:good:no-plain)
cases=()
for protocol in imap pop3 smtp; do
    for mechanism in PLAIN LOGIN CRAM-MD5 SCRAM-SHA-256 SCRAM-SHA-256-PLUS; do
        listeners+=("$protocol-$mechanism=$protocol:tls:good:auth=$mechanism")
        cases+=("$protocol-$mechanism")
    done
done
cases+=(imap-own pop3-own)
tokens=()
for protocol in imap pop3 smtp; do
    for mechanism in XOAUTH2 OAUTHBEARER; do
        listeners+=("$protocol-$mechanism=$protocol:tls:good:auth=$mechanism")
        tokens+=("$protocol-$mechanism")
    done
done
start_mailserver --password "$password" --token "$token" "${listeners[@]}"

# -- what to look for --------------------------------------------------------

base64_of() { printf "$@" | base64 -w 0; }
hex_of() { od -An -v -tx1 | tr -d ' \n'; }
as_plain=$(base64_of '\0ann\0%s' "$password")
as_login=$(base64_of %s "$password")
# The salt and the iterations of the project's own server.
salted=$(openssl kdf -keylen 32 -kdfopt digest:SHA256 -kdfopt iter:4096 \
    -kdfopt "pass:$password" -kdfopt "hexsalt:$(printf 'QSXCR+Q6sek8bf92' |
        base64 -d | hex_of)" PBKDF2 | tr -d : | tr A-F a-f)
as_xoauth2=$(base64_of 'user=ann\1auth=Bearer %s\1\1' "$token")
as_bearer=$(base64_of 'n,a=ann,\1host=localhost\1port=%s\1auth=Bearer %s\1\1' \
    "$(port imap-OAUTHBEARER)" "$token")
cat >"$work/wanted" <<WANTED
password text $password
beginning text ${password:0:12}
end text ${password: -12}
plain text ${as_plain:8:32}
plain-end text ${as_plain: -16}
login text ${as_login:0:32}
ucs4-end hex $(printf %s "${password: -6}" | iconv -t UTF-32LE | hex_of)
salted hex $salted
salted-end hex ${salted: -24}
salted-text text $salted
token text $token
token-beginning text ${token:0:16}
token-end text ${token: -16}
xoauth2 text ${as_xoauth2:28:32}
bearer text ${as_bearer: -32}
WANTED
memory_of() { # PID
    "${as_root[@]}" "$BUILD/tests/leak/memory" "$1" <"$work/wanted" 2>&1
}
# One copy is at hand for the other servers of the run, until that is over: its
# page is in no core image. It also shows that the search finds things.
only_the_kept_one() { # PID WHAT [password|token]
    memory_of "$1" >"$work/found"
    like "$(cat "$work/found")" "${3-password} anonymous undumped" \
        "$2: the run keeps one copy, out of core images"
    is "$(grep -v ' undumped$' "$work/found")" "" "$2: there is no other"
}
# In each file below the folder of the test, but where it was put.
in_files() {
    local word
    for word in "$password" "${as_plain:8:32}" "${as_login:0:32}" "$salted" \
        "$token" "${as_xoauth2:28:32}" "${as_bearer: -32}"; do
        grep -rlF -e "$word" "$work" --exclude secret --exclude token \
            --exclude wanted --exclude server.log
    done
}

# -- one test by command -----------------------------------------------------

account() { # NAME LISTENER
    local type=${2%%-*}
    if [ "$type" = smtp ]; then
        printf '[smtp %s]\n' "$1"
    else
        printf '[account %s]\ntype = %s\n' "$1" "$type"
    fi
    printf 'host = localhost\nport = %s\nsecurity = tls\nuser = ann\n' \
        "$(port "$2")"
    case ${3-password} in
    typed) ;;
    *) printf '%s-command = cat %s/%s\n' "${3-password}" "$work" \
        "$([ "${3-password}" = token ] && echo token || echo secret)" ;;
    esac
    printf 'timeout = 60\n'
}
wait_for_result() {
    local tries=0
    until grep -qs '"target"' "$work/result" || [ $tries -gt 1200 ]; do
        tries=$((tries + 1))
        sleep 0.05
    done
}
# The second server never answers: the program goes on after the first login.
logs_in() { # LISTENER password|token
    local name=$1 target=first/incoming pid
    { account first "$name" "$2"; account second imap-mute "$2"; } >"$config"
    [[ $name == *-LOGIN || $name == *-own ]] && sed -i '/^port/a auth = login' "$config"
    chmod 600 "$config"
    [[ $name == smtp-* ]] && target=smtp:first
    rm -f "$work/result" # that of the test before is none
    "$POSTSEAL" -c "$config" --ca "$pki/ca.pem" test "$target" \
        second/incoming --json-lines >"$work/result" 2>&1 </dev/null &
    pid=$!
    wait_for_result
    like "$(cat "$work/result")" '"ok":true' "$name logs in"
    only_the_kept_one $pid "$name" "$2"
    is "$("${as_root[@]}" cat /proc/$pid/cmdline /proc/$pid/environ |
        grep -cF -e "$password" -e "$token")" 0 \
        "$name: not in arguments and environment"
    kill $pid
    wait $pid 2>/dev/null
}
for name in "${cases[@]}"; do
    logs_in "$name" password
done
for name in "${tokens[@]}"; do
    logs_in "$name" token
done
is "$(in_files)" "" "nor in a file"

# -- in the screens ----------------------------------------------------------

{
    account first imap-PLAIN
    account second imap-SCRAM-SHA-256
    account third imap-PLAIN typed
    account fourth imap-XOAUTH2 token
} >"$config"
chmod 600 "$config"
start 80x24 --ca "$pki/ca.pem"
shows "[1 Accounts]" "the screens open"
tmux_ pipe-pane -O -t s "cat >'$work/bytes'"
keys t
shows "Logged in with PLAIN" "the first account is tested"
keys Escape Down t
shows "Logged in with SCRAM-SHA-256" "the second one, too"
pid=$(pgrep -f "^[^ ]*postseal -c $work/" | head -n 1)
is "$(memory_of "$pid")" "" "nothing of the password is left in memory"
keys Escape Down t
shows "asks for the password of ann" "the third asks for it"
deaf
text "$password"
shows "$(printf '%*s' ${#password} '' | tr ' ' '*')" "it is typed"
like "$(memory_of "$pid")" "password anonymous undumped" \
    "what is typed is to be found while it is"
keys Enter
shows "Logged in with PLAIN" "and logs in"
shows_no_more "running" "that test ends"
is "$(memory_of "$pid")" "" "nothing of what was typed is left in memory"
keys r
wait_for "asks for the password of ann"
deaf
text "$password"
keys Escape
shows "No password was typed" "typed and thrown away"
is "$(memory_of "$pid")" "" "nothing is left of that"
keys Escape Down t
shows "Logged in with XOAUTH2" "the fourth has a token"
shows_no_more "running" "and ends"
is "$(memory_of "$pid")" "" "nothing of the token is left in memory"
keys Escape C-c
tmux_ pipe-pane -t s
like "$(cat "$work/bytes")" "Logged in with" "the terminal's bytes are there"
end_terminal
is "$(in_files)" "" "and nothing in them, nor in any file"
finish
