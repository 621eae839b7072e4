#!/bin/bash
# e on Accounts: which program, what would change, writing it, and where an
# account was exported to; three sizes.
. "$(dirname "$0")/lib.sh"
postseal add smtp relay host=smtp.example.org port=465 user=ann \
    "password-command=pass show relay"
postseal add account work host=imap.example.org user=ann \
    "password-command=pass show work" smtp=relay email=ann@example.org
rc=$HOME/.msmtprc

start 80x24
shows "> work" "an account"
shows "e Export" "e is on the key line"
keys e
shows "Export to another mail program" "e asks for the program"
like "$(cursor_line)" "> Program" "the cursor is on it"
shows "msmtp" "with the first one"
keys Enter Enter Enter Enter
shows "+account \"work\"" "then shows what would change"
shows "lines 1-" "and how much of it"
ok "$([ ! -e "$rc" ]; echo $?)" "nothing is written yet"
for size in 60x20 40x12; do
    resize $size
    shows "w Write it" "w is on the key line at $size"
done
resize 80x24
keys w
shows "Written to" "w writes"
like "$(cat "$rc")" 'host smtp.example.org' "the file"
shows "Exported to   msmtp" "which the account's details tell"
shows_not "(stale)" "as up to date"

# A change makes it stale.
"$POSTSEAL" -c "$config" set "smtp relay" port 587
keys r
shows "msmtp (stale)" "after a change it is stale"

# An edit by hand is shown before it is written over.
sed -i 's/^host .*/host other.example/' "$rc"
keys e
shows "Export to another" "again"
keys Enter Enter Enter Enter
shows "edited by hand" "an edit by hand is told"
shows "-host other.example" "and shown"
keys Escape
shows_no_more "edited by hand" "Esc leaves it"
like "$(cat "$rc")" "host other.example" "as it was"

# A program that cannot be told all; one that needs a place.
keys e
shows "Export to another" "once more"
keys Space Space Space Space Space Space Space Space Space Space
like "$(cursor_line)" "Thunderbird" "the last program"
keys Enter Enter Enter Enter
shows "profile" "a profile has to be named"
keys Escape
finish
