# shellcheck shell=bash
# terminal.sh: a command that asks, on a terminal (tmux). `on_terminal` runs it,
# `terminal_type` answers, `terminal` is what stands there.
terminal_name=ask$$
terminal_() { tmux -L "$terminal_name" -f /dev/null "$@"; }
on_exit="terminal_ kill-server 2>/dev/null"

on_terminal() { # COMMAND [ARGUMENT...]
    terminal_ start-server ';' set -g exit-empty off
    terminal_ kill-session -t t 2>/dev/null
    terminal_ new-session -d -s t -x 100 -y 50 \
        bash --norc -c '"$@"; echo "(ended: $?)"; exec sleep 60' run "$@"
}
terminal() { terminal_ capture-pane -p -t t; }
terminal_type() { terminal_ send-keys -t t -l -- "$1"; terminal_ send-keys -t t Enter; }
terminal_until() { # TEXT: waits up to 10 s for it
    local tries=0
    until [[ $(terminal) == *"$1"* ]]; do
        [ $((tries += 1)) -lt 200 ] || return 1
        sleep 0.05
    done
}
