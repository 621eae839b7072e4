#!/bin/bash
# Leaving: no question when nothing is unsaved; otherwise every change is
# listed and staying is the safe answer. A dropped line loses nothing.
. "$(dirname "$0")/lib.sh"
cat >"$config" <<INI
[account work]
label = Work
name = A. Example
host = mail.example.org
port = 993
password = old
[account home]
host = home.example.org
INI
chmod 600 "$config"
cp "$config" "$work/before"
change() { # LABEL VALUE
    keys 2 Home /
    text "$1"
    keys Enter Enter C-u
    text "$2"
    keys Enter
}
start 80x24
shows "Work" "it starts"
keys q
is "$(ended)" 0 "q leaves at once"

start 80x24
wait_for "Help"
change "Your own name" x
keys Escape
change "port" 1993
change "archive" Old
keys 1
shows "unsaved" "changes are counted"
keys q
shows "unsaved change" "q asks"
shows "Work / Port" "it lists the first"
shows "993  ->  1993" "with both values"
shows "Work / Archive" "and the second"
deaf
like "$(cursor_line)" ">[ Stay ]" "Stay has the focus"
keys Enter
shows_no_more "Leave with" "Enter stays"
keys q
deaf
keys Escape
shows_no_more "Leave with" "Escape stays"
# Type-ahead cannot answer what was not seen yet.
tmux_ send-keys -t s q s Right Right Enter
sleep 0.5
shows "Leave with" "keys pressed ahead do nothing"
deaf
keys Right Right Enter
is "$(ended)" 0 "Discard leaves"
is "$(cmp "$work/before" "$config" && echo same)" same "and writes nothing"

# More than fits is scrolled.
start 40x12
wait_for "Help"
change "port" 1993
change "archive" Old
change "own name" x
keys 1 q
shows "Leave with" "q asks at 40x12"
shows "Up/Down: lines 1 to 2 of 4" "and says how the list is scrolled"
deaf
shows_not "Archive" "the last change is below"
keys PageDown
shows "Archive" "and is scrolled to"
shows_not "Port" "past the first"
keys Right Right Enter
is "$(ended)" 0 "Discard leaves there, too"

start 80x24
wait_for "Help"
change "port" 1993
keys 1 q
deaf
keys s
is "$(ended)" 0 "s in the dialog saves and leaves"
like "$(cat "$config")" "port = 1993" "it is saved"

# The line drops.
start 80x24
shows "[1 Accounts]" "the next one starts"
change "port" 2993
keys 2 Home /
text "(stored"
keys Enter Enter
text "n3w-s3cret"
keys Enter /
text "server name"
keys Enter Enter C-u
text "half.typed.example"
shows "half.typed.example" "a field is open"
pid=$(pgrep -f "^$POSTSEAL -c $config" | head -n 1)
kill -HUP "$pid"
ended >/dev/null
ok $? "a hang-up ends it"
like "$(cat "$config")" "port = 1993" "the file is untouched"
is "$(grep -rl 'n3w-s3cret' "$work" --include='*' 2>/dev/null |
    grep -vc /bytes)" 0 "no secret in any file"
recovery=$(find "$(dirname "$config")" -name '*.recovery')
is "$(stat -c %a "$recovery")" 600 "there is a recovery file, 0600"

start 80x24
shows "Unsaved changes of an earlier session" "the next start offers them"
deaf
keys Enter
shows "taken in" "Enter takes them in"
shows "half.typed.example" "also what was half typed"
shows "unsaved" "as unsaved changes"
is "$(find "$(dirname "$config")" -name '*.recovery')" "" "the file is gone"
keys u u u q
is "$(ended)" 0 "u takes all back"
finish
