#!/bin/bash
# s-nail: reading and sending, with implicit TLS and with STARTTLS.
. "$(dirname "$0")/../lib.sh"
. tests/programs/lib.sh
program s-nail
servers smtp
postseal add smtp relay host=localhost "port=$smtps" "user=$user" \
    "password-command=$command"
postseal add account work "host=localhost" "port=$imaps" "user=$user" \
    "password-command=$command" email=ann@example.org smtp=relay \
    'name=Ann "O" $x'
rc=$work/'rc "#;%$'

export_it() { export_to s-nail --output "$rc"; }
receive() {
    MAILRC=$rc run_program 8 s-nail -:u -e -A work </dev/null \
        >"$work/said" 2>&1
}
send() {
    echo x | MAILRC=$rc run_program 8 s-nail -:u -A work -Ssendwait -SDEAD=/dev/null \
        -s x bob@example.org >"$work/said" 2>&1
}

serve good
export_it
is "$status" 0 "exported" || sed 's/^/#   /' <<<"$text"
receive
logged_in "reading, a trusted certificate by ca-file: logs in"
: >"$dovecot/log"
send
logged_in "sending: logs in"
try_exceptions "imaps://localhost:$imaps" receive
try_exceptions "smtps://localhost:$smtps" send
postseal set "smtp relay" port "$submission"
postseal set "smtp relay" security starttls
try_exceptions "smtp://localhost:$submission" send selfsigned
no_check_off "$rc"
finish
