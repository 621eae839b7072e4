#!/bin/bash
# Trusting the private root that a server sent: offered by the test, never with
# one key, for the server's domain unless the person wants more.
. "$(dirname "$0")/lib.sh"
export SSL_CERT_FILE=/nonexistent SSL_CERT_DIR=/nonexistent
start_mailserver --name mail.example.org=127.0.0.1 \
    private=imap:tls:private good=imap:tls:good
account() { # ID HOST LISTENER
    printf '[account %s]\nlabel = %s\nhost = %s\nport = %s\nuser = ann\n' \
        "$1" "$1" "$2" "$(port "$3")"
    echo "password-command = printf secret"
}
{
    printf '[defaults]\ndns-server = 127.0.0.1:%s\n' "$(port dns)"
    account work mail.example.org private
    account ours mail.example.org good
} >"$config"
chmod 600 "$config"
store=$work/config/postseal/authorities.ini
sha() { # PEM N: the SHA-256 of the Nth certificate in it
    awk -v n="$2" '/BEGIN CERT/ { i++ } i == n' "$1" |
        openssl x509 -outform DER | sha256sum | cut -c1-64
}
root=$(sha "$pki/otherca.pem" 1)
groups() { tr a-f A-F <<<"$1" | sed 's/..../& /g'; }
begin() { # to the dialog
    keys Escape Escape Escape Escape 1
    wait_for "[1 Acc"
    keys g t
    wait_for "Trust the private"
    keys a
    wait_for "Trust an authority"
    deaf
}

start 80x24
wait_for work
keys t
shows 'a  Trust the private authority "Other CA"' "the test offers it"
like "$(cursor_line)" "> a  Trust the private" "before an exception"
screen | grep -n "Add an exception\|Write to the op\|Trust the private" |
    sort -n | head -1 | grep -q "Trust the private"
ok $? "and before the operator"
keys y A x Enter
wait_for "Trust an authority"
keys Enter Space y a A
deaf
shows "Trust an authority" "the dialog"
shows 'is vouched for by "Other CA"' "says who vouches"
shows "mail.example.org:$(port private)" "for which server"
shows "CN=Other CA" "what it claims"
shows "$(groups "$root" | cut -c1-39)" "its SHA-256"
shows "$(groups "$root" | cut -c41-79)" "all of it"
shows "example.org and below" "limited to the domain"
shows "off: paste the SHA-256" "the button is off"
like "$(cursor_line)" "Cancel" "the cursor is on Cancel"
[ ! -e "$store" ]
ok $? "nothing is stored"
keys Enter
shows "No authority was added" "Enter cancels"

# -- the wrong value ---------------------------------------------------------

begin
keys Tab Tab
paste "${root:0:62}00"
shows "DIFFERENT" "one wrong digit"
keys Tab
text "example.org"
keys Tab Tab Tab
keys Enter
shows "DIFFERENT" "a typed domain does not help then"
[ ! -e "$store" ]
ok $? "nothing is stored"
keys Escape

# -- the typed domain --------------------------------------------------------

begin
keys Tab Tab Tab
text "example.com"
shows "not example.org" "another domain does not do"
keys C-u
text "example.org"
shows "goes on unchecked" "the domain does"
keys Tab
like "$(cursor_line)" "Trust for" "the choice"
keys Space
shows "all mail servers" "all servers can be chosen"
shows "needs the matching SHA-256" "but not by the typed domain"
shows_not "Domain  " "which is no field then"
keys Space
shows "Domains     example.org" "or domains of one's own"
keys Space
shows "goes on unchecked" "back to the domain"
keys Tab Tab
like "$(cursor_line)" "[ Trust authority ]" "the button"
keys Enter
shows "is trusted; stored now" "it is stored"
shows "proven by Other CA" "and the test passes at once"
like "$(tr -s ' ' <"$store")" "domains = example.org" "for that domain alone"
like "$(cat "$store")" "[authority $root]" "by its SHA-256"

# -- another session ---------------------------------------------------------

postseal authority remove "$root" >"$work/out"
keys r
shows "unknown issuer" "removed elsewhere: the next test knows"

# -- pasted, for all ---------------------------------------------------------

begin
keys Tab Tab
paste "sha256 Fingerprint=$(tr a-f A-F <<<"$root" | sed 's/../&:/g; s/:$//')"
shows "Same as the server" "the right SHA-256"
keys Tab Tab
keys Space
shows "all mail servers" "for all"
shows "Same as the server" "that may be"
keys Tab Tab
keys Enter
shows "proven by Other CA" "it is trusted"
unlike "$(cat "$store")" "domains" "without a limit"
shows "4, Authorities, u takes it back" "the message says how to take it back"
keys Escape 4 Right
shows "Other CA" "the panel has it"
shows "u takes it back" "as the last change"
keys u
shows "Taken back" "u there takes it back"
unlike "$(cat "$store")" "[authority $root]" "it is stored no more"
keys 1
wait_for "[1 Acc"
keys t
shows "unknown issuer" "and vouches no more"

# -- small screens -----------------------------------------------------------

postseal authority remove "$root" >"$work/out"
for size in 60x20 40x12; do
    resize $size
    keys r
    wait_for "Trust the"
    keys a
    wait_for "Trust an auth"
    deaf
    like "$(cursor_line)" "Cancel" "$size: the cursor is on Cancel"
    shows "mail.example.org" "$size: the server"
    shows "Next page" "$size: more pages"
    seen=""
    for _ in 1 2 3 4 5; do
        seen+=$(screen)
        keys PageDown
        sleep 0.1
    done
    digits=$(tr -d ' \n' <<<"$seen")
    like "$digits" "$(tr a-f A-F <<<"${root:0:16}")" "$size: its SHA-256"
    like "$digits" "$(tr a-f A-F <<<"${root:48:16}")" "$size: to the end"
    shows "Trust authority" "$size: the button on the last page"
    keys Escape
done
finish
