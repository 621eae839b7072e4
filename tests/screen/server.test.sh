#!/bin/bash
# Server: editing fields: text, number, choice, secret, reference; wrong input;
# pastes; taking back.
. "$(dirname "$0")/lib.sh"
cat >"$config" <<INI
[defaults]
smtp = relay
[account work]
label = Work
name = A. Example
host = mail.example.org
port = 993
security = tls
user = ann
password = hunter2
[account home]
host = home.example.org
port = 1993
[smtp relay]
label = Relay
host = smtp.example.org
[smtp spare]
label = Spare
host = spare.example.org
INI
chmod 600 "$config"
# Puts the focus on a row by its label.
focus() {
    keys Home /
    text "$1"
    keys Enter
}
start 80x24
wait_for "Help"
keys 2
shows "(1/2)" "the first of two accounts"
tmux_ pipe-pane -O -t s "cat >'$work/bytes'"

# Text.
focus "User name"
keys Enter
text "x q/?s1"
shows "annx q/?s1" "letters are text in a field"
keys Escape
shows_no_more "annx" "Escape gives the old value back"
shows_not "unsaved" "nothing is staged"
keys Enter C-u
text "bob"
keys Enter
shows "* bob" "Enter takes"
shows '* was "ann"' "with what it was"
shows "* 1 unsaved" "counted"
keys Enter C-u
text "ann"
keys Enter
shows_no_more "unsaved" "typing the old value back takes the change back"

# Editing inside.
keys Enter Home
text "x"
keys End Left BSpace C-e
text "y"
shows "xany" "the keys of line editing"
keys C-w
shows_no_more "xany" "Ctrl-W"
text "$(printf 'e\xcc\x81\xe6\xbc\xa2z')"
is "$(cursor_column)" 22 "combining and wide letters: the column is right"
keys Left
is "$(cursor_column)" 21 "also after moving"
keys Escape

# Numbers.
focus "Port"
for value in 99999 0 abc; do
    keys Enter C-u
    text "$value"
    keys Enter
    wait_for "Saving waits"
    like "$(screen | tr -s ' \n' '  ')" "65535" "$value: the limit is told"
    like "$(cursor_line)" "* $value" "$value is kept"
done
keys Enter C-u Enter
shows "empty" "so is an empty one"
keys Up s
shows "1 to fix" "s refuses"
like "$(cursor_line)" "Port" "the cursor goes there"
is "$(grep -c 'port = 993' "$config")" 1 "the file is as it was"
keys Enter Escape
shows_no_more "unsaved" "Escape in the field gives the saved one back"

# Choices, and the port that follows.
focus "Security"
keys Space
shows "* STARTTLS" "Space takes the next choice"
shows "* 143" "the usual port follows"
shows "The port follows" "and it is said"
shows "* 2 unsaved" "two changes"
keys u u
shows_no_more "unsaved" "u takes both back"
keys Enter
shows "none (not encrypted)" "Enter opens the choices"
keys Down Down Enter
shows "* none (not encrypted)" "arrows choose, Enter takes"
shows "* 143" "the port follows again"
keys u
wait_for "Taken back"
keys u
keys Enter Down Escape
shows_no_more "unsaved" "Escape takes none"
keys '>'
shows "(2/2)" "> goes to the next account"
keys Home
focus "Security"
keys Space
shows "* 1 unsaved" "an unusual port does not follow"
keys u '<'

# Outgoing server: a reference.
focus "Outgoing"
keys Enter
shows "(the default: Relay)" "the default is named"
keys Down Down Enter
shows "* Spare" "another one is taken"
keys u
shows_no_more "unsaved" "and taken back"

# Secrets are never shown.
focus "Password"
keys n n
like "$(cursor_line)" "(stored; Enter replaces it)" "a secret is not shown"
keys Enter
text "s3cr3t-word"
shows "***********" "stars while it is typed"
keys Enter
shows "(new; Enter replaces it)" "taken"
keys q q
deaf
shows "(hidden)" "the list of changes hides it"
keys Escape
shows_no_more "Leave with" "Escape stays"
keys 2 u
shows_no_more "unsaved" "taken back"

# Pastes.
keys C-l
paste $'q\nq\n'
shows "Pasted text was ignored" "a paste outside a field does nothing"
focus "User name"
keys Enter C-u
paste $'a\nb\ts'
shows "ab s" "in a field it is one line"
keys Escape

tmux_ pipe-pane -t s
is "$(grep -cE 'hunter2|s3cr3t' "$work/bytes")" 0 "no secret was sent"
is "$(grep -rlE 's3cr3t' "$work/config" "$work/state" "$HOME" | wc -l)" 0 \
    "nor written anywhere"

# 300 letters.
focus "User name"
keys Enter C-u
text "$(printf '%0300d' 7)"
is "$(cursor_column)" 78 "a long value scrolls"
keys Home
is "$(cursor_column)" 18 "to its beginning"
keys Enter
shows "too long: 300" "and is refused with the limit"
keys u
shows_no_more "unsaved" "taken back"
keys Escape q
is "$(ended)" 0 "q ends"
cp "$config" "$work/now"
finish
