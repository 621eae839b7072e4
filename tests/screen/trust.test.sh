#!/bin/bash
# Certificates on screens: all faults, the pasted SHA-256, the changed
# certificate, the viewer, hostile names, small sizes.
. "$(dirname "$0")/lib.sh"
start_mailserver self=imap:tls:selfsigned worst=imap:tls:worst \
    hostile=imap:tls:hostile
cat >"$config" <<INI
$(ann_at self self Self)
$(ann_at worst worst Worst)
$(ann_at hostile hostile Hostile)
INI
sha_of() {
    openssl x509 -in "$pki/$1.pem" -outform DER | sha256sum | cut -d' ' -f1
}

start 80x24 --ca "$pki/ca.pem"
wait_for "Worst"
keys Down t
shows "You asked for localhost" "wrong name: what was asked for"
shows "www.hoster.example" "and what came"
shows "It signed its own certificate" "self-signed too"
shows "It ended on" "and expired too"
keys v
shows "Certificate 1 of 1" "v shows the certificate"
shows "NOT PROVEN" "with the verdict first"
keys Escape
wait_for "Test: Worst"
keys Escape
wait_for "[1 Accounts]"

keys Down t
shows "self-signed" "a hostile certificate fails like any other"
keys v
shows '\x1B[2J' "and its control bytes are shown as text"
shows '\u{202E}' "and its bidi marks"
keys Escape Escape
wait_for "[1 Accounts]"

keys g t
wait_for "It signed its own"
keys x
wait_for "Add security exception"
deaf
sha=$(sha_of selfsigned)
upper=$(printf '%s' "$sha" | tr a-f A-F | sed 's/..../& /g')
shows "${upper:0:39}" "the first half of the SHA-256"
shows "${upper:40:39}" "and the second"
keys Tab Tab
paste "${sha:0:40}"
shows "SHA-1" "40 digits are told to be SHA-1"
keys C-u
wrong=${sha:0:63}$([ "${sha:63}" = 0 ] && echo 1 || echo 0)
paste "$wrong"
shows "DIFFERENT" "a wrong digit is told"
shows_not "[ Add" "and the button stays off"
keys C-u
paste "SHA256 Fingerprint=$(printf '%s' "$sha" | tr a-f A-F | sed 's/../&:/g; s/:$//')"
shows "Same as the server" "the right value turns it on"
keys Tab Tab Tab Tab Enter
shows "Logged in" "and it gets in"
keys Escape
wait_for "[1 Accounts]"

cp "$pki/replaced.pem" "$pki/selfsigned.pem"
: >"$work/server.log"
keys t
shows "not the certificate that you accepted" "a changed certificate is noticed"
unlike "$(cat "$work/server.log")" "LOGIN" "no login was tried"
unlike "$(cat "$work/server.log")" "AUTHENTICATE" "by no mechanism either"
keys Enter
shows "STOP: this certificate is not the one you accepted" "its own screen"
deaf
new=$(sha_of selfsigned | tr a-f A-F | sed 's/..../& /g')
for i in 0 20 40 60; do
    shows "${upper:$i:19}" "the accepted SHA-256 in full ($i)"
    shows "${new:$i:19}" "the new one in full ($i)"
done
like "$(cursor_line)" "Keep blocked" "the safe button has the focus"
keys y Space a x
shows "STOP" "no key accepts it"
keys Tab Tab
text localhost
keys Tab Tab Tab
keys Enter
shows "STOP" "nor does the typed name"
keys Escape
keys Escape
wait_for "[1 Accounts]"
keys 4
shows "CHANGED on" "the list tells the change"
keys d
wait_for "Remove this exception?"
deaf
keys Enter
shows "CHANGED on" "Enter keeps it"
keys d
wait_for "Remove this exception?"
deaf
keys Right Enter
shows "No exceptions" "removed"
keys u
shows "Taken back" "u takes it back"
shows "CHANGED on" "and it is there again"

resize 60x20
shows "[4 Cert]" "60x20"
resize 40x12
sleep 0.3
keys Escape Escape Escape 1
shows "40x12" "40x12 says so"
keys g Down t
wait_for "FAIL"
keys x
shows "Next page" "on a small screen the exception has pages"
deaf
shows "Cancel" "and its safe button"
keys Enter
sleep 0.2
shows_not "Next page" "which leaves it"
resize 30x8
shows "Nothing is lost" "below 40x12 nothing is lost"
resize 80x24
shows "Test: Worst" "and back again the same place"
finish
