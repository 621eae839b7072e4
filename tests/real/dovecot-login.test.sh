#!/bin/bash
# Against a real Dovecot with all mechanisms on: each by name, the strongest by
# itself, a wrong password told as that by each.
. "$(dirname "$0")/../lib.sh"
. tests/real/lib.sh
. tests/real/dovecot.sh
make_certificates
dovecot_prepare
# EXTERNAL: the user is whom the certificate names.
cat >>"$dovecot/dovecot.conf" <<CONF
auth_mechanisms = plain login cram-md5 scram-sha-1 scram-sha-256 external
auth_username_chars =
auth_username_format = %u
ssl_ca = <$pki/ca.pem
ssl_require_crl = no
ssl_verify_client_cert = yes
auth_ssl_username_from_cert = yes
ssl_cert_username_field = commonName
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
CONF
echo "Ann Example:{PLAIN}:::::: nopassword=y" >>"$dovecot/users"
chmod 600 "$pki"/person*.pem

# try TYPE AUTH [LINE...]
try() {
    local port=$imaps
    [ "$1" = pop3 ] && port=$pop3s
    {
        printf '[defaults]\ntimeout = 5\n[account work]\ntype = %s\n' "$1"
        printf 'host = localhost\nport = %s\nsecurity = tls\n' "$port"
        printf 'auth = %s\n' "$2"
        printf '%s\n' "${@:3}"
    } >"$config"
    chmod 600 "$config"
    json=$(postseal --ca "$pki/ca.pem" test work/incoming --json-lines 2>&1)
    status=$?
}
ann='user = ann' secret='password-command = printf secret'
wrong='password-command = printf wrong'

dovecot_start good
for type in imap pop3; do
    for mechanism in PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256; do
        auth=$(printf %s "$mechanism" | tr A-Z a-z)
        try $type "$auth" "$ann" "$secret"
        is "$status" 0 "$type: $mechanism logs in" || printf '# %s\n' "$json"
        has "\"mechanism\":\"$mechanism\"" "$type: which is told"
        has '{"name":"mailbox","state":"ok"' "$type: the inbox opens"
        try $type "$auth" "$ann" "$wrong"
        has '"reason":"login"' "$type: $mechanism, a wrong password" ||
            printf '# %s\n' "$json"
    done
    try $type auto "$ann" "$secret"
    has '"mechanism":"SCRAM-SHA-256"' "$type: the strongest by itself"
    try $type scram-sha-256-plus "$ann" "$secret"
    has '"reason":"mechanism"' "$type: this Dovecot has no channel binding"
    try $type external 'user = Ann Example' "client-certificate = $pki/person.pem"
    is "$status" 0 "$type: EXTERNAL logs in by the certificate" ||
        printf '# %s\n' "$json"
    has '"mechanism":"EXTERNAL"' "$type: which is told"
    try $type auto "client-certificate = $pki/person.pem" 'user = Ann Example'
    has '"mechanism":"EXTERNAL"' "$type: by itself as well"
    try $type auto "client-certificate = $pki/person.pem"
    has '"mechanism":"EXTERNAL"' "$type: and without a user name"
    has '{"name":"mailbox","state":"ok"' "$type: as whom the certificate names"
    try $type plain "client-certificate = $pki/person.pem"
    has 'no user name is set' "$type: PLAIN needs one"
    try $type external "$ann" "client-certificate = $pki/person.pem"
    has '"reason":"login"' "$type: the certificate of another user"
    try $type external "$ann"
    has '"reason":"mechanism"' "$type: EXTERNAL without a certificate"
done
dovecot_stop
unlike "$(cat "$dovecot/log")" "secret" "no password lies in Dovecot's log"
finish
