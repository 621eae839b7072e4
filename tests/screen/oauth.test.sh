#!/bin/bash
# A test whose account logs in by OAuth shows the code and the address, waits,
# and goes on by itself.
. "$(dirname "$0")/lib.sh"
start_mailserver mail=imap:tls:good:auth=XOAUTH2 \
    a-complete=http:tls:good:oauth=complete a-never=http:tls:good:oauth=never \
    a-denied=http:tls:good:oauth=denied a-slow=http:tls:good:oauth=slow
grant() {
    cat >"$config" <<INI
[account work]
label = Work
host = localhost
port = $(port mail)
user = ann
oauth-client-id = postseal-test
oauth-device-endpoint = https://localhost:$(port "a-$1")/device
oauth-token-endpoint = https://localhost:$(port "a-$1")/token
INI
    chmod 600 "$config"
}
grant never
for size in 80x24 60x20 40x12; do
    start $size --ca "$pki/ca.pem"
    shows "Work" "$size: it starts"
    keys t
    shows "Permit access: account work" "$size: a test asks for permission"
    is "$(screen | grep -cx 'https://login.example.org/device')" 1 \
        "$size: the address stands alone in its line, from the first column"
    is "$(screen | grep -cx 'WDJB-MJHT')" 1 "$size: so does the code"
    [ -z "${LOOK:-}" ] || screen >&2
    is "$(cursor_line)" 'WDJB-MJHT' "$size: the cursor is on it"
    like "$(screen | tail -n 1)" 'Esc Stop' "$size: the key line says how to stop"
    deaf
    keys p
    shows "7 Log in" "$size: p hides it"
    like "$(screen | grep '7 Log in')" ' ...' "$size: the test waits"
    like "$(screen | tail -n 1)" 'p Code' "$size: the key line has the way back"
    keys p
    shows "WDJB-MJHT" "$size: and shows it again"
    deaf
    keys '?'
    shows "Stop waiting" "$size: help explains it"
    keys Escape Escape
    shows "Stopped." "$size: Escape stops it all"
    keys q q
    is "$(ended)" 0 "$size: it ends"
done

grant slow
start 80x24 --ca "$pki/ca.pem"
wait_for "Work"
keys t
shows "WDJB-MJHT" "a code is shown"
tmux_ pipe-pane -O -t s "cat >'$work/bytes'"
sleep 1
is "$(wc -c <"$work/bytes")" 0 "the screen is silent while it waits"
tmux_ pipe-pane -t s
keys 2
for _ in 1 2; do wait_for "Logged in with XOAUTH2" && break; done
shows "Logged in with XOAUTH2" "once permitted the test goes on by itself"
shows_not "Permit access" "and the code is gone"
keys r
shows "Logged in with XOAUTH2" "the token serves again"
is "$(grep -c 'POST /device' "$work/server.log")" 4 "... without another code"
keys Escape q

grant denied
start 80x24 --ca "$pki/ca.pem"
wait_for "Work"
keys t
shows "It was not permitted" "what was turned down is told"
shows "Correct the OAuth settings" "... with a cure"
keys Escape q
is "$(ended)" 0 "it ends"
found=$(grep -rlaE 't0ken|d3vice' "$work" --exclude-dir=pki --exclude=server.log)
is "$found" '' "no token is in any file"
finish
