#!/bin/bash
# Who may vouch for servers: imported, limited, distrusted, removed; taken out of
# the chain that a server sends; revocation lists; and that tests obey at once.
. "$(dirname "$0")/../lib.sh"
export SSL_CERT_FILE=/nonexistent SSL_CERT_DIR=/nonexistent
start_mailserver --name mail.example.org=127.0.0.1 \
    --name www.hoster.example=127.0.0.1 good=imap:tls:good \
    wrong=imap:tls:wrongname private=imap:tls:private \
    incomplete=imap:tls:incomplete
printf '[defaults]\ndns-server = 127.0.0.1:%s\ntimeout = 5\n' "$(port dns)" \
    >"$config"
chmod 600 "$config"
folder=$work/config/postseal
here="imaps://mail.example.org:$(port good)"
there="imaps://www.hoster.example:$(port wrong)"
theirs="imaps://mail.example.org:$(port private)"
nth() { # PEM N: the Nth certificate in it
    awk -v n="$2" '/BEGIN CERT/ { i++ } i == n' "$1" | sed '/END CERT/q'
}
sha() { nth "$1" "$2" | openssl x509 -outform DER | sha256sum | cut -c1-64; }
faults() { # URL: its faults in one line
    postseal test --json "$@" | tr -d ' \n' |
        sed 's/.*"faults":\[\([^]]*\)\].*/\1/; s/"//g'
}
fails() { # STATUS WHAT COMMAND...
    local wanted=$1 what=$2 got
    shift 2
    "$@" >"$work/out" 2>&1
    got=$?
    is "$got" "$wanted" "$what"
}

# -- from a file -------------------------------------------------------------

like "$(postseal authority list)" "You decided nothing" "at first nothing"
is "$(postseal authority list --json)" "[]" "in JSON too"
is "$(faults "$here")" unknown-issuer "nobody vouches"
text=$(postseal authority import "$pki/ca.pem")
like "$text" "Example Org CA: imported, trusted for all mail servers" \
    "imported, and how far it reaches"
is "$(faults "$here")" "" "and the next test passes"
fails 0 "the same again" postseal authority import "$pki/ca.pem"
like "$(cat "$work/out")" "It is imported already" "is told"
like "$(postseal authority list)" "imported from ca.pem" "it is listed"
is "$(stat -c %a "$folder/authorities.ini")" 600 "in a file of one's own"
is "$(stat -c %a "$folder/authorities")" 700 "and a folder"

# -- domains -----------------------------------------------------------------

is "$(faults "$there")" "" "another domain, no limit"
fails 0 "a limit" postseal authority import "$pki/ca.pem" \
    --domain Example.ORG,example.net
like "$(cat "$work/out")" "changed, trusted for example.org, example.net" \
    "in words"
is "$(faults "$here")" "" "within it"
is "$(faults "$there")" unknown-issuer "outside it"
like "$(postseal test "$there")" "limited" "which is said"
like "$(postseal authority list --json | tr -d ' \n')" \
    '"domains":["example.org","example.net"]' "in JSON"
fails 2 "a public suffix is no domain" \
    postseal authority import "$pki/ca.pem" --domain com
like "$(cat "$work/out")" "strangers have names below it" "for that reason"
fails 0 "no limit again" postseal authority trust "example org ca" --all-servers
is "$(faults "$there")" "" "by name, in any case"

# -- distrust, remove --------------------------------------------------------

root=$(sha "$pki/ca.pem" 1)
fails 0 "distrusted, by its first digits" \
    postseal authority distrust "${root:0:10}"
is "$(faults "$here")" distrusted "no server of it any more"
is "$(faults "$here" --ca "$pki/ca.pem")" distrusted "not by --ca either"
like "$(postseal test --json "$here")" '"overridable": false' \
    "and no exception"
fails 1 "importing does not take that back" \
    postseal authority import "$pki/ca.pem"
fails 0 "trusted again" postseal authority trust "$root"
is "$(faults "$here")" "" "as before"
fails 0 "removed" postseal authority remove "$root"
is "$(faults "$here")" unknown-issuer "and gone"
is "$(find "$folder/authorities" -type f -name '*.pem')" "" "with its file"
fails 1 "a second time there is none" postseal authority remove "$root"
unlike "$(cat "$folder/authorities.ini")" "$root" "nothing is left of it"

# -- the system's ------------------------------------------------------------

export SSL_CERT_FILE=$pki/ca.pem
is "$(faults "$here")" "" "the system's"
unlike "$(postseal authority list)" "Example Org CA" "are not listed"
like "$(postseal authority list --all)" "Example Org CA  trusted for all" \
    "unless asked for"
fails 1 "cannot be removed" postseal authority remove "Example Org CA"
like "$(cat "$work/out")" "it can be distrusted" "but"
fails 0 "distrusted" postseal authority distrust "Example Org CA"
is "$(faults "$here")" distrusted "they can be"
like "$(postseal authority list)" "Example Org CA  DISTRUSTED" "that is listed"
middle=$(sha "$pki/good.pem" 2)
fails 0 "trusted again" postseal authority trust "Example Org CA"
fails 0 "a certificate that is no authority here" \
    postseal authority distrust "$middle"
is "$(faults "$here")" distrusted "can be distrusted as well"
fails 0 "and trusted again" postseal authority trust "$middle"
is "$(faults "$here")" "" "so that all is as it was"
like "$(postseal authority show "${root:0:8}")" "Is authority    yes" \
    "all facts of one"
postseal authority export "$root" | diff -q - "$pki/ca.pem" >/dev/null
ok $? "exported as it was"
fails 0 "into a file" postseal authority export "$root" --output "$work/new.pem"
fails 3 "never over another" \
    postseal authority export "$root" --output "$work/new.pem"

# -- what is no authority ----------------------------------------------------

export SSL_CERT_FILE=/nonexistent
fails 1 "a server's own certificate" \
    postseal authority import "$pki/selfsigned.pem"
like "$(cat "$work/out")" "no authority: it may not issue others" "and why not"
like "$(cat "$work/out")" "private key" "and what else is in the file"
echo hello >"$work/text"
fails 3 "a text" postseal authority import "$work/text"
fails 3 "no file" postseal authority import "$work/nowhere"
fails 2 "no argument" postseal authority import
nth "$pki/good.pem" 2 >"$work/middle.pem"
fails 1 "an intermediate of nobody known" \
    postseal authority import "$work/middle.pem"
like "$(cat "$work/out")" 'issued by "Example Org CA", which is not known' \
    "and why not"
is "$(faults "$here")" unknown-issuer "nothing was stored"

# -- intermediates -----------------------------------------------------------

short="imaps://mail.example.org:$(port incomplete)"
cat "$work/middle.pem" "$pki/ca.pem" >"$work/both.pem"
openssl crl2pkcs7 -nocrl -certfile "$work/both.pem" -outform DER \
    -out "$work/both.p7b"
fails 0 "PKCS#7 with both" postseal authority import "$work/both.p7b"
like "$(cat "$work/out")" "Example Org Servers: imported, completes chains" \
    "one completes chains"
is "$(faults "$short")" "" "also where the server sends none"
fails 0 "without the root" postseal authority remove "$root"
is "$(faults "$here")" unknown-issuer "it vouches for nothing"
fails 0 "unless that is wanted" \
    postseal authority import "$work/middle.pem" --anchor
is "$(faults "$here")" "" "on purpose"
postseal authority remove "$middle" >"$work/out"

# -- out of a chain ----------------------------------------------------------

private=$(sha "$pki/otherca.pem" 1)
text=$(postseal test "$theirs")
like "$text" '- Trust the private authority "Other CA"' "the test offers it"
like "$text" "authority import --from imaps://mail.example.org" \
    "with the command"
like "$(postseal test --json "$theirs")" '"kind": "authority"' "in JSON"
unlike "$text" "${private:0:8}" "but without the SHA-256 to copy"
fails 2 "not without a SHA-256" postseal authority import --from "$theirs"
like "$(cat "$work/out")" "Other CA" "it is shown"
like "$(cat "$work/out")" "Nothing was stored" "and not stored"
fails 4 "not with another one" \
    postseal authority import --from "$theirs" --sha256 "$root"
fails 2 "not with a part of it" \
    postseal authority import --from "$theirs" --sha256 "${private:0:40}"
fails 1 "a server's own is none either" postseal authority import \
    --from "$theirs" --sha256 "$(sha "$pki/private.pem" 1)"
is "$(faults "$theirs")" unknown-issuer "nothing of that was stored"
fails 0 "with the right one" postseal authority import --from "$theirs" \
    --sha256 "$private" --domain example.org
is "$(faults "$theirs")" "" "it is trusted"
like "$(cat "$folder/authorities.ini")" "mail.example.org:$(port private)" \
    "where it came from is kept"
fails 0 "and removed" postseal authority remove "$private"
is "$(faults "$theirs")" unknown-issuer "it is not"

# -- revocation lists --------------------------------------------------------

: >"$work/index.txt"
echo 10 >"$work/number"
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s\ncrlnumber=%s\n' \
    "$work/index.txt" "$work/number" >"$work/ca.cnf"
printf 'default_md=sha256\ndefault_crl_days=30\n' >>"$work/ca.cnf"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 \
    -subj "/CN=Lists CA" -keyout "$work/lists.key" -out "$work/lists.pem" \
    2>/dev/null
list() { # FILE
    openssl ca -config "$work/ca.cnf" -gencrl -cert "$work/lists.pem" \
        -keyfile "$work/lists.key" -out "$1" 2>/dev/null
}
list "$work/first.crl"
list "$work/second.crl"
openssl crl -in "$work/second.crl" -outform DER -out "$work/second.der"
fails 0 "a list of an issuer that is not known" \
    postseal authority import "$work/first.crl"
like "$(cat "$work/out")" "not known here: its signature is checked when" "is told"
fails 0 "its issuer" postseal authority import "$work/lists.pem"
fails 0 "a newer list, in DER" postseal authority import "$work/second.der"
like "$(cat "$work/out")" "revocation list changed" "takes the older one's place"
is "$(find "$folder/crls" -type f -name '*.pem' | wc -l)" 1 "there is one"
like "$(postseal authority list --json | tr -d ' \n')" '"number":"11"' \
    "the newer"
like "$(postseal authority list --json | tr -d ' \n')" '"checked":true' \
    "its signature is right"
fails 0 "the older one again" postseal authority import "$work/first.crl"
like "$(cat "$work/out")" "is here already" "is not taken"
sed 's/^MI/MJ/' "$work/second.crl" >"$work/damaged.crl"
fails 3 "a damaged one" postseal authority import "$work/damaged.crl"
fails 0 "removed, by its own SHA-256" postseal authority remove \
    "$(sha256sum <"$work/second.der" | cut -c1-64)"
unlike "$(postseal authority list)" "revocation list" "there is none"

# -- a store that others may write -------------------------------------------

chmod 666 "$folder/authorities.ini"
fails 3 "a store that others may write is not used" postseal authority list
like "$(cat "$work/out")" "chmod" "with the cure"
fails 3 "by no test either" postseal test "$here"
chmod 600 "$folder/authorities.ini"
finish
