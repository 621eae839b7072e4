#!/bin/bash
# Certificates, the person's own: import of every kind, passwords that are never
# shown, use for an account, export, removal, key files, small screens.
. "$(dirname "$0")/lib.sh"
start_mailserver want=imap:tls:good:client-cert
cat >"$config" <<INI
$(ann_at want want Want)
[smtp relay]
label = Relay
host = smtp.example.org
INI
cd "$pki" || exit 1
chmod 600 person*.pem
openssl pkcs12 -export -legacy -in person.pem -out old.p12 \
    -passout pass:gate-Word7 -certpbe PBE-SHA1-RC2-40 -name "Ann's key" \
    2>/dev/null
openssl pkcs12 -export -in person.pem -out open.p12 -passout pass: -name Open
openssl x509 -in person.pem -out only.pem
openssl pkey -in person.pem -out plain.key
openssl genpkey -algorithm ed25519 -out other.key
chmod 600 ./*.p12 ./*.key
cd "$OLDPWD" || exit 1
stored=$work/config/postseal/identities
import() { # FILE KEY-FILE PASSWORD, each typed anew
    keys C-u
    text "$1"
    keys Enter C-u
    text "$2"
    keys Enter C-u
    text "$3"
    keys Enter
}

start 80x24 --ca "$pki/ca.pem"
tmux_ pipe-pane -O -t s "cat >>'$work/bytes'"
wait_for "[1 Accounts]"
keys 4
shows "(Exceptions 0)   Authorities    Yours 0" "the head row has all lists"
keys Right Right Right
shows "(Yours 0)" "Right goes to them"
shows "last list" "and the last one is the last"
shows "from a PKCS#12 file (.p12, .pfx)" "an empty list says what to do"

# Import.
keys i
wait_for "Import your certificate"
import "$pki/none.p12" "" ""
shows "There is no file" "a file that is not there"
like "$(cursor_line)" "> File" "and the cursor in its field"
import "$config" "" ""
shows "neither PKCS#12 nor PEM" "a file of another kind"
import "$pki/only.pem" "" ""
shows "no private key" "a certificate without its key"
import "$pki/only.pem" "$pki/other.key" ""
shows "does not belong" "with another one's key"
import "$pki/old.p12" "" ""
shows "password is needed" "a password is needed"
like "$(cursor_line)" "> Password" "and asked for in its field"
shows "$pki/old.p12" "what was typed stays"
text "wrong"
keys Enter
shows "does not open" "a wrong one"
keys C-u
text "gate-Word7"
like "$(cursor_line)" "**********" "it is shown as stars"
keys Enter
shows "Imported Ann's key" "an old file (RC2)"
shows "(Yours 1)" "is there"
shows "> Ann's key" "in the list"
shows "in a file that only you can read" "its key is safe"
is "$(grep -c "gate-Word7" "$work/bytes")" 0 "the password never reached the screen"
keys u
shows "Taken back" "u takes it back"
is "$(ls "$stored")" "" "from the disk too"
keys i
wait_for "Import your certificate"
import "$pki/open.p12" "" ""
shows "Imported Open" "one with an empty password"
chmod 644 "$pki/plain.key"
keys i
wait_for "Import your certificate"
import "$pki/only.pem" "$pki/plain.key" ""
shows "Others can read" "a key that others can read is told about"
shows "(Yours 1)" "the same certificate again replaces"
keys u
shows "> Open" "and u brings back what it replaced"

# Use.
shows "Used by        no account" "nobody uses it yet"
keys Enter
wait_for "Use your certificate"
shows "Want (localhost)" "the selected account first"
keys Space
shows "outgoing: Relay (smtp.example.org)" "Space: the next server"
keys Space Enter Enter
shows "Not saved yet" "it is staged"
shows "Used by        Want (incoming)" "and shown"
keys s
wait_for "aved"
like "$(cat "$config")" "client-certificate" "s saves it"
keys 1 t
shows "Logged in" "the server that demands one is content"
keys Escape 4
shows "(Yours 1)" "the panel remembers the list"
keys v
shows "Certificate 1 of 1" "v shows it"
keys Escape

# Export.
keys e
wait_for "Export your certificate"
keys C-u
text "$work/out.p12"
keys Enter
text "one-Word1"
keys Enter
text "two-Word2"
keys Enter
shows "not the same" "the new password is typed twice"
keys C-u Enter C-u Enter
shows "password is needed" "and not empty"
text "new-Word3"
keys Enter
text "new-Word3"
keys Enter
shows "Open was written to" "written"
is "$(openssl pkcs12 -in "$work/out.p12" -passin pass:new-Word3 -nokeys \
    2>/dev/null | grep -c BEGIN),$(stat -c %a "$work/out.p12")" "2,600" \
    "certificate and issuer, for its owner alone"
is "$(openssl pkcs12 -in "$work/out.p12" -passin pass:new-Word3 -nocerts \
    -nodes 2>/dev/null | grep -c "BEGIN PRIVATE KEY")" 1 "and the key"
is "$(grep -c "new-Word3" "$work/bytes")" 0 "the password never reached the screen"
keys e
wait_for "Export your certificate"
keys C-u
text "$work/out.p12"
keys Enter Enter Enter
shows "exists already" "never over another file"
keys Escape

# A key that others can read is not used, and the cure is named.
chmod 640 "$stored"/*.pem
keys r
shows "file 0640" "the mode stands in the list"
shows "chmod 600" "and the cure in the details"
keys Enter
shows "chmod 600" "it is given to no account"
chmod 600 "$stored"/*.pem
keys r
shows_no_more "chmod" "mended"

# Removal.
keys d
wait_for "Remove your certificate?"
shows "Used by Want (incoming)" "who uses it is told"
shows "Its private key is deleted" "and what goes with it"
deaf
keys Enter
shows "(Yours 1)" "Enter keeps it"
keys d
wait_for "Remove your certificate?"
deaf
keys Right Enter
shows "(Yours 0)" "removed"
is "$(ls "$stored")" "" "from the disk"
keys u
shows "(Yours 1)" "u brings it back"
is "$(ls "$stored" | wc -l)" 1 "with its file"
keys Escape q
ended >/dev/null

for size in 60x20 40x12; do
    start $size --ca "$pki/ca.pem"
    wait_for "> Want"
    keys 4 Right Right
    shows "(Yours 1)" "$size: the head row"
    like "$(cursor_line)" "> O" "$size: the cursor is on the row"
    keys Tab
    shows "Used by" "$size: Tab shows the details"
    keys End
    shows "File" "$size: down to their end"
    keys Escape i
    shows "> File" "$size: the fields of the import"
    import x "" ""
    shows "There is no file x" "$size: its message"
    keys Escape Escape q
    is "$(ended)" 0 "$size: and out"
done
finish
