#!/bin/bash
# The certificate viewer: the path and where it breaks, every certificate of
# the chain, finding, writing to files, tall rows, small screens.
. "$(dirname "$0")/lib.sh"
start_mailserver good=imap:tls:good hostile=imap:tls:hostile \
    missing=imap:tls:incomplete
for name in good hostile missing; do
    cat >>"$config" <<INI
[account $name]
label = $name
host = localhost
port = $(port $name)
user = ann
password-command = printf secret
INI
done
view() { # ROW TEXT: opens the viewer of an account
    keys g
    [ "$1" = 0 ] || for ((i = 0; i < $1; i++)); do keys Down; done
    keys t
    wait_for "$2"
    keys v
    wait_for "Certificate 1 of"
}

start 80x24 --ca "$pki/ca.pem"
wait_for "[1 Accounts]"
view 0 "Logged in"
shows "Certificate 1 of 3 in chain" "three certificates in the chain"
shows "Verdict       proven by Example Org CA" "the verdict first"
shows "Path          Example Org CA (known here)" "the authority on top"
shows "               Example Org Servers (sent)" "what it issued below it"
shows "                localhost (sent)  <" "and the one that is shown"
shows "/ Find" "the key line tells of finding"
like "$(cursor_line)" "> Verdict" "the cursor is on the first row"
keys Right
shows "Certificate 2 of 3" "Right goes to the issuer"
shows "Names         (none: it names no server)" "which names no server"
keys Right
shows "Certificate 3 of 3" "and to the one that was not sent"
shows "Issued by     itself" "the authority itself"
keys Right
shows "no more certificates on that side" "there the chain ends"
keys Left Left
shows "Certificate 1 of 3" "Left goes back"
keys Left
shows "no more certificates on that side" "to the server's own"
keys Down Down Enter
shows "Certificate 2 of 3" "Enter on a row of the path opens it"
keys Enter
shows "of a row of the path" "and says so elsewhere"

keys /
text "sha-1"
keys Enter
sleep 0.2
like "$(cursor_line)" "> SHA-1" "/ finds a row by its label"
keys /
text "no such thing"
keys Enter
shows "is not here" "and says when there is none"

keys e
shows "Write to: certificate.pem" "e asks for a name"
shows "Text if it ends in .txt" "and tells of both kinds"
resize 40x12
like "$(cursor_line)" "Write to: certificate.pem" "on a small screen, too"
resize 80x24
keys Escape
shows_no_more "Write to:" "Esc writes nothing"
[ ! -e certificate.pem ]
ok $? "really nothing"
keys e C-u
text "$work/one.pem"
keys Enter
shows "Written to" "it is written"
like "$(openssl x509 -in "$work/one.pem" -noout -subject 2>&1)" \
    "Example Org Servers" "the one that is shown"
is "$(stat -c %a "$work/one.pem")" 600 "with mode 0600"
keys a C-u
text "$work/all.pem"
keys Enter
shows "Written to" "a writes all"
is "$(grep -c BEGIN "$work/all.pem")" 3 "three of them"
keys a C-u
text "$work/all.txt"
keys Enter
shows "Written to" "or their text"
like "$(cat "$work/all.txt")" "Verdict         proven by Example Org CA" \
    "with the verdict"
is "$(grep -c '^SHA-256' "$work/all.txt")" 3 "and all of them"
sum=$(sha256sum <"$work/all.pem")
keys e C-u
text "$work/all.pem"
keys Enter
shows "exists already" "what is there is not written over"
is "$(sha256sum <"$work/all.pem")" "$sum" "and stays as it was"
keys e C-u
text "$work/none/x.pem"
keys Enter
shows "none" "a folder that is not there is told"
keys Escape Escape
wait_for "[1 Accounts]"

view 2 "chain incomplete"
shows "It breaks here: Example Org Servers, which issued the next one" \
    "a broken path says where and whose certificate is missing"
keys Escape Escape
wait_for "[1 Accounts]"

view 1 "self-signed"
shows "Certificate 1 of 1" "a hostile certificate"
shows '\x1B[2J' "shown without its control bytes"
shows "Odd bytes in these texts are shown as" "and that is said"
shows_not "Path" "one that signed itself has no path"
resize 60x20
shows "Certificate 1 of 1" "60x20"
shows "SHA-256" "shows the fingerprint"
resize 40x12
keys g
sleep 0.2
for i in 1 2 3 4 5; do keys Down; done
like "$(cursor_line)" "Issued to" "40x12: the cursor is on the row"
found=
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    keys Down
    [ "$(cursor_column)" = 0 ] || break
    screen | grep -q "Key SHA-256" && found=yes
done
is "$found" yes "every row can be reached"
keys G
shows "> Version" "G goes to the last"
keys Escape
sleep 0.2
resize 80x24
shows "Test: hostile" "Esc goes back to the test"
finish
