#!/bin/bash
# The log of a test and its report: while it runs, at its end, in small
# terminals, and without the password.
. "$(dirname "$0")/lib.sh"
marker=Kn0bl4uch$$
start_mailserver --password "$marker" in=imap:tls:good out=smtp:tls:good \
    slow=imap:tls:good:mute
account() { # ID PORT
    printf '[account %s]\nlabel = %s\nhost = localhost\nport = %s\n' \
        "$1" "$1" "$2"
    printf 'user = ann\ntimeout = 60\n'
    printf 'password-command = printf %s\n' "$marker"
}
{
    account work "$(port in)"
    printf 'smtp = out\n'
    account wait "$(port slow)"
    printf '[smtp out]\nhost = localhost\nport = %s\nsecurity = tls\n' \
        "$(port out)"
    printf 'account = work\n'
} >"$config"
chmod 600 "$config"
no_secret() { # FILE TEXT
    is "$(grep -cF -e "$marker" -e "$(printf %s "$marker" | base64 | cut -c1-12)" \
        -e "$(printf '\0ann\0%s' "$marker" | base64 | cut -c1-20)" "$1")" 0 "$2"
}
cd "$work" || exit 1
start 80x24 --ca "$pki/ca.pem" --allow-commands
tmux_ pipe-pane -O -t s "cat >>'$work/bytes'"
shows "[1 Accounts]" "it starts"
keys t
shows "Logged in with PLAIN" "the test ends"
like "$(screen | tail -n 1)" "l Log" "the key line has l"
like "$(screen | tail -n 1)" "w Write report" "and w"
keys l
shows "Log: work/incoming" "the log of the first server"
like "$(screen | tail -n 1)" "w Write report" "with w on its key line, too"
shows "EXAMINE INBOX" "what was sent"
shows "> a1 LOGIN \"ann\" (secret)" "without the secret"
shows "< * OK" "what was received"
keys G
shows "LOGOUT" "to the end"
keys n
shows "Log: work/outgoing" "the other server's"
shows "AUTH PLAIN (secret)" "without the secret there, too"
keys w
shows "No password or token is" "the report asks for a file"
keys C-u
text report-1
keys Enter
shows "Written to report-1" "it is written"
is "$(stat -c %a report-1)" 600 "for its owner alone"
like "$(cat report-1)" "work/incoming: IMAP localhost" "with both servers"
like "$(cat report-1)" "> EHLO" "and what was said"
like "$(cat report-1)" "Logged in with PLAIN" "and what came of it"
no_secret report-1 "no password in it"
keys w C-u
text report-1
keys Enter
shows "exists already" "never over another file"
keys Escape
shows "Log: work/outgoing" "Escape goes back to the log"
keys Escape
shows "Test: work" "and to the test"
keys w C-u
text report-2
keys Enter
shows "Written to report-2" "w works there as well"
for size in 60x20 40x12; do
    resize $size
    keys l
    shows "Log: work/incoming" "$size: the log"
    shows "Find address" "$size: from its beginning"
    keys NPage
    shows_not "Find address" "$size: a page down"
    keys g
    shows "Find address" "$size: back up"
    keys Escape
    wait_for "Test: work"
done
resize 80x24
keys Escape Down t
shows "TLS handshake" "a test that waits"
keys l
shows "Log: wait/incoming" "its log meanwhile"
shows "TLS handshake" "as far as it is"
keys w
shows "No password or token is" "so does the report"
keys C-u
text report-3
keys Enter
shows "Written to report-3" "written"
like "$(cat report-3)" "The test still runs." "which says so"
keys Escape
shows "Test: wait" "back"
keys Escape
shows "stopped" "Escape stops the test"
keys Escape q
is "$(ended)" 0 "q ends"
no_secret "$work/bytes" "no password on the terminal"
finish
