#!/bin/bash
# Against a real Exim, which speaks TLS by GnuTLS: each mechanism by name, after
# STARTTLS and in TLS, a wrong password, and what it says when it cannot check.
. "$(dirname "$0")/../lib.sh"
. tests/real/lib.sh
. tests/real/exim.sh
make_certificates
exim_prepare
chmod 600 "$pki"/person*.pem

# try SECURITY AUTH USER PASSWORD [LINE...]
try() {
    local port=$submission
    [ "$1" = tls ] && port=$smtps
    {
        printf '[defaults]\ntimeout = 10\n[smtp out]\nhost = localhost\n'
        printf 'port = %s\nsecurity = %s\n' "$port" "$1"
        printf 'auth = %s\nuser = %s\n' "$2" "$3"
        printf 'password-command = printf %s\n' "$4"
        printf '%s\n' "${@:5}"
    } >"$config"
    chmod 600 "$config"
    json=$(postseal --ca "$pki/ca.pem" test smtp:out --json-lines 2>&1)
    status=$?
}

exim_start good
for security in starttls tls; do
    for mechanism in PLAIN LOGIN CRAM-MD5; do
        auth=$(printf %s "$mechanism" | tr A-Z a-z)
        try $security $auth ann secret
        is "$status" 0 "$security: $mechanism logs in" || printf '# %s\n' "$json"
        has "\"mechanism\":\"$mechanism\"" "$security: which is told"
        try $security $auth ann wrong
        has '"reason":"login"' "$security: $mechanism, a wrong password"
        has '535 Incorrect authentication data' "$security: in its words"
    done
    try $security auto ann secret
    has '"mechanism":"CRAM-MD5"' "$security: the strongest by itself"
    try $security plain later secret
    has '"reason":"login-unavailable"' "$security: it cannot check now"
    has '435 Unable to authenticate at present' "$security: in its words"
    try $security external 'Ann Example' '' "client-certificate = $pki/person.pem"
    is "$status" 0 "$security: EXTERNAL logs in" || printf '# %s\n' "$json"
    has '"mechanism":"EXTERNAL"' "$security: which is told"
    try $security external ann '' "client-certificate = $pki/person.pem"
    has '"reason":"login"' "$security: EXTERNAL as somebody else"
    try $security scram-sha-256 ann secret
    has '"reason":"mechanism"' "$security: SCRAM is not there"
    has 'does not offer SCRAM-SHA-256' "$security: in words"
done
try none plain ann secret 'allow-plaintext-login = yes'
has '"reason":"mechanism"' "without TLS it offers no PLAIN"

exim_start selfsigned
try starttls auto ann secret
is "$status" 4 "an Exim that is not trusted gets no login"
unlike "$(exim_log)" "secret" "no password lies in its log"
finish
