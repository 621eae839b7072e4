#!/bin/bash
# fetchmail: IMAP and POP3, with implicit TLS and with STARTTLS; the password
# in its file, as it has no command for it.
. "$(dirname "$0")/../lib.sh"
. tests/programs/lib.sh
program fetchmail
servers
postseal add account work "host=localhost" "port=$imaps" "user=$user"
printf '%s\n' "$secret" | postseal set "account work" password -
rc=$work/'rc "#;%$'

export_it() { export_to fetchmail --with-passwords --output "$rc"; }
run() {
    run_program 10 fetchmail --nosyslog -c -v -f "$rc" --pidfile "$work/fm.pid" \
        </dev/null >"$work/said" 2>&1
}

serve good
export_it
is "$status" 0 "exported" || sed 's/^/#   /' <<<"$text"
is "$(stat -c %a "$rc")" 600 "for me alone"
run
logged_in "a trusted certificate by ca-file: logs in"
try_exceptions "imaps://localhost:$imaps" run
postseal set "account work" type pop3
postseal set "account work" port "$pop3"
postseal set "account work" security starttls
try_exceptions "pop3://localhost:$pop3" run selfsigned
no_check_off "$rc"
grep -q 'no sslcertck sslfingerprint "[0-9A-F:]*"$' "$rc"
ok $? "no sslcertck stands beside a fingerprint only"
is "$(grep -c 'no sslcertck' "$rc")" "$(grep -c sslfingerprint "$rc")" "each"

postseal unset "account work" password
postseal set "account work" password-command "$command"
export_it
is "$status" 1 "a password command cannot be said"
like "$text" "cannot run a password command" "which is told"
postseal unset "account work" password-command
printf '%s\n' "$secret" | postseal set "account work" password -
try_tunnel run "pop3://localhost:$pop3" fetchmail --output "$rc" --with-passwords
finish
