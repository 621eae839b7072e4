#!/bin/bash
# What a report says can be done about a certificate, best first; and when a
# name out of a certificate may be named as the right server name.
. "$(dirname "$0")/../lib.sh"
start_mailserver --name imap.hoster.example=127.0.0.1 \
    --name www.hoster.example=127.0.0.1 --name hoster.example=127.0.0.1 \
    --name imap.other.example=127.0.0.1 \
    --name imap.far.example=127.0.0.1 --name www.far.example=127.0.0.9 \
    --name imap.wild.example=127.0.0.1 \
    --name imap.mail.wild.example=127.0.0.1 \
    --name mail.example.org=127.0.0.1 \
    wrong=imap:tls:wrongname stls=smtp:starttls:wrongname \
    far=imap:tls:farname wild=imap:tls:wildname \
    worst=imap:tls:worst unknown=imap:tls:privatename \
    expired=imap:tls:expired notyet=imap:tls:notyet \
    private=imap:tls:private self=imap:tls:selfsigned good=imap:tls:good
printf '[defaults]\ndns-server = 127.0.0.1:%s\ntimeout = 5\n' "$(port dns)" \
    >"$config"
chmod 600 "$config"
cat >>"$config" <<INI
[account work]
host = imap.hoster.example
port = $(port worst)
user = ann
password-command = printf secret
INI

# kind:setting:value of each cure, in order
cures() {
    "$POSTSEAL" -c "$config" --ca "$pki/ca.pem" test --json "$@" |
        jq_cures
}
# One line: kind[=value] of each.
jq_cures() {
    tr -d '\n' | sed 's/.*"cures": *\[//; s/\].*//' |
        grep -oE '"(kind|value)": *("[^"]*"|null)' |
        sed 's/"kind": *"\(.*\)"/ \1/; s/"value": *"\(.*\)"/=\1/; s/"value": *null//' |
        tr -d '\n' | sed 's/^ //'
}
imap() { echo "imaps://$1:$(port "$2")"; }

# -- the order ---------------------------------------------------------------

is "$(cures "$(imap mail.example.org good)")" "" "nothing to cure"
is "$(cures "$(imap mail.example.org notyet)")" "clock operator exception" \
    "not yet valid: the clock first, the exception last"
is "$(cures "$(imap mail.example.org expired)")" "operator exception" \
    "expired, by a sane clock: it is not the clock"
is "$(cures work/incoming)" "edit operator disable=no exception" \
    "several faults: name, operator, stop using it, exception"
text=$(postseal --ca "$pki/ca.pem" test "$(imap mail.example.org notyet)")
now=$(date -u '+%Y-%m-%d')
like "$text" "- Correct this computer's clock: it says $now" \
    "the text names this computer's time"
like "$text" "- Write to the operator" "and the operator"
like "$text" "- Add an exception instead" "and an exception"
unlike "$text" "View the certificate" "but not what only a screen can do"

# -- a name is offered -------------------------------------------------------

is "$(cures "$(imap imap.hoster.example wrong)")" \
    "set=www.hoster.example operator exception" \
    "same domain, same address, trusted: offered"
is "$(cures "smtp://imap.hoster.example:$(port stls)")" \
    "set=www.hoster.example operator exception" "and through STARTTLS"
is "$(cures "$(imap imap.wild.example wild)")" \
    "set=imap.mail.wild.example operator exception" \
    "the wanted label below a wildcard"
text=$(postseal --ca "$pki/ca.pem" test "$(imap imap.hoster.example wrong)")
like "$text" "- Change the server name to www.hoster.example" "in words too"
like "$(postseal --ca "$pki/ca.pem" test --json-lines \
    "$(imap imap.hoster.example wrong)")" '"value":"www.hoster.example"' \
    "and a line a test"

# -- and never otherwise -----------------------------------------------------

: >"$work/server.log"
is "$(cures "$(imap imap.other.example wrong)")" "edit operator exception" \
    "another domain: nothing is filled in"
unlike "$(cat "$work/server.log")" "dns www.hoster.example" \
    "its names are not even looked up"
: >"$work/server.log"
is "$(cures "$(imap imap.far.example far)")" "edit operator exception" \
    "same domain, another address: nothing is filled in"
like "$(cat "$work/server.log")" "dns www.far.example" "it was looked up"
is "$(cures "$(imap imap.hoster.example worst)")" "edit operator exception" \
    "same domain, same address, not trusted: nothing is filled in"
is "$(cures "$(imap 127.0.0.1 wrong)")" "edit operator exception" \
    "an address has no domain"
is "$(cures "$(imap localhost wrong)")" "edit operator exception" \
    "a single label has no domain"
printf '[defaults]\ndns-server = 127.0.0.1:%s\ntimeout = 5\n' 9 >"$config"
is "$(cures "$(imap 127.0.0.1 worst)")" "edit operator exception" \
    "no name server"
finish
