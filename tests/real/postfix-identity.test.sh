#!/bin/bash
# Against a real Postfix that demands a certificate of the person.
. "$(dirname "$0")/../lib.sh"
. tests/real/lib.sh
. tests/real/dovecot.sh
. tests/real/postfix.sh
make_certificates
dovecot_prepare
dovecot_start good
postfix_prepare
cat >>"$postfix/main.cf" <<CONF
smtpd_tls_CAfile = $postfix/ca.pem
smtpd_tls_ask_ccert = yes
smtpd_tls_req_ccert = yes
smtpd_tls_security_level = encrypt
CONF
"${as_root[@]}" install -m 644 "$pki/ca.pem" "$postfix/ca.pem"
chmod 600 "$pki"/person*.pem
test_with() { # PORT SECURITY [CERTIFICATE]
    {
        printf '[smtp out]\nhost = localhost\nport = %s\nsecurity = %s\n' "$1" "$2"
        printf 'user = ann\npassword = secret\n'
        [ -z "${3-}" ] || printf 'client-certificate = %s/%s.pem\n' "$pki" "$3"
    } >"$config"
    chmod 600 "$config"
    json=$(postseal --ca "$pki/ca.pem" test smtp:out --json-lines 2>&1)
    status=$?
}

postfix_start good
for case in "$smtps tls" "$submission starttls"; do
    # shellcheck disable=SC2086 # two words
    set -- $case
    test_with "$@"
    like "$json" '"reason":"client-certificate"' "$2: none is set"
    like "$json" "No client certificate presented" "$2: in Postfix's words"
    test_with "$@" person
    is "$status" 0 "$2: logs in with a good one"
    test_with "$@" person-unknown
    like "$json" 'does not accept your certificate \"Ann Example\"' \
        "$2: one of a stranger is refused"
done
postfix_start selfsigned
test_with "$smtps" tls person
is "$status" 4 "a Postfix that is not trusted is the failure"
postfix_stop
is "$(postfix_log | grep -c "certificate verification failed\|Trusted TLS")" 0 \
    "and it saw no certificate"
finish
