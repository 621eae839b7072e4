#!/bin/bash
# msmtp: outgoing servers, with implicit TLS and with STARTTLS.
. "$(dirname "$0")/../lib.sh"
. tests/programs/lib.sh
program msmtp
servers smtp
postseal add account work "host=localhost" "port=$imaps" \
    email=ann@example.org smtp=relay
postseal add smtp relay host=localhost "port=$smtps" "user=$user" \
    "password-command=$command"
rc=$work/'rc "#;%$'

export_it() { export_to msmtp --output "$rc"; }
run() {
    printf 'Subject: x\n\nx\n' |
        run_program 10 msmtp -C "$rc" -a work bob@example.org \
            >"$work/said" 2>&1
}

serve good
export_it
is "$status" 0 "exported" || sed 's/^/#   /' <<<"$text"
is "$(stat -c %a "$rc")" 600 "for me alone"
run
logged_in "a trusted certificate by ca-file: logs in"
try_exceptions "smtps://localhost:$smtps" run
postseal set "smtp relay" port "$submission"
postseal set "smtp relay" security starttls
try_exceptions "smtp://localhost:$submission" run selfsigned
no_check_off "$rc"

# A password, and its place in what is shown.
postseal unset "smtp relay" password-command
printf '%s\n' "$secret" | postseal set "smtp relay" password -
export_it
unlike "$(cat "$rc")" "$secret" "no password without --with-passwords"
export_to msmtp --output "$rc" --with-passwords --dry-run
like "$text" '+password "(hidden)"' "a password is not shown"
export_to msmtp --output "$rc" --with-passwords
is "$status" 0 "written with it"
serve selfsigned
run
logged_in "logs in by the password in the file"
finish
