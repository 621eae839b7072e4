#!/bin/bash
# Passwords on the terminal: the prompt of a test, where it is kept, commands
# that ask, and the questions of the commands `test` and `secret`.
. "$(dirname "$0")/lib.sh"
marker=Kn0bl4uch$$
start_mailserver --password "$marker" in=imap:tls:good out=smtp:tls:good \
    self=imap:tls:selfsigned shut=imap:tls:good:close@login
write() { # PORT [LINE...]
    {
        printf '[defaults]\nsmtp = %s\n' "${smtp-out}"
        printf '[account work]\nlabel = Work\n'
        printf 'host = localhost\nport = %s\nuser = ann\n' "$1"
        shift
        [ $# = 0 ] || printf '%s\n' "$@"
        printf '[smtp out]\nhost = localhost\nport = %s\n' "$(port out)"
        printf 'security = tls\naccount = work\n'
    } >"$config"
    chmod 600 "$config"
}
bytes() { tmux_ pipe-pane -O -t s "cat >>'$work/bytes'"; }
ca=(--ca "$pki/ca.pem" --allow-commands)

# -- the prompt -------------------------------------------------------------
write "$(port in)"
start 80x24 "${ca[@]}"
bytes
shows "[1 Accounts]" "it starts"
keys t
shows "asks for the password of ann" "the test asks"
shows "Nothing was sent yet" "before anything was sent"
shows "both servers get it" "once for both"
deaf
text "$marker"
shows "$(printf '%*s' ${#marker} '' | tr ' ' '*')" "stars"
like "$(cursor_line)" "Password" "the cursor is in the field"
keys '?' BSpace
shows_not "Help" "a question mark is a letter here"
keys Tab
like "$(cursor_line)" "nowhere: forget it" "it is kept nowhere unless one says so"
keys Enter
shows "Logged in with PLAIN" "it logs in"
shows_no_more "asks for the password" "both of them, asked once"
is "$(screen | grep -c 'Logged in with \(PLAIN\|IMAP LOGIN\)')" 2 "in and out"
keys r
shows "asks for the password of ann" "forgotten afterwards"
deaf
keys Escape
shows "No password was typed, so no login was tried" "Escape goes on without"
shows_no_more "asks for the password" "for both"
keys r
wait_for "asks for the password"
text "typed ahead"
keys Enter
shows "asks for the password" "type-ahead is no password"
deaf
keys Enter
shows "The password is empty" "an empty one is none"
: >"$work/server.log"
text wrong
keys Enter
shows "localhost refused the password" "a wrong one is refused"
shows "not tried at localhost" "and not tried at the other server"
is "$(grep -c -e "AUTH.*$(printf '\0ann\0wrong' | base64)" \
    -e 'LOGIN "ann" "wrong"' "$work/server.log")" 1 \
    "which has not heard it"
deaf
keys Escape
shows "the password is wrong" "the first has said so"
shows "No password was typed" "the second was not tried"
keys r
wait_for "asks for the password"
deaf
text wrong
keys Enter
wait_for "not tried at localhost"
deaf
text "$marker"
keys Enter
# IMAP says LOGIN, SMTP says PLAIN, and either may have been first.
shows "Logged in with" "the second gets the one typed for it"
keys Escape

# -- kept in the file -------------------------------------------------------
keys t
wait_for "asks for the password"
deaf
text "$marker"
keys Tab Left
shows "in accounts.ini, readable as it is" "the file, on purpose"
shows "A command is safer." "with a word against it"
keys Enter
shows "Logged in with PLAIN" "it logs in"
keys Escape
shows "1 unsaved" "a change like any other"
is "$(grep -c "$marker" "$config")" 0 "not in the file yet"
keys s
shows_no_more "1 unsaved" "saved"
is "$(grep -c "$marker" "$config")" 1 "now it is"
keys t
shows "Logged in with PLAIN" "nobody is asked any more"
keys Escape q
is "$(ended)" 0 "it ends"

# -- not kept when nobody knows whether it is right -------------------------
smtp="" write "$(port shut)"
start 80x24 "${ca[@]}"
bytes
wait_for "[1 Accounts]"
keys t
wait_for "asks for the password"
deaf
text "$marker"
keys Tab Left
shows "in accounts.ini, readable as it is" "to be kept in the file"
keys Enter
shows "closed" "the server hangs up instead of an answer"
shows "was not kept: it has not worked" "nothing is kept then"
keys Escape
shows_not "unsaved" "nor changed"
keys q
is "$(ended)" 0 "it ends"

# -- not for a server that has proven nothing -------------------------------
smtp="" write "$(port self)"
start 80x24 "${ca[@]}"
bytes
wait_for "[1 Accounts]"
keys t
shows "Add an exception" "an untrusted server"
shows_not "asks for the password" "gets none typed"
keys Escape q
ended >/dev/null

# -- small screens ----------------------------------------------------------
write "$(port in)"
for size in 60x20 40x12; do
    start $size "${ca[@]}"
    bytes
    wait_for "1 Acc" || wait_for "[1]"
    keys t
    shows "Password" "$size: the test asks"
    deaf
    text "$marker"
    shows "***" "$size: stars"
    like "$(cursor_line)" "Password" "$size: the cursor is in the field"
    shows "Keep it" "$size: the choice is to be seen"
    keys Enter
    shows_no_more "running" "$size: it goes on"
    like "$(screen | head -n 1)" "OK" "$size: it logs in"
    keys Escape q
    ended >/dev/null
done

# -- commands that ask ------------------------------------------------------
ask=$work/ask
cat >"$ask" <<'SH'
#!/bin/bash
echo "tty: $(tty) GPG_TTY: $GPG_TTY" >"$(dirname "$0")/asked"
read -rsp "Passphrase please: " word </dev/tty 2>&1 >/dev/tty
stty -a </dev/tty >/dev/null && printf '%s\n' "$word"
SH
sed -i 's| </dev/tty 2>&1 >/dev/tty||' "$ask"
chmod +x "$ask"
write "$(port in)" "password-command = $ask" "password-command-terminal = yes"
start 80x24 "${ca[@]}"
bytes
wait_for "[1 Accounts]"
keys t
shows "A password command asks here" "the screens make room"
shows "Passphrase please:" "the command asks"
text "$marker"
keys Enter
shows "Logged in with PLAIN" "the screens are back, and it logs in"
like "$(cat "$work/asked")" "tty: /dev/pts/" "it had the terminal"
like "$(cat "$work/asked")" "GPG_TTY: /dev/pts/" "and its name"
shows_not "Passphrase please" "nothing of it is left on the screen"
keys Escape
shows "[1 Accounts]" "keys work as before"
# The first question stands on the lent screen still. Pressed before bash reads,
# Ctrl-C would be bash's own to forget.
sed -i 's/Passphrase please/& again/' "$ask"
keys t
wait_for "Passphrase please again:"
keys C-c
shows "was ended by signal" "Ctrl-C ends the command"
shows "Test: Work" "not the screens"
keys Escape q
is "$(ended)" 0 "it ends"

# -- on the command line ----------------------------------------------------
# With the terminal as standard error, too.
in_terminal() {
    rm -f "$work/status"
    tmux_ kill-session -t s 2>/dev/null
    tmux_ new-session -d -s s -x 80 -y 24 env TERM=screen-256color \
        bash --norc -c '"$@"; echo $? >"'"$work"'/status"
            stty -a >"'"$work"'/stty"; exec sleep 60' \
        in_terminal "$POSTSEAL" -c "$config" "${ca[@]}" "$@"
    bytes
}
write "$(port in)"
in_terminal test work
shows "Password of ann at localhost (and its other server):" "test asks"
text "$marker"
keys Enter
is "$(ended)" 0 "both log in"
in_terminal test work
wait_for "Password of ann"
text wrong
keys Enter
shows "localhost refused it. Password of ann at localhost:" "a wrong one: asked anew"
text "$marker"
keys Enter
is "$(ended)" 1 "one of them logs in"
like "$(screen)" "the password is wrong" "the other has refused it"
like "$(cat "$work/stty")" " echo " "the echo is back"
in_terminal test work
wait_for "Password of ann"
keys C-c
is "$(ended)" 1 "Ctrl-C stops it"
like "$(cat "$work/stty")" " echo " "the echo is back"
in_terminal secret work
is "$(ended)" 2 "secret does not print on a terminal"
in_terminal secret work --yes
wait_for "Password of ann at localhost:"
text "plain"
keys Enter
shows "plain" "unless told to"
is "$(ended)" 0 "and ends well"
write "$(port in)" "password-command = $ask" "password-command-terminal = yes"
in_terminal test work
wait_for "Passphrase please again:"
text "$marker"
keys Enter
is "$(ended)" 0 "test lends the terminal, too"
is "$(wc -l <"$work/asked")" 1 "asked once"

plain=$(printf '\0ann\0%s' "$marker" | base64)
found=$(grep -rlaF -e "$marker" -e "$plain" "$work" | grep -v '/server.log$')
is "$found" "" "no file holds the password at the end"
is "$(grep -c -a "$marker" "$work/bytes")" 0 "the password never went to the terminal"
finish
