#!/bin/bash
# What the test screen offers about an untrusted certificate, best first; when a
# server name is filled in, and when never; the text for the operator; no longer
# using the account.
. "$(dirname "$0")/lib.sh"
start_mailserver --name imap.hoster.example=127.0.0.1 \
    --name www.hoster.example=127.0.0.1 --name imap.other.example=127.0.0.1 \
    --name imap.far.example=127.0.0.1 --name www.far.example=127.0.0.9 \
    --name mail.example.org=127.0.0.1 \
    wrong=imap:tls:wrongname far=imap:tls:farname early=imap:tls:notyet
account() { # ID HOST LISTENER
    printf '[account %s]\nlabel = %s\nhost = %s\nport = %s\nuser = ann\n' \
        "$1" "$1" "$2" "$(port "$3")"
    echo "password-command = printf secret"
}
{
    printf '[defaults]\ndns-server = 127.0.0.1:%s\n' "$(port dns)"
    account near imap.hoster.example wrong
    account evil imap.other.example wrong
    account far imap.far.example far
    account early mail.example.org early
} >"$config"
chmod 600 "$config"
begin() { # KEY... to the account, from the first one
    keys Escape Escape Escape 1
    wait_for "1 Acc"
    keys g "$@" t
}

start 80x24 --ca "$pki/ca.pem"
wait_for near

# -- another domain ----------------------------------------------------------

begin Down
shows "  Correct the server name" "a name of another domain is not offered"
shows "for www.hoster.example," "it is shown"
like "$(cursor_line)" "> c  Correct the server name" "the cursor is on it"
sleep 0.5
shows_not "Change the server name" "nor does it come later"
keys Enter
shows "[2 Server]" "Enter goes to the field"
like "$(cursor_line)" "imap.other.example" "which holds what it held"
shows_not "www.hoster.example" "nothing else is filled in"
keys Escape Escape
shows_not "unsaved" "nothing was changed"

# -- the same domain at another address --------------------------------------

begin Down Down
shows "wrong name" "the same domain"
sleep 0.7
shows_not "Change the server name" "but another address: not offered"
shows "Correct the server name" "the field is"
keys c
shows "[2 Server]" "c does the same"
like "$(cursor_line)" "imap.far.example" "nothing is filled in"
keys Escape Escape

# -- proven ------------------------------------------------------------------

begin
shows "c  Change the server name to www.hoster.example" "a proven name is offered"
like "$(cursor_line)" "> c  Change the server name" "under the cursor"
keys Enter
shows "Logged in" "Enter fills it in, and the test gets in"
shows "www.hoster.example port" "under that name"
keys Escape 2
shows "www.hoster.example" "it stands in the field"
shows "* 1 unsaved" "staged, not saved"
keys 1
wait_for "[1 Accounts]"
keys u
shows_no_more "unsaved" "and can be taken back"
like "$(cat "$config")" "host = imap.hoster.example" "the file is as it was"

# -- the clock ---------------------------------------------------------------

begin Down Down Down
shows "Correct this computer's clock: it says $(date -u +%Y-%m-%d)" \
    "not yet valid: the clock, with its time"
like "$(cursor_line)" "Correct this computer's clock" "first of all"
keys Enter
wait_for "Correct the clock"
deaf
shows "timedatectl set-ntp true" "how to set it"
keys Right Enter
shows "Test: early" "and the test can be run again"
shows_no_more "Run the test again" "which it was"

# -- the operator ------------------------------------------------------------

wait_for "Write to the operator"
keys o
shows "A text for the operator" "o shows a text for the operator"
shows "It begins on" "it names the fault"
shows "mail.example.org port" "and the host"
keys Down
shows "lines 2-" "it scrolls"
keys e
wait_for "Write to:"
keys C-u
text "$work/mail.txt"
keys Enter
shows "Written to" "e writes it to a file"
digest=$(openssl x509 -in "$pki/notyet.pem" -outform DER | sha256sum |
    tr a-f A-F | sed 's/ .*//; s/..../& /g')
like "$(cat "$work/mail.txt")" "${digest:0:39}" "with the SHA-256"
echo mine >"$work/mail.txt"
keys e
wait_for "Write to:"
keys C-u
text "$work/mail.txt"
keys Enter
shows "exists already" "a file that is there is not written over"
is "$(cat "$work/mail.txt")" mine "and stays as it is"
keys Escape
shows "Test: early" "Escape goes back to the test"

# -- stop using it -----------------------------------------------------------

keys j j j
like "$(cursor_line)" "Stop using this account" "the account can be left out"
keys Enter
shows "is not used any more" "it is"
shows "* 1 unsaved" "staged, not saved"
keys u
shows_no_more "unsaved" "u takes it back"
begin Down Down Down
wait_for "Stop using"
keys j j j Enter
wait_for "is not used"
keys s
shows_no_more "unsaved" "saved"
like "$(tr -s " " <"$config")" "enabled = no" "it stands in the file"

# -- small screens -----------------------------------------------------------

for size in 60x20 40x12; do
    resize $size
    begin
    wait_for "c  Change the"
    ok $? "$size: the proven name"
    like "$(cursor_line)" "> c  Change the server name" "$size: under the cursor"
    shows "www.hoster.example" "$size: in full"
    keys o
    shows "A text for the operator" "$size: the operator's text"
    keys Escape G k k
    begin Down Down Down
    shows "Correct this computer" "$size: the clock"
    shows "UTC" "$size: with its time"
done
finish
