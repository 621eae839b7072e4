#!/bin/bash
# cert verify: chains judged offline, with lists and with the proof that a
# server would send along; made with the openssl command.
. "$(dirname "$0")/../lib.sh"
pki=$work/pki
mkdir -p "$pki"
cd "$pki" || exit 1
cat >ca.cnf <<'INI'
[ca]
default_ca = here
[here]
database = index
new_certs_dir = .
serial = serial
crlnumber = number
default_md = sha256
default_days = 30
default_crl_days = 30
policy = any
unique_subject = no
[any]
commonName = supplied
[server]
basicConstraints = CA:FALSE
subjectAltName = DNS:mail.example.org
[demands]
basicConstraints = CA:FALSE
subjectAltName = DNS:mail.example.org
tlsfeature = status_request
INI
: >index
echo 1000 >serial
echo 01 >number
key() { openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$1.key" 2>/dev/null; }
key root
openssl req -x509 -new -key root.key -subj "/CN=Example Root" -days 60 \
    -addext keyUsage=critical,keyCertSign,cRLSign -out root.pem
issue() { # NAME EXTENSIONS
    key "$1"
    openssl req -new -key "$1.key" -subj "/CN=$1" -out "$1.csr" 2>/dev/null
    openssl ca -batch -config ca.cnf -cert root.pem -keyfile root.key \
        -in "$1.csr" -extensions "$2" -notext -out "$1.pem" 2>/dev/null
}
crl() { openssl ca -gencrl -config ca.cnf -cert root.pem -keyfile root.key -out "$1" 2>/dev/null; }
proof() { # NAME FILE
    openssl ocsp -index index -CA root.pem -rsigner root.pem -rkey root.key \
        -issuer root.pem -cert "$1.pem" -ndays 3 -respout "$2" >/dev/null 2>&1
}
issue good server
issue bad server
issue strict demands
crl before.crl
proof good good.ocsp
proof strict strict.ocsp
openssl ca -batch -config ca.cnf -cert root.pem -keyfile root.key \
    -revoke bad.pem 2>/dev/null
crl after.crl
proof bad bad.ocsp
cat root.pem after.crl >mixed.crl

v() { postseal cert verify --chain "$1.pem" --roots root.pem --host mail.example.org "${@:2}"; }
told() { v "$@" | head -n 1; }
is "$(told good)" "faults: none" "a chain without lists"
like "$(v good)" "revocation: Not checked" "says that nobody was asked"
is "$(told bad --crl before.crl)" "faults: none" "not on the list yet"
is "$(told bad --crl after.crl)" "faults: revoked" "on the list"
v bad --crl after.crl >/dev/null
is $? 4 "is status 4"
like "$(v bad --crl after.crl)" "It was revoked by its issuer on $(date -u +%Y-%m-%d)" \
    "with its date"
is "$(told good --crl after.crl)" "faults: none" "another is on the list"
like "$(v good --crl after.crl)" "revocation: Not revoked, says its issuer's list of" \
    "says which list"
is "$(told good --crl mixed.crl)" "faults: none" "a list among certificates"
is "$(told good --crl after.crl --time "$(date -u -d '+40 days' +%FT%TZ)" | sed 's/, .*//')" \
    "faults: bad-crl" "a list that is out of date"
is "$(told good --staple good.ocsp)" "faults: none" "the server's proof"
like "$(v good --staple good.ocsp --json)" '"revocation": "ocsp"' "in JSON"
is "$(told bad --staple bad.ocsp)" "faults: revoked" "a proof to the contrary"
is "$(told good --staple bad.ocsp)" "faults: none" "another's proof does no harm"
is "$(told strict)" "faults: revocation-unknown" "a proof is demanded, and none is sent"
is "$(told strict --staple strict.ocsp)" "faults: none" "and is sent"
is "$(told strict --staple good.ocsp)" "faults: revocation-unknown" "another's is none"
like "$(v strict --json)" '"overridable": false' "no exception for that"
v good --crl nowhere.crl >/dev/null 2>&1
is $? 3 "no such list"
v good --crl good.key >/dev/null 2>&1
is $? 3 "a key is no list"
v good --staple nowhere >/dev/null 2>&1
is $? 3 "no such proof"
finish
