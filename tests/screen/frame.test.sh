#!/bin/bash
# The frame: panels, key line, help, marks, cursor, sizes, terminals, colours.
. "$(dirname "$0")/lib.sh"
accounts() {
    cat >"$config" <<INI
[defaults]
smtp = relay
[account work]
label = Work
host = mail.example.org
user = ann
[account home]
label = Home
host = imap.hoster.example
[smtp relay]
label = Work smtp
host = smtp.example.org
INI
}
accounts

start 80x24
shows "[1 Accounts]" "Accounts is the first panel"
for from in 1 2 3 4; do
    for to in "1 Accounts" "2 Server" "3 Outgoing" "4 Certificates"; do
        keys "$from" "${to%% *}"
        shows "[$to]" "panel $from to $to"
    done
done

# The cursor is where the mark is, after every key and without colour.
keys 1
for key in Down Up End Home j k; do
    keys $key
    like "$(cursor_line)" "> " "the cursor is on the marked row after $key"
done
is "$(tmux_ display -p -t s '#{cursor_flag}')" 1 "the cursor is visible"
keys 2 Down Down
like "$(cursor_line)" "> Port" "and on the focused field"

# Every key on the key line does something; help comes from the same table.
keys 1
for entry in "t Test" "Enter Open" "a Add" "d Delete" "s Save" "/ Find" \
    "? Help" "q Quit"; do
    shows "$entry" "the key line has: $entry"
done
for panel in 1 2 3 4; do
    keys $panel
    before=$(screen) row=$(cursor_row) column=$(cursor_column)
    for close in Escape q '?'; do
        keys '?'
        shows "Help: " "? opens help on panel $panel"
        keys $close
        shows_no_more "Help: " "$close closes it"
        is "$(cursor_row),$(cursor_column)" "$row,$column" \
            "the cursor is back in its cell"
    done
    is "$(screen)" "$before" "panel $panel looks as before"
done
keys F1
shows "Help: " "F1 opens help too"
keys Escape 1 '?'
for word in "add an account" "delete the account" "Everywhere"; do
    shows "$word" "the help says: $word"
done
keys /
text "marks"
keys Enter
like "$(cursor_line)" "Marks:" "/ finds in the help"
keys Escape
shows_no_more "Help: " "and closes"

# The search for servers, offline: its key line and its help.
keys Home a
text "Ann"
keys Tab
text "ann@gmx.net"
keys Tab Space Tab Enter
shows "Servers for ann@gmx.net" "the search opens"
for entry in "Enter Use" "v Details" "r Again" "s Save" "? Help" "Esc Back"; do
    shows "$entry" "its key line has: $entry"
done
keys '?'
for word in "Search again." "The row above."; do
    shows "$word" "its help says: $word"
done
keys Escape
keys Up
shows "Space On/off" "on a server there is one key more"
keys v
shows "Named by Providers" "v works"
keys Escape
keys r
shows "Enter Use" "r works"
keys Escape Escape
shows "[1 Accounts]" "Escape leads back"

# Unknown keys change the message row only.
before=$(screen | sed 22d)
keys z
shows "z does nothing here. ? lists the keys." "an unknown key is named"
is "$(screen | sed 22d)" "$before" "nothing else changed"
keys Down

# From anywhere at most five Escapes lead to the first screen.
keys 2 Enter Escape 3 Enter Enter Escape Escape Escape Escape
shows "[1 Accounts]" "Escape leads back"
keys Escape
shows "q quits." "and never quits"

# Nothing is sent while nothing happens.
tmux_ pipe-pane -O -t s "cat >'$work/idle'"
sleep 2
is "$(wc -c <"$work/idle")" 0 "an idle screen sends nothing"
tmux_ pipe-pane -t s

# Sizes: same place, same edits, whatever the terminal does.
keys 1 Home 2 /
text "server name"
keys Enter
like "$(cursor_line)" "> Server name" "/ finds a field"
keys Enter
text ".x"
for size in 200x60 120x30 60x20 40x12 39x12 40x11 10x4 1x1 40x12 80x24; do
    resize $size
done
shows "mail.example.org.x" "the open field survives every size"
keys Escape
shows_no_more "mail.example.org.x" "and Escape gives the old value back"
resize 40x12
shows "40x12" "a small screen says its size"
shows "? Help" "and still has its keys"
keys t
shows "Test:" "and tests"
keys Escape 1
resize 30x8
shows "Nothing is lost" "below that it says so"
shows "30x8" "with the size"
keys t x 4
resize 80x24
shows "[1 Accounts]" "keys did nothing meanwhile"
resize 30x8
keys q
is "$(ended)" 0 "q quits there"

# Terminals.
for terminal in vt100 linux screen xterm-256color; do
    environment=(TERM=$terminal)
    start 80x24
    shows "> Work              IMAP mail.example.org:993 TLS" \
        "the same words with TERM=$terminal"
    keys q
    is "$(ended)" 0 "and the same end"
done
environment=(LC_ALL=C)
sed -i 's/label = Home/label = B\xc3\xbccher/' "$config"
start 80x24
tmux_ pipe-pane -O -t s "cat >'$work/bytes'"
keys C-l 2 1 Down
shows "> B?cher" "in the C locale other letters are ?"
is "$(LC_ALL=C grep -c '[^ -~[:cntrl:]]' "$work/bytes")" 0 "only ASCII is sent"
keys q
ended >/dev/null
environment=()
accounts

# No colour.
for value in "" 1; do
    environment=("NO_COLOR=$value")
    start 80x24
    shows "[1 Accounts]" "NO_COLOR='$value' starts"
    tmux_ pipe-pane -O -t s "cat >'$work/colour$value'"
    keys 2 G k k Enter
    text 1
    keys Enter C-l
    shows "* 1 unsaved" "something changed"
    sleep 0.3
    tmux_ pipe-pane -t s
    is "$(grep -cE $'\e\[[0-9;]*3[0-7]m' "$work/colour$value" |
        sed 's/[1-9][0-9]*/some/')" \
        "$([ -n "$value" ] && echo 0 || echo some)" "colours with '$value'"
    is "$(grep -cE $'\e\[\?100[0-6]h' "$work/colour$value")" 0 "no mouse mode"
    keys 1 q
    deaf
    keys Tab Tab Enter
    is "$(ended)" 0 "and ends"
done
environment=()

# No terminal that could do it.
refused() { # WHAT COMMAND...
    local what=$1 got
    shift
    got=$("$@" 2>"$work/refused" </dev/null)
    is "$?" 2 "$what: exit 2"
    is "$(wc -l <"$work/refused")" 1 "one line on stderr"
    like "$(cat "$work/refused")" "postseal list" "it names the commands"
    is "$got$(grep -c $'\e' "$work/refused")" 0 "no escape byte"
}
refused "no terminal" "$POSTSEAL" -c "$config"
for terminal in dumb "" unheard-of; do
    cat >"$work/try" <<TRY
TERM=$terminal "$POSTSEAL" -c "$config" 2>"$work/refused"
echo "status \$?" >"$work/status"
TRY
    rm -f "$work/status"
    script -qec "bash --norc '$work/try'" "$work/typescript" >/dev/null \
        </dev/null
    is "$(cat "$work/status")" "status 2" "TERM='$terminal': exit 2"
    is "$(wc -l <"$work/refused")" 1 "with one line"
    unlike "$(cat "$work/typescript")" $'\e' "and no escape byte"
done
finish
