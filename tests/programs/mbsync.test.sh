#!/bin/bash
# mbsync: IMAP, with implicit TLS and with STARTTLS.
. "$(dirname "$0")/../lib.sh"
. tests/programs/lib.sh
program mbsync
servers
postseal add account work "host=localhost" "port=$imaps" "user=$user" \
    "password-command=$command"
mkdir -p "$HOME/Mail/work"
rc=$work/'rc "#;%$'

export_it() { export_to mbsync --output "$rc"; }
run() { run_program 10 mbsync -c "$rc" -l work >"$work/said" 2>&1; }

serve good
export_it
is "$status" 0 "exported" || sed 's/^/#   /' <<<"$text"
run
logged_in "a trusted certificate by ca-file: logs in"
try_exceptions "imaps://localhost:$imaps" run
postseal set "account work" port "$imap"
postseal set "account work" security starttls
try_exceptions "imap://localhost:$imap" run selfsigned
no_check_off "$rc"
try_tunnel run "imap://localhost:$imap" mbsync --output "$rc"
finish
