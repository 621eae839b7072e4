#!/bin/bash
# Against a real Postfix whose Dovecot has all mechanisms on: each by name, with
# a right and a wrong password.
. "$(dirname "$0")/../lib.sh"
. tests/real/lib.sh
. tests/real/dovecot.sh
. tests/real/postfix.sh
make_certificates
dovecot_prepare
cat >>"$dovecot/dovecot.conf" <<CONF
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256
CONF
dovecot_start good
postfix_prepare
try() { # AUTH PASSWORD
    {
        printf '[smtp out]\nhost = localhost\nport = %s\nsecurity = starttls\n' \
            "$submission"
        printf 'auth = %s\nuser = ann\n' "$1"
        printf 'password-command = printf %s\n' "$2"
    } >"$config"
    chmod 600 "$config"
    json=$(postseal --ca "$pki/ca.pem" test smtp:out --json-lines 2>&1)
    status=$?
}

postfix_start good
for mechanism in PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256; do
    auth=$(printf %s "$mechanism" | tr A-Z a-z)
    try "$auth" secret
    is "$status" 0 "$mechanism logs in" || printf '# %s\n' "$json"
    has "\"mechanism\":\"$mechanism\"" "which is told"
    try "$auth" wrong
    has '"reason":"login"' "$mechanism: a wrong password"
done
try auto secret
has '"mechanism":"SCRAM-SHA-256"' "the strongest by itself"
finish
