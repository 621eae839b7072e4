#!/bin/bash
# offlineimap: IMAP with implicit TLS. STARTTLS is never written.
. "$(dirname "$0")/../lib.sh"
. tests/programs/lib.sh
program offlineimap
servers
postseal add account work "host=localhost" "port=$imaps" "user=$user" \
    "password-command=$command"
rc=$work/'rc "#;%$'
mkdir -p "$HOME/Mail/work"

export_it() { export_to offlineimap --output "$rc"; }
run() {
    run_program 15 $python "$program_root/usr/bin/offlineimap" -o -u basic \
        -c "$rc" >"$work/said" 2>&1
}

serve good
export_it
is "$status" 0 "exported" || sed 's/^/#   /' <<<"$text"
run
logged_in "a trusted certificate by ca-file: logs in"
try_exceptions "imaps://localhost:$imaps" run
no_check_off "$rc"
postseal set "account work" security starttls
export_it
is "$status" 1 "STARTTLS cannot be said"
like "$text" "checks no certificate with STARTTLS" "which is told"
postseal set "account work" port "$imap"
try_tunnel run "imap://localhost:$imap" offlineimap --output "$rc"
finish
