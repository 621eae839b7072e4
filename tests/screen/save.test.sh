#!/bin/bash
# Saving: only what changed, merging with others, conflicts, full disks.
. "$(dirname "$0")/lib.sh"
fresh() {
    cat >"$config" <<INI
# by hand
[account work]
host = mail.example.org   ; the big one
port = 993
user = ann
timeout = 20
INI
    chmod 640 "$config"
}
# Sets the user name on the screen.
set_user() {
    keys 2 Home /
    text "user name"
    keys Enter Enter C-u
    text "$1"
    keys Enter
}
fresh
cp "$config" "$work/before"
start 80x24
wait_for "Help"
set_user bob
keys C-s
shows "Saved 1 change" "Ctrl-S saves and does not freeze"
is "$(diff "$work/before" "$config" | grep -c '^[<>]')" 2 "one line changed"
is "$(stat -c %a "$config")" 640 "the mode is kept"
keys s
shows "nothing to save" "saving again has nothing to do"

# Ctrl-S inside a field takes it too.
keys Enter C-u
text "cleo"
keys C-s
shows "Saved 1 change" "Ctrl-S in a field takes and saves"
like "$(cat "$config")" "user = cleo" "it is in the file"

# Another one edits another key.
set_user dora
sed -i 's/timeout = 20/timeout = 30/' "$config"
keys s
shows "changed on disk; those changes are kept too" "both are kept"
like "$(cat "$config")" "timeout = 30" "theirs is in the file"
like "$(cat "$config")" "user = dora" "and ours"

# The same key.
conflict() {
    set_user "$1"
    sed -i "s/^user = .*/user = $2/" "$config"
    cp "$config" "$work/theirs"
    keys s
    wait_for "accounts.ini changed on disk"
    deaf
}
conflict eve fred
shows "in the file now: fred" "the dialog names their value"
shows "in your edit:    eve" "and ours"
shows "(was dora)" "and what it was"
like "$(cursor_line)" ">[ Cancel ]" "Cancel has the focus"
keys Enter
shows "Not saved" "Enter writes nothing"
is "$(cmp "$work/theirs" "$config" && echo same)" same "the file is untouched"
shows "unsaved" "the edit is still there"
keys s
deaf
keys Right Enter
shows "Saved" "Mine wins when chosen"
like "$(cat "$config")" "user = eve" "it is in the file"
conflict gus hana
sleep 5.5 # the next look at the file
shows_not "reads it again" "what the question tells is not told again"
keys Right Right Enter
shows "The file's values stand" "or the file's"
like "$(cat "$config")" "user = hana" "The file's wins when chosen"
shows_no_more "unsaved" "nothing is left over"
shows "hana" "the screen shows it"

# A change on disk is noticed without saving.
keys 1
sed -i 's/timeout = 30/timeout = 40/' "$config"
shows "accounts.ini changed on disk" "a change on disk is told"
keys 1 r
shows "Read again" "r reads it"

# What cannot be written stays an edit.
set_user ida
cp "$config" "$work/before"
mkdir "$work/away"
mv "$(dirname "$config")" "$work/away/"
keys s
shows "accounts.ini is gone" "a vanished folder is told"
deaf
keys Enter
shows "Your changes are still here" "the edit stays"
is "$(ls -d "$(dirname "$config")" 2>/dev/null)" "" "nothing was written"
mv "$work/away/$(basename "$(dirname "$config")")" "$(dirname "$config")"
if [ "$(id -u)" != 0 ]; then
    chmod 500 "$(dirname "$config")" "$config"
    keys s
    shows "Not saved" "a read-only file is told"
    chmod 700 "$(dirname "$config")"
    chmod 600 "$config"
fi
keys s
shows "Saved" "then it is saved"
like "$(cat "$config")" "user = ida" "as typed"
keys 1 q
is "$(ended)" 0 "q ends"
finish
