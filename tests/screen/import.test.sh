#!/bin/bash
# i on Accounts: which program and file, what would be taken and what not, then
# staged as changes that wait for s; three sizes.
. "$(dirname "$0")/lib.sh"
mkdir -p "$HOME"
rc=$HOME/.msmtprc
cat >"$rc" <<'RC'
defaults
tls on
account work
host mail.example.org
port 465
tls_starttls off
tls_certcheck off
user u#s
passwordeval "touch ran; echo secret"
account home
host smtp.home.example
port 587
user ann
password geheim
logfile ~/log
RC
chmod 600 "$rc"
cat >"$work/mbsyncrc" <<'RC'
IMAPAccount two
Host imap.two.example
User ann
SSLType IMAPS
RC
chmod 600 "$work/mbsyncrc"
# ask PROGRAM-STEPS FILE STEPS-IF-THERE STEPS-PASSWORDS, Enter on each field
spaces() {
    local i
    for ((i = 0; i < $1; i++)); do keys Space; done
}
ask() {
    keys i
    shows "Import from another mail program" "i asks for the program and file"
    spaces "$1"
    keys Enter
    [ -z "$2" ] || text "$2"
    keys Enter
    spaces "$3"
    keys Enter
    spaces "$4"
    keys Enter
}

start 80x24
shows "i Import" "i is on the key line, also with no account"
ask 0 "" 0 0
shows "Name a profile folder" "Thunderbird's profile has to be named"
keys Escape
shows "Nothing was done" "Esc leaves it"
ask 1 "$work/none" 0 0
shows "There is no file" "a file that is not there"
keys Escape

# Looking at it changes nothing.
ask 1 "" 0 0
shows "Import from msmtp" "the preview of the program's own file"
shows "+ smtp work: mail.example.org (.msmtprc:3)" "a new server with its line"
shows "port = 465" "with its settings"
shows "! .msmtprc:7: Certificates are not checked there" \
    "a check that is off there is told"
shows "2 to take" "and how many"
like "$(cursor_line)" ">[ Cancel ]" "Cancel has the focus"
for size in 60x20 40x12; do
    resize $size
    shows ">[ Cancel ]" "the buttons stay at $size"
    shows "Enter Do it" "and the keys"
done
shows "Up/Down: lines 1 to" "what does not fit scrolls"
keys Down
shows "Up/Down: lines 2 to" "by lines"
keys NPage NPage NPage NPage NPage NPage NPage NPage NPage NPage NPage NPage
shows "was not run" "to the end"
keys PPage Up
resize 80x24
deaf
shows_not "geheim" "no password is shown"
keys Enter
shows "Nothing was taken" "Enter on Cancel takes nothing"
shows_not "unsaved" "and nothing is staged"

# Taken: staged, taken back, taken again, saved.
ask 1 "" 0 0
shows "2 to take" "once more"
deaf
keys Right
like "$(cursor_line)" ">[ Import ]" "the other button"
keys Enter
shows "Taken, not saved: 0 accounts, 2 outgoing" "the message says how many"
shows "unsaved" "they are staged"
[ ! -e "$config" ]
ok $? "nothing is written yet"
keys u u u u u u u u u u u u u u u u
shows_no_more "unsaved" "u takes all of it back"
ask 1 "" 0 0
deaf
keys Right Enter
shows "Taken, not saved" "again"
keys s
shows "Saved" "s saves"
like "$(cat "$config")" "touch ran; echo secret" "a command is taken as text"
[ ! -e ran ] && [ ! -e "$HOME/ran" ]
ok $? "and was not run"
unlike "$(cat "$config")" "geheim" "a password stays there"

# An account; what is there stays, or is changed when that was chosen.
ask 2 "$work/mbsyncrc" 0 0
shows "+ account two: imap.two.example (mbsyncrc:1)" "an account"
deaf
keys Right Enter
shows "Taken, not saved: 1 account, 0 outgoing" "is taken"
shows "> two" "and selected"
keys s
shows "Saved" "and saved"
ask 1 "" 0 0
shows "= smtp work: mail.example.org, is there already" "what is there is told"
shows "0 to take" "and not taken"
deaf
like "$(cursor_line)" ">[ Back ]" "so there is only a way back"
keys Right Enter
shows "Nothing was taken" "which takes nothing"
before=$(cat "$config")
ask 1 "" 1 1
shows "* smtp work: mail.example.org, is there; gets" "a change when chosen"
shows "password = (not shown)" "with the password when chosen"
deaf
shows_not "geheim" "which is not shown"
is "$(cat "$config")" "$before" "the file is as it was"
keys Right Enter
shows "Taken, not saved: 0 accounts, 2 outgoing" "staged"
keys s
shows "Saved" "saved"
like "$(cat "$config")" "geheim" "the password came too"

# The same name for another server gets another id.
sed -i 's/mail.example.org/other.example.org/' "$rc"
ask 1 "" 0 0
shows "+ smtp work-2: other.example.org" "a taken name gets a new id"
deaf
keys Escape

# Nothing in it; a file that others may write.
echo "nothing here" >"$work/empty"
chmod 600 "$work/empty"
ask 1 "$work/empty" 0 0
shows "no server in it that could be taken" "a file with nothing in it"
deaf
keys Escape
chmod go+w "$rc"
ask 1 "" 0 0
shows "chmod go-w" "a file that others may write is refused with the cure"
keys Escape
shows "Nothing was done" "and left"
keys q
is "$(ended)" 0 "q ends"
finish
