#!/bin/bash
# Everything works while a test runs, the screen is silent meanwhile, and the
# mouse is there only when asked for.
. "$(dirname "$0")/lib.sh"
start_mailserver work=imap:tls:good:mute home=imap:tls:good \
    self=imap:tls:selfsigned out=smtp:tls:good:mute
cat >"$config" <<INI
$(ann_at work work Work)
timeout = 60
$(ann_at home home Home)
INI
start 80x24 --ca "$pki/ca.pem" --allow-commands
shows "[1 Accounts]" "it starts"
keys t
shows "1 Find address" "one key starts the test"
shows "3 TLS handshake    ..." "the step in work is marked"
tmux_ pipe-pane -O -t s "cat >'$work/bytes'"
sleep 2
is "$(wc -c <"$work/bytes")" 0 "a step that takes its time sends nothing"
tmux_ pipe-pane -t s
keys '?'
shows "Help: " "help answers meanwhile"
keys 2
shows "[2 Server]" "so do the panels"
keys /
text "user name"
keys Enter Enter
text "x"
keys Enter
shows "* 1 unsaved" "fields are edited"
keys 1
like "$(screen | grep '> Work')" " of " "the list says how far it is"
keys Down t
shows "Logged in with IMAP LOGIN" "another test runs beside it"
keys Escape
shows "[1 Accounts]" "Escape leaves it"
shows "OK  " "the list tells its end"
like "$(screen | grep 'Work')" " of " "the first one still runs"
keys C-c
shows "The test was stopped" "Ctrl-C stops it"
like "$(screen | grep 'Work')" "never" "a stopped test says nothing"
keys Up t
shows "TLS handshake    ..." "the next t works"
keys Escape
shows "stopped" "Escape stops it on its own screen"
keys Escape u
shows_no_more "unsaved" "taken back"
keys t
wait_for "TLS handshake"
keys C-c C-c
shows "[1 Accounts]" "Ctrl-C stops, then goes back"
keys q
is "$(ended)" 0 "q ends"

# A test in the background tells its end.
sed -i 's/timeout = 60/timeout = 1/' "$config"
start 80x24 --ca "$pki/ca.pem" --allow-commands
wait_for "Help"
keys t 2
shows "The test of work/incoming ended: it failed" "its end is told elsewhere"
keys 1 q
is "$(ended)" 0 "q ends"

# What ended is dealt with while the other server is still being asked.
cp "$config" "$work/before.ini"
cat >>"$config" <<INI
$(ann_at both self Both)
timeout = 60
smtp = out
[smtp out]
host = localhost
port = $(port out)
security = tls
account = both
INI
start 80x24 --ca "$pki/ca.pem" --allow-commands
wait_for "> Work"
keys G t
shows "x  Add an exception" "a cure beside a test that still runs"
shows "running" "it does"
shows "Enter Do it" "the key line says that it can be chosen"
keys x
shows "Add security exception" "and it can"
keys Escape
shows "running" "the test goes on meanwhile"
keys Escape
shows "stopped" "Escape stops it"
keys Escape
wait_for "[1 Accounts]"
keys q
is "$(ended)" 0 "q ends"
mv "$work/before.ini" "$config"

# The mouse: a click selects, the wheel moves.
environment=(TERM=xterm-256color)
start 80x24 --mouse
shows "> Work" "Work is selected"
click 5 5
shows "> Home" "a click selects the row"
printf -v bytes '\033[<64;5;5M'
text "$bytes"
shows "> Work" "the wheel goes up"
keys 2
click 5 8
shows "> Security" "a click selects a field"
keys 1 q
is "$(ended)" 0 "q ends"
printf '[ui]\nmouse = yes\ncolour = never\n' >>"$config"
start 80x24
shows "> Work" "the same by accounts.ini"
tmux_ pipe-pane -O -t s "cat >'$work/bytes'"
click 5 5
shows "> Home" "a click selects"
keys C-l
shows "> Home" "drawn again"
is "$(grep -cE $'\e\[[0-9;]*3[0-7]m' "$work/bytes")" 0 "colour = never"
keys q
finish
