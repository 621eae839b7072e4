#!/bin/bash
# Accounts: an empty start, adding, selecting, finding, deleting, taking back,
# reading again; ten thousand of them.
. "$(dirname "$0")/lib.sh"

# Adding by hand with text, Tab, Space and Enter alone.
start 80x24
shows "Press a to add one" "an empty start names a"
keys a
shows "New account" "a opens a form"
like "$(cursor_line)" "> Name" "the cursor is in its first field"
text "Ann Example"
keys Tab
text "ann@example.org"
keys Tab Space Space
like "$(cursor_line)" "name them by hand" "the server may be named by hand"
keys Tab Enter
shows "Type its server name" "which leads to it"
like "$(cursor_line)" ">!Server name" "the cursor is in its field"
text "mail.example.org"
keys Tab Tab Tab Tab
text "ann"
keys Enter
shows "* 5 unsaved" "all of it is staged"
keys s
shows "Saved" "s saves"
is "$(grep -c . "$config")" 5 "five lines are in the file"
for line in '[account ann]' 'name = Ann Example' 'email = ann@example.org' \
    'host = mail.example.org' 'user = ann'; do
    like "$(tr -s ' ' <"$config")" "$line" "the file has $line"
done
keys Escape
shows "> ann" "it is selected on Accounts"

# A draft that has nothing in it is nothing.
by_hand() { keys a Tab Tab Space Space Tab Enter; }
by_hand
shows "! Server name" "with nothing typed there is the whole form"
keys Escape Escape
shows "Nothing was added" "an empty draft leaves nothing"
by_hand
text "Only a name"
keys Enter Escape
shows "is kept" "a draft with a name is kept"
shows "unsaved" "and unsaved"
keys u u u u u u
shows_no_more "unsaved" "u takes all of it back"

# Deleting asks, and u brings it back.
keys d
shows "Delete the account ann?" "d asks"
shows "Server   mail.example.org" "and says what goes"
deaf
like "$(cursor_line)" ">[ Keep ]" "the safe button has the focus"
keys Enter
shows_no_more "Delete the account" "Enter keeps it"
keys d
deaf
keys Right Enter
shows "Press a to add one" "it is gone"
shows "* 1 unsaved" "unsaved"
keys u
shows "> ann" "u brings it back"
shows_no_more "unsaved" "and nothing is unsaved"

# Somebody else edits the file.
cat >>"$config" <<INI

[account second]
host = second.example.org
INI
keys r
shows "second.example.org:993" "r reads the file again"
keys q
is "$(ended)" 0 "q ends"

# A broken line does not hide the rest.
cat >"$config" <<INI
[account work]
host = mail.example.org
this is no line
[account home]
host = home.example.org
INI
start 80x24
shows "accounts.ini:3:" "a broken line is told with its number"
shows "home.example.org:993" "and the rest is there"
keys q

# Hostile names reach no terminal.
printf '[account x]\nlabel = a\033[2Jb\nhost = h.example.org\n' >"$config"
start 80x24
shows 'a\x1B[2Jb' "control bytes are shown as such"
keys q

# Ten thousand accounts.
{
    for ((i = 1; i <= 10000; i++)); do
        printf '[account n%d]\nhost = h%d.example.org\n' $i $i
    done
} >"$config"
start 80x24
shows "> n1 " "ten thousand accounts open"
keys End
shows "> n10000" "End goes to the last"
keys Up Up PPage
shows "> n9992" "and back"
keys /
text "h5000.ex"
keys Enter
shows "> n5000" "/ finds one in the middle"
keys n
shows "> n5000" "n finds no other"
keys 2
shows "(5000/10000)" "it is the one on Server"
keys 1 d
deaf
keys Tab Enter
shows "* 1 unsaved" "one of them is deleted"
like "$(cursor_line)" "> n5001" "the next one is selected"
keys s
shows "Saved 1 change" "and saved"
keys q
is "$(ended)" 0 "q ends"
finish
