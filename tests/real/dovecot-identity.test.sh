#!/bin/bash
# Against a real Dovecot that demands a certificate of the person: none, a good
# one, those of strangers; and none for one that is not trusted.
. "$(dirname "$0")/../lib.sh"
. tests/real/lib.sh
. tests/real/dovecot.sh
make_certificates
dovecot_prepare
cat >>"$dovecot/dovecot.conf" <<CONF
ssl_ca = <$pki/ca.pem
ssl_require_crl = no
ssl_verify_client_cert = yes
auth_ssl_require_client_cert = yes
CONF
chmod 600 "$pki"/person*.pem
test_with() { # TYPE PORT SECURITY [CERTIFICATE]
    {
        printf '[defaults]\ntimeout = 5\n[account work]\ntype = %s\n' "$1"
        printf 'host = localhost\nport = %s\nsecurity = %s\n' "$2" "$3"
        printf 'user = ann\npassword = secret\n'
        [ -z "${4-}" ] || printf 'client-certificate = %s/%s.pem\n' "$pki" "$4"
    } >"$config"
    chmod 600 "$config"
    json=$(postseal --ca "$pki/ca.pem" test work/incoming --json-lines 2>&1)
    status=$?
}

dovecot_start good
for case in "imap $imaps tls" "imap $imap starttls" "pop3 $pop3s tls" \
    "pop3 $pop3 starttls"; do
    # shellcheck disable=SC2086 # three words
    set -- $case
    name="$1 $3"
    test_with "$@"
    like "$json" '"reason":"client-certificate"' "$name: none is set"
    like "$json" "and none is set; it says: " "$name: in words"
    test_with "$@" person
    is "$status" 0 "$name: logs in with a good one"
    like "$json" '"client_certificate":"sent"' "$name: which was shown"
    for stranger in person-unknown person-expired; do
        test_with "$@" "$stranger"
        like "$json" '"reason":"client-certificate"' "$name: $stranger is refused"
        like "$json" 'does not accept your certificate \"Ann Example\"' \
            "$name: in words"
    done
done
dovecot_stop # so that all is written
is "$(grep -c "client sent an invalid cert" "$dovecot/log")" 8 \
    "Dovecot saw the bad ones"

dovecot_start selfsigned
test_with imap "$imaps" tls person
is "$status" 4 "a Dovecot that is not trusted is the failure"
test_with pop3 "$pop3" starttls person
is "$status" 4 "over STARTTLS too"
dovecot_stop
is "$(grep -c "client sent an invalid cert\|Login: user=" "$dovecot/log")" 0 \
    "and it saw no certificate"
like "$(cat "$dovecot/log")" "client didn't send a cert" "it says so"
finish
