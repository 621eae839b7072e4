#!/bin/bash
# Outgoing: list and fields, adding, the default, deleting.
. "$(dirname "$0")/lib.sh"
cat >"$config" <<INI
[defaults]
smtp = relay

[account work]
label = Work
host = mail.example.org

[smtp relay]
label = Work smtp
host = smtp.example.org
port = 25          # as they said
security = starttls

[smtp spare]
label = Spare
host = spare.example.org
INI
cp "$config" "$work/before"
start 80x24
wait_for "Help"
keys 3
shows "> Work smtp" "the first server is selected"
shows "Work (default)" "who uses it"
keys Right
like "$(cursor_line)" "> Shown as" "Right goes to the fields"
keys Left
like "$(cursor_line)" "> Work smtp" "Left goes back"
keys Enter Down Down Enter C-u
text 587
keys Enter
shows "* 587" "a field is changed"
shows "* was 25" "with what it was"
keys Escape
shows "smtp.example.org:587" "the list shows it"
keys Escape
shows "[1 Accounts]" "Escape goes on to Accounts"
shows "* Port was 25" "which tells it too"
keys s
shows "Saved 1 change" "saved"
is "$(diff "$work/before" "$config")" '11c11
< port = 25          # as they said
---
> port = 587          # as they said' "one line differs"

keys 3 Down f
shows "is the default" "f makes it the default"
like "$(screen | grep '> Spare')" "Work (default)" "the list says so"
keys a
like "$(cursor_line)" "> Shown as" "a opens a new one in its first field"
text "Third"
keys Tab
text "third.example.org"
keys Enter Escape
shows "third.example.org:465 TLS" "it is in the list"
shows "> Third" "and selected"
keys s
shows "Saved" "saved"
like "$(cat "$config")" "[smtp third]" "it has a section"
like "$(tr -s ' ' <"$config")" "smtp = spare" "the default is written"

keys Up d
shows "Delete the outgoing server Spare?" "d asks"
shows "Used by  Work" "it names who uses it"
deaf
keys Escape
shows_no_more "Delete the" "Escape keeps it"
keys Up d
deaf
keys Right Enter
shows_no_more "Work smtp" "deleted"
keys u
shows "Work smtp" "and back"
keys t
shows "Test: " "t tests the server"
keys Escape Escape q
is "$(ended)" 0 "q ends"
finish
