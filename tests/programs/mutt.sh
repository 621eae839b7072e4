# shellcheck shell=bash
# mutt.sh: what mutt and NeoMutt are both tried with; sourced with $mutt set.
. tests/programs/lib.sh
program "$mutt"
servers smtp
postseal add account work "host=localhost" "port=$imaps" "user=$user" \
    "password-command=$command" email=ann@example.org smtp=relay
postseal add smtp relay host=localhost "port=$smtps" "user=$user" \
    "password-command=$command"
rc=$work/'rc "#;%$'
unset MAIL EMAIL

export_it() { export_to "$mutt" --output "$rc"; }
# On a terminal: the empty inbox ends it; a question is answered with no.
receive() {
    printf 'rrr' | TERM=xterm run_program 8 script -qec \
        "$mutt -n -F '$rc' -z" /dev/null >"$work/said" 2>&1
}
send() {
    echo x | run_program 8 "$mutt" -n -F "$rc" -s x bob@example.org \
        >"$work/said" 2>&1
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
postseal set "account work" port "$imap"
postseal set "account work" security starttls
try_exceptions "imap://localhost:$imap" receive selfsigned
no_check_off "$rc"
try_tunnel send "smtps://localhost:$smtps" "$mutt" --output "$rc"
try_tunnel receive "imap://localhost:$imap" "$mutt" --output "$rc"
finish
