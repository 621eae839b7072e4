#!/bin/bash
# The main job with keys: see the accounts, test, read why, make an exception,
# test again and get in; change a port and the outgoing server, save.
. "$(dirname "$0")/lib.sh"
start_mailserver work=imap:tls:good club=imap:starttls:selfsigned \
    relay=smtp:starttls:good
cat >"$config" <<INI
# my accounts
[defaults]
smtp = relay
[account work]
label = Work
name = Ann Example
host = localhost
port = $(port work)
user = ann
password-command = printf secret
[account club]
label = Club
host = localhost
port = $(port club)      ; by hand
security = starttls
user = ann
password-command = printf secret
[smtp relay]
label = Work smtp
host = localhost
port = $(port relay)
security = starttls
account = work
[smtp spare]
label = Spare
host = spare.example.org
INI
cp "$config" "$work/before"
start 80x24 --ca "$pki/ca.pem"
shows "[1 Accounts]" "the first screen is Accounts"
shows "Work" "with the first account"
shows "Club" "and the second"
like "$(cursor_line)" "> Work" "the cursor is on the first"

keys t
shows "Test: Work" "t tests"
shows "Find address" "the stages are named"
shows "Logged in with PLAIN" "it logs in"
keys Escape
shows "[1 Accounts]" "Esc goes back"
wait_for "OK"
like "$(screen | grep '> Work')" "OK" "the list tells the last test"

keys Down t
shows "FAIL" "the second account fails"
shows "It signed its own certificate" "and the cause is a sentence"
shows "encrypted, but you cannot know to whom" "with the consequence"
is "$(grep -cE '^club .*(LOGIN|AUTHENTICATE)' "$work/server.log")" 0 \
    "no password was sent"
keys x
shows "Add security exception" "x opens the exception"
shows "localhost port $(port club)" "host and port stand on top"
deaf
shows "Cancel" "with its safe button"
like "$(cursor_line)" ">[ Cancel ]" "which has the focus"
keys Space y a x
shows "Add security exception" "no single key adds anything"
[ ! -e "$work/config/postseal/exceptions.ini" ]
ok $? "nothing is stored"
keys Tab Tab Tab
text localhost
shows "localhost" "the name is typed"
keys Tab Tab Tab
shows "[ Add exception ]" "then Add has the focus"
keys Enter
shows "Logged in with IMAP LOGIN" "the test runs again and gets in"
[ -s "$work/config/postseal/exceptions.ini" ]
ok $? "the exception is stored at once"
cmp -s "$config" "$work/before"
ok $? "accounts.ini was not touched by that"

keys Escape
wait_for "[1 Accounts]"
keys 4
shows "[4 Certificates]" "4 shows the exceptions"
shows "self-signed" "with the reason"
keys 1
wait_for "[1 Accounts]"
keys 2
shows "[2 Server]" "2 shows the server's settings"
shows "Club" "of the same account"
finish
