#!/bin/bash
# Certificates, the exceptions: how each stands, details, view, test, undo,
# several at one server, export, import, filter, small screens.
. "$(dirname "$0")/lib.sh"
start_mailserver self=imap:tls:selfsigned worst=imap:tls:worst
cat >"$config" <<INI
$(ann_at self self Self)
INI
sha_of() {
    openssl x509 -in "$1" -outform DER | sha256sum | cut -d' ' -f1
}
self=localhost:$(port self) worst=localhost:$(port worst)
for name in self worst; do
    cert=$pki/selfsigned.pem
    [ $name = self ] || cert=$pki/worst.pem
    postseal exception add "imaps://localhost:$(port $name)" \
        --sha256 "$(sha_of "$cert")" >/dev/null 2>&1
done

start 80x24
wait_for "[1 Accounts]"
keys 4
shows "(Exceptions 2)" "the head row counts them"
shows "> $self" "one row each"
shows "Used by        Self (incoming)" "who uses it"
shows "How checked    fingerprint given to a command matched" "how checked"
keys Down
shows "State          No account uses it." "one that no account uses"
shows "ended 40 days ago" "its certificate's dates"
like "$(cursor_line)" "> $worst" "the cursor is on the row"
keys Tab
shows_no_more "(Exceptions" "Tab: the details alone"
shows "Used by        no account" "all of them"
keys Escape
shows "(Exceptions 2)" "Esc: the list"
keys v
shows "NOT PROVEN: wrong name, self-signed, expired. You accepted it on" \
    "v shows the stored certificate, faults first"
shows "Certificate 1 of 1" "in the viewer"
keys Escape t
shows "Test: $worst" "t tests a port that no account has"
wait_for "by your exception"
keys Escape
wait_for "(Exceptions 2)"
keys g t
shows "Logged in" "t tests the account"
keys Escape
wait_for "(Exceptions 2)"

# Finding and the filter.
keys g /
text "expired"
keys Enter
sleep 0.2
like "$(cursor_line)" "> $worst" "/ finds by fault"
keys f
wait_for "Show only some"
text "nothing like that"
keys Enter
shows 'No row has "nothing like that" in it' "a filter that hides all says so"
keys f C-u
text "$self"
keys Enter
shows "f: filtered" "a filter is shown to be on"
shows_not "  $worst  " "and hides the others"
keys f C-u Enter
shows "Left/Right: other list" "an empty one shows all"

# Removing and taking back.
keys g d
wait_for "Remove this exception?"
shows "Without it that server lets nobody in" "what removing means"
deaf
keys Enter
shows "(Exceptions 2)" "Enter keeps it"
keys d
wait_for "Remove this exception?"
deaf
keys Right Enter
shows "Removed; written at once" "removed"
shows "(Exceptions 1)" "at once"
shows "u Undo" "the key line offers undo"
keys u
shows "Taken back" "u takes it back"
shows "(Exceptions 2)" "it is there again"
shows_no_more "u Undo" "once"

# Export.
cd "$work" || exit 1
keys g e
wait_for "Export exceptions"
keys C-u Enter Enter Enter
shows "No file is named" "a file must be named"
text "$work/none/x.pem"
keys Enter Enter Enter
shows "none" "a folder that is not there is told"
shows "$work/none/x.pem" "and what was typed stays"
keys C-u
text "$work/one.pem"
keys Enter Enter Enter
shows "1 written to" "PEM of one"
is "$(grep -c BEGIN "$work/one.pem"),$(stat -c %a "$work/one.pem")" "1,600" \
    "one certificate, for its owner alone"
keys e C-u
text "$work/one.pem"
keys Enter Enter Enter
shows "exists already; nothing was written" "never over another file"
keys C-u
text "$work/cert_override.txt"
keys Enter Space Enter Space Enter
shows "2 written to" "all for Thunderbird"
shows "every fault that can be overridden" "with what it does otherwise"
is "$(grep -c "OID.2.16.840.1.101.3.4.2.1" "$work/cert_override.txt")" 2 \
    "in its own format"
deaf
keys Enter

# Import: shown first, stored when the person says so.
for i in 1 2; do
    keys g d
    wait_for "Remove this exception?"
    deaf
    keys Right Enter
    wait_for "Removed"
done
shows "No exceptions" "none is left"
printf 'imap.example.org:993:\tOID.1.2.3\tAA:BB\t\n' >>"$work/cert_override.txt"
keys i
wait_for "Import exceptions"
text "$work/absent"
keys Enter Enter Enter
shows "There is no file" "a file that is not there"
keys C-u
text "$config"
keys Enter Enter Enter
shows "nor does it hold a certificate" "a file of another kind"
keys C-u
text "$work/cert_override.txt"
keys Enter Enter Enter
shows "2 to store" "the servers were asked"
shows "It matches what the server shows now." "and why it is taken"
keys G
shows "not taken" "and what is not"
is "$(postseal exception list)" "" "nothing is stored yet"
keys Enter
wait_for "Accept 2 certificates?"
deaf
keys Enter
shows "Nothing was stored" "the safe button stores nothing"
keys Enter
wait_for "Accept 2 certificates?"
deaf
keys Right Enter
shows "(Exceptions 2)" "stored"
shows "fingerprint pasted from a second source" "as what it is"
keys i
wait_for "Import exceptions"
text "$work/one.pem"
keys Enter Enter Enter
shows "A certificate does not say for which server" \
    "a certificate needs a server"
text "$worst"
keys Enter Enter
shows "DIFFERENT" "another server shows another certificate"
keys Escape
wait_for "(Exceptions 2)"

# Servers that take turns: a second certificate, deliberately.
cp "$pki/selfsigned.pem" "$work/first.pem"
cp "$pki/replaced.pem" "$pki/selfsigned.pem"
keys g t
wait_for "not the certificate that you accepted"
keys Escape
shows "CHANGED on" "the list tells the change"
shows "BLOCKED: another certificate" "and the details"
shows "blocked" "instead of its end"
keys t
wait_for "not the certificate that you accepted"
keys Enter
wait_for "STOP"
deaf
keys Tab Tab
paste "$(sha_of "$pki/replaced.pem")"
shows "Same as the server" "the right value"
keys Tab
shows "is replaced and accepted no more" "what becomes of the old one"
keys Space
shows "stays accepted" "Space: it stays"
shows "Accept both" "and the button says so"
keys Tab Tab Enter
shows "Logged in" "the second one is accepted"
keys Escape
wait_for "[1 Accounts]" || keys Escape
keys 4
shows "(Exceptions 3)" "beside the first"
shows "$self (1/2)" "numbered in the list"
shows_not "CHANGED" "nothing is in question any more"
cp "$work/first.pem" "$pki/selfsigned.pem"
is "$(postseal --ca "$pki/ca.pem" test --allow-commands self/incoming --json |
    grep -o '"exception": *"[a-z]*"')" '"exception": "used"' \
    "the first still gets in"

# A file that others may write is not used.
keys Escape q
ended >/dev/null
chmod 666 "$work/config/postseal/exceptions.ini"
start 80x24
wait_for "[1 Accounts]"
keys 4
shows "chmod" "a file that others may write: the cure"
shows_not "a Add" "and no key that would use it"
keys Escape q
ended >/dev/null
chmod 600 "$work/config/postseal/exceptions.ini"

for size in 60x20 40x12; do
    start $size
    wait_for "> Self"
    keys 4
    shows "(Exceptions 3)" "$size: the head row"
    keys Down
    like "$(cursor_line)" "> " "$size: the cursor is on the row"
    keys Enter
    shows "State" "$size: Enter shows the details"
    keys End
    shows "Used by" "$size: down to their end"
    keys Escape i
    shows "> File" "$size: the fields of the import"
    text "x"
    keys Enter Enter Enter
    shows "There is no file x" "$size: its message"
    keys Escape d
    shows "[ Keep it ]" "$size: the question"
    deaf
    keys Escape q q
    is "$(ended)" 0 "$size: and out"
done
finish
