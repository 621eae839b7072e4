#!/bin/bash
# What a person is asked on a terminal outside the screens: nothing but a whole
# "yes", typed after the question, is one.
. "$(dirname "$0")/../lib.sh"
if ! command -v tmux >/dev/null; then
    skip "questions on a terminal" "no tmux"
    finish
fi
. tests/terminal.sh
start_mailserver imap=imap:tls:good

mkdir -m 700 "$work/elsewhere"
ran=$work/ran
cat >"$work/elsewhere/accounts.ini" <<INI
[account work]
type = imap
host = localhost
port = $(port imap)
security = tls
user = ann
password-command = "touch $ran; printf secret"
INI
asks="type yes: "
command=("$POSTSEAL" -c "$work/elsewhere/accounts.ini" --ca "$pki/ca.pem" test work/incoming)

answered() { # TEXT: what is typed to the question
    rm -f "$ran"
    on_terminal "${command[@]}"
    terminal_until "$asks"
    terminal_type "$1"
    terminal_until "(ended:"
}
for answer in "" y Yes "yes please" "no" "$(printf 'x%.0s' {1..300})yes"; do
    answered "$answer"
    is "$([ -e "$ran" ] && echo ran)" "" "\"${answer:0:12}\" is no yes"
done
like "$(terminal)" "(ended: 1)" "without it the test is not"

rm -f "$ran"
on_terminal bash -c 'sleep 1; "$@"' run "${command[@]}"
terminal_type yes
terminal_until "$asks"
terminal_type no
terminal_until "(ended:"
is "$([ -e "$ran" ] && echo ran)" "" "what was typed before the question is no answer"

# It is remembered, so it comes last.
answered yes
is "$([ -e "$ran" ] && echo ran)" ran "yes: the commands of a file elsewhere are run"
like "$(terminal)" "(ended: 0)" "and the test is good"

on_terminal "${command[@]}"
terminal_until "(ended:"
unlike "$(terminal)" "$asks" "and asked once only"
finish
