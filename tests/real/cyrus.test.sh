#!/bin/bash
# Against a real Cyrus, whose SASL library is another make than Dovecot's: each
# mechanism by name, in TLS and after STARTTLS, a wrong password in its own
# words, and the channel binding that it takes.
. "$(dirname "$0")/../lib.sh"
. tests/real/lib.sh
. tests/real/cyrus.sh
make_certificates
cyrus_prepare
chmod 600 "$pki"/person*.pem

# try TYPE PORT SECURITY AUTH PASSWORD [LINE...]
try() {
    {
        printf '[defaults]\ntimeout = 10\n[account work]\ntype = %s\n' "$1"
        printf 'host = localhost\nport = %s\nsecurity = %s\n' "$2" "$3"
        printf 'auth = %s\nuser = ann\n' "$4"
        printf 'password-command = printf %s\n' "$5"
        printf '%s\n' "${@:6}"
    } >"$config"
    chmod 600 "$config"
    json=$(postseal --ca "$pki/ca.pem" test work/incoming --json-lines 2>&1)
    status=$?
}
logs_in_with() { # MECHANISM WHERE
    is "$status" 0 "$2: $1 logs in" || printf '# %s\n' "$json"
    has "\"mechanism\":\"$1\"" "$2: which is told"
    has '{"name":"mailbox","state":"ok"' "$2: the inbox opens"
}

cyrus_start good
for where in "imap $imaps tls" "imap $imap starttls" "pop3 $pop3s tls" \
    "pop3 $pop3 starttls"; do
    read -r type port security <<<"$where"
    name="$type $security"
    for mechanism in PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256; do
        auth=$(printf %s "$mechanism" | tr A-Z a-z)
        try $type $port $security $auth secret
        logs_in_with $mechanism "$name"
        [ $security = tls ] || continue
        try $type $port $security $auth wrong
        has '"reason":"login"' "$name: $mechanism, a wrong password"
        has 'The user name or the password is wrong: ' "$name: in words"
        has 'authentication failure' "$name: with those of Cyrus"
    done
    # Cyrus up to 3.6 binds in TLS 1.3 as only TLS 1.2 permits. It lists -PLUS,
    # so the strongest cannot log in; nothing weaker is tried behind its back.
    try $type $port $security auto secret
    if [ "$status" = 0 ]; then
        logs_in_with SCRAM-SHA-256-PLUS "$name, bound to TLS 1.3"
    else
        has '"reason":"login"' "$name: the binding does not fit"
        has '"mechanism":"SCRAM-SHA-256-PLUS"' "$name: of which mechanism"
        has 'in another way than tls-exporter' "$name: why that may be"
        has 'Setting Login to scram-sha-256 goes without.' "$name: the way out"
    fi
    try $type $port $security external secret \
        "client-certificate = $pki/person.pem"
    has '"reason":"' "$name: the certificate is of somebody else"
done

# The inbox is asked for along with the protocol's own login, which Cyrus takes;
# what comes along with AUTHENTICATE it would drop.
try imap "$imapsown" tls auto secret
logs_in_with "IMAP LOGIN" "imap, in one flight with the inbox"
try pop3 "$pop3sown" tls auto secret
logs_in_with "USER/PASS" "pop3, in one flight with the inbox"
try imap "$imapsown" tls auto wrong
has '"reason":"login"' "imap, in one flight: a wrong password"
try pop3 "$pop3sown" tls auto wrong
has '"reason":"login"' "pop3, in one flight: a wrong password"

# In TLS 1.2 both bind to the same.
for mechanism in SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS; do
    auth=$(printf %s "$mechanism" | tr A-Z a-z)
    try imap "$imaps12" tls $auth secret
    has '"version":"TLS 1.2"' "TLS 1.2 it is"
    logs_in_with $mechanism "bound to TLS 1.2"
    try imap "$imaps12" tls $auth wrong
    has '"reason":"login"' "$mechanism: a wrong password"
done
try imap "$imaps12" tls auto secret
logs_in_with SCRAM-SHA-256-PLUS "by itself"
has '"AUTH=SCRAM-SHA-256-PLUS"' "what it offered before the login is told"
has '"IDLE"' "and what it offers after it"

# Its certificate stays the first hurdle.
cyrus_start selfsigned
try imap "$imaps" tls auto secret
is "$status" 4 "a Cyrus that is not trusted gets no login"
has '{"name":"login","state":"skipped"' "of any kind"
finish
