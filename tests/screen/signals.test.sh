#!/bin/bash
# The terminal: given back as it was, signals, torn escape sequences.
. "$(dirname "$0")/lib.sh"
cat >"$config" <<INI
[account work]
host = mail.example.org
user = ann
[account home]
host = home.example.org
[account club]
host = club.example.org
INI
running() { pgrep -f "^$POSTSEAL -c $config" | head -n 1; }
# True when the program is gone within a second.
gone() { # PID
    local tries=0
    while kill -0 "$1" 2>/dev/null; do
        tries=$((tries + 1))
        [ $tries -lt 20 ] || return 1
        sleep 0.05
    done
}
environment=()
tmux_ new-session -d -s plain -x 80 -y 24 "stty -a >'$work/plain'; sleep 60"
start 80x24
shows "[1 Accounts]" "it starts"
keys q
ended >/dev/null
is "$(cat "$work/stty")" "$(cat "$work/plain")" "stty is as before after q"

for signal in HUP TERM; do
    start 80x24
    shows "[1 Accounts]" "it starts"
    pid=$(running)
    kill -$signal "$pid"
    gone "$pid"
    ok $? "SIG$signal ends it within a second"
    ended >/dev/null
    is "$(cat "$work/stty")" "$(cat "$work/plain")" "stty is as before"
done

# A crash leaves a usable terminal.
start 80x24
shows "[1 Accounts]" "it starts"
if [ -z "${ASAN_OPTIONS:-}" ] || ! nm "$POSTSEAL" | grep -q __asan_init; then
    kill -SEGV "$(running)"
    ended >/dev/null
    is "$(cat "$work/stty")" "$(cat "$work/plain")" "stty after a crash"
fi

# A closed terminal, also with SIGHUP ignored.
for ignore in "" "trap '' HUP;"; do
    tmux_ kill-session -t s 2>/dev/null
    tmux_ new-session -d -s s -x 80 -y 24 \
        "bash --norc -c '$ignore exec \"$POSTSEAL\" -c \"$config\"'"
    wait_for "[1 Accounts]"
    pid=$(running)
    tmux_ kill-session -t s
    gone "$pid"
    ok $? "a closed terminal ends it (${ignore:-SIGHUP not ignored})"
done

# Ctrl-Z under a shell with job control.
tmux_ new-session -d -s s -x 80 -y 24 \
    "PS1='shell> ' bash --norc --noprofile -i"
tmux_ set -g status off
wait_for "shell>"
text "'$POSTSEAL' -c '$config'"
keys Enter
shows "[1 Accounts]" "it starts from a shell"
keys 2 /
text "password"
keys Enter n n Enter
text "s3cret"
wait_for "******"
tmux_ pipe-pane -O -t s "cat >'$work/stop'"
keys C-z
shows "Stopped" "Ctrl-Z stops it"
shows "shell>" "the shell is back"
like "$(cat "$work/stop")" $'\e[?2004l' "bracketed paste is off"
text "stty -a >'$work/stopped'"
keys Enter
sleep 0.3
is "$(tr -s ' ' <"$work/stopped" | grep -o ' -\?echo ')" " echo " \
    "the terminal echoes"
text "fg"
keys Enter
shows "[2 Server]" "fg returns to the same screen"
like "$(cursor_line)" "> Password" "in the same field"
unlike "$(cursor_line)" "*" "which is empty now"
keys Escape
shows_no_more "Old value" "it goes on"
keys Escape q
wait_for "shell>"

# Escape sequences, whole and torn.
raw() { tmux_ send-keys -t s -H "$@"; }
here() { cursor_line | awk '{ print $2 }'; }
environment=()
start 80x24
shows "> work" "three accounts"
raw 1b 4f 42
wait_for "> home"
is "$(here)" home "ESC O B is Down"
raw 1b 5b 42
wait_for "> club"
is "$(here)" club "ESC [ B is Down"
for sequence in "5b 48" "4f 48" "5b 31 7e"; do
    keys End
    wait_for "> club"
    # shellcheck disable=SC2086
    raw 1b $sequence
    wait_for "> work"
    is "$(here)" work "ESC $sequence is Home"
done
before=$(screen)
raw 1b 5b 39 39 7e
raw 1b 4f 64
sleep 0.3
is "$(screen)" "$before" "unknown sequences do nothing"
# A busy machine may tear it further: three tries.
for _ in 1 2 3; do
    raw 1b
    sleep 0.04
    raw 5b 42
    wait_for "> home" && break
done
is "$(here)" home "Down torn by 40 ms is Down"
keys 2
wait_for "[2 Server]"
raw 1b
sleep 0.4
raw 5b 42
sleep 0.3
shows "[1 Accounts]" "torn by 400 ms it is one step back"
is "$(here)" home "and nothing else"
keys 2
wait_for "[2 Server]"
raw 1b
sleep 0.18
shows "[1 Accounts]" "a lone Escape acts soon"
keys q
is "$(ended)" 0 "q ends"
environment=(ESCDELAY=900)
start 80x24
wait_for "Help"
keys 2
wait_for "[2 Server]"
raw 1b
sleep 0.4
shows_not "[1 Accounts]" "ESCDELAY of the person is respected"
shows "[1 Accounts]" "and Escape acts then"
keys q
finish
