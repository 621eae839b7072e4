#!/bin/bash
# Certificates, the authorities: the system's and the person's, off and on,
# import with domains, what is refused and why, limit, export, small screens.
. "$(dirname "$0")/lib.sh"
start_mailserver good=imap:tls:good
cat >"$config" <<INI
$(ann_at good good Good)
INI
# A system of its own, with two authorities.
mkdir "$work/system"
for name in "Alpha Root" "Beta Root"; do
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -keyout /dev/null -subj "/O=Example/CN=$name" -days 900 \
        -addext basicConstraints=critical,CA:TRUE \
        -out "$work/system/${name%% *}.pem" 2>/dev/null
done
openssl rehash "$work/system"
environment=(SSL_CERT_DIR="$work/system" SSL_CERT_FILE="$work/none")
ca_sha=$(openssl x509 -in "$pki/ca.pem" -outform DER | sha256sum | cut -d' ' -f1)
groups=$(printf '%s' "$ca_sha" | tr a-f A-F | sed 's/..../& /g')
import() { # FILE DOMAINS, each typed anew
    keys C-u
    text "$1"
    keys Enter C-u
    text "$2"
    keys Enter Enter
}

start 80x24
wait_for "> Good"
keys t
wait_for "unknown issuer"
ok 0 "a private authority is not known at first"
keys Escape 4
shows "(Exceptions 0)   Authorities    Yours 0" \
    "the system's are not read for the other lists"
keys Right
shows "(Authorities 2)" "but when theirs is shown"
like "$(cursor_line)" "> Alpha Root" "the cursor is on the first"
shows "system        all mail servers" "with origin and what it may vouch for"

# Off and on.
keys Down Space
shows "vouches for nothing any more" "Space switches one of the system off"
shows "nothing (off)" "which the list says"
like "$(cursor_line)" "> Beta Root" "the cursor stays on it, wherever it goes"
keys Down
shows "- Beta Root" "the mark says it without colour"
shows "u Undo" "the key line offers undo"
keys u
shows "Taken back" "u takes it back"
shows_no_more "nothing (off)" "it is trusted again"
keys /
text "beta"
keys Enter
sleep 0.2
like "$(cursor_line)" "> Beta Root" "/ finds without case"
keys Space
wait_for "nothing (off)"
keys Space
shows "is trusted again" "Space switches it on again"
keys v
shows "Certificate 1 of 1" "v shows its certificate"
keys Escape d
shows "not yours to remove" "the system's cannot be removed"
keys l
shows "Only one that you imported" "nor limited"

# Import.
keys i
wait_for "Import authorities"
import "$work/absent.pem" ""
shows "There is no file" "a file that is not there"
import "$config" ""
shows "certificate" "a file of another kind"
shows "$config" "and what was typed stays"
openssl x509 -in "$pki/good.pem" -out "$work/leaf.pem"
import "$work/leaf.pem" ""
shows "no authority: it may not issue" "a server's own certificate is refused"
shows "> File" "with the cursor in the field"
import "$pki/ca.pem" "co.uk"
shows "no domain of one owner" "a public suffix is no domain of one owner"
like "$(cursor_line)" "> Domains" "the cursor goes there"
import_domains() { # DOMAINS
    keys C-u
    text "$1"
    keys Enter Enter
}
import_domains "mail.example.org"
wait_for "Import from this file?"
shows "May vouch for: mail.example.org" "what it may vouch for"
for i in 0 20 40 60; do
    shows "${groups:$i:19}" "its SHA-256 before it is stored ($i)"
done
deaf
keys Enter
shows "Nothing was stored" "the safe button stores nothing"
keys i
wait_for "Import authorities"
import "$pki/ca.pem" "mail.example.org"
wait_for "Import from this file?"
deaf
keys Right Enter
shows "Imported; written at once" "stored"
shows "(Authorities 3)" "counted"
keys g
shows "+ you, ca.pem" "marked as the person's, with its file"
shows "mail.example.org and below" "and limited"
keys 1 t
shows "unknown issuer" "for another name it vouches for nothing"
keys Escape 4
wait_for "(Authorities 3)"
keys l
wait_for "Limit an authority"
shows "mail.example.org" "l: the domains as they are"
keys C-u
text "localhost"
keys Enter
shows "Limited to those domains" "another limit"
keys 1 t
shows "Logged in" "which counts at once"
keys Escape 4
wait_for "(Authorities 3)"
keys u
shows "Taken back" "u takes the last change back"
shows "mail.example.org and below" "the old limit is there again"
keys i
wait_for "Import authorities"
import "$pki/ca.pem" "mail.example.org"
shows "imported already" "the same again: nothing to do"
keys Escape

# Export, removal.
keys e
wait_for "Export an authority"
keys C-u
text "$work/out.pem"
keys Enter
shows "was written to" "e writes it"
is "$(openssl x509 -in "$work/out.pem" -outform DER | sha256sum |
    cut -d' ' -f1)" "$ca_sha" "the very certificate"
keys d
wait_for "Remove this authority?"
deaf
keys Enter
shows "(Authorities 3)" "Enter keeps it"
keys d
wait_for "Remove this authority?"
deaf
keys Right Enter
shows "(Authorities 2)" "removed"
keys u
shows "(Authorities 3)" "u brings it back"

# A revocation list.
: >"$work/index.txt"
echo 01 >"$work/number"
printf '[ca]\ndefault_ca=d\n[d]\ndatabase=%s\ncrlnumber=%s\ndefault_md=sha256\n' \
    "$work/index.txt" "$work/number" >"$work/ca.cnf"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 9 \
    -subj "/CN=Lists CA" -keyout "$work/lists.key" -out "$work/lists.pem" \
    2>/dev/null
openssl ca -config "$work/ca.cnf" -gencrl -cert "$work/lists.pem" -crldays 30 \
    -keyfile "$work/lists.key" -out "$work/list.crl" 2>/dev/null
keys i
wait_for "Import authorities"
import "$work/list.crl" ""
wait_for "Import from this file?"
deaf
keys Right Enter
shows "(Authorities 4)" "a revocation list is a row"
keys G
shows "> Revoked by Lists CA" "the last"
shows "revocation list, 0" "which says what it is"
shows "of an issuer that is not known here" "its details"
shows_not "Space Trust" "it has no switch"
keys d
wait_for "Remove this revocation list?"
deaf
keys Enter
shows "(Authorities 4)" "Enter keeps it"
keys d
wait_for "Remove this revocation list?"
deaf
keys Right Enter
shows "(Authorities 3)" "removed"
is "$(find "$work/config/postseal/crls" -name '*.pem' | wc -l)" 0 \
    "also from the disk"
keys u
shows "(Authorities 4)" "u brings it back"
is "$(find "$work/config/postseal/crls" -name '*.pem' | wc -l)" 1 \
    "on the disk too"

# A damaged store is less trust, not more, and says so.
keys Escape q
ended >/dev/null
chmod 666 "$work/config/postseal/authorities.ini"
start 80x24
wait_for "> Good"
keys 4 Right
shows "chmod" "a store that others may write: the cure"
keys Escape q
ended >/dev/null
chmod 600 "$work/config/postseal/authorities.ini"

for size in 60x20 40x12; do
    start $size
    wait_for "> Good"
    keys 4 Right
    shows "(Authorities 4)" "$size: the head row"
    keys G
    like "$(cursor_line)" "> Revoked by Lists" "$size: the list is the last"
    keys g
    keys Down
    like "$(cursor_line)" "> Alpha Root" "$size: the cursor is on the row"
    keys Tab
    shows "Trusted" "$size: Tab shows the details"
    keys End
    shows "Key" "$size: down to their end"
    keys Escape i
    shows "> File" "$size: the fields of the import"
    import x ""
    shows "There is no file x" "$size: its message"
    keys Escape Escape q
    is "$(ended)" 0 "$size: and out"
done
finish
