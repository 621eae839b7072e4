#!/bin/bash
# getmail: IMAP with implicit TLS. User names with blanks cannot be said.
. "$(dirname "$0")/../lib.sh"
. tests/programs/lib.sh
program getmail
servers
postseal add account work "host=localhost" "port=$imaps" "user=$user" \
    "password-command=$command"
rc=$work/'rc "#;%$'
mkdir -p "$HOME/Mail/work/new" "$HOME/Mail/work/cur" "$HOME/Mail/work/tmp"

export_it() { export_to getmail --output "$rc"; }
run() {
    run_program 10 $python "$program_root/usr/bin/getmail" -v -g "$work" \
        -r "$rc" >"$work/said" 2>&1
}

export_it
is "$status" 1 "a user name with blanks cannot be said"
like "$text" "without quotes" "which is told"
ok "$([ ! -e "$rc" ]; echo $?)" "and nothing is written"
set_user $'ann#;$\xc3\xa9'
postseal set "account work" user "$user"
export_it
is "$status" 1 "nor can one beyond ASCII"
# Its library takes ASCII alone in passwords too.
secret='s"e#c ;r%e$t\q' command="printf %s '$secret'"
postseal set "account work" password-command "$command"
set_user "ann#;\$'x"
postseal set "account work" user "$user"
serve good
export_it
is "$status" 0 "exported" || sed 's/^/#   /' <<<"$text"
run
logged_in "a trusted certificate by ca-file: logs in"
try_exceptions "imaps://localhost:$imaps" run
postseal set "account work" security starttls
export_it
is "$status" 1 "STARTTLS cannot be said"
like "$text" "no STARTTLS" "which is told"
no_check_off "$rc"
finish
