#!/bin/bash
# `make run` on a terminal: the four example accounts, a test that logs in, and
# nothing left behind, however it ends.
. "$(dirname "$0")/lib.sh"
mkdir "$work/tmp"
POSTSEAL='sh' # what `start` runs, with "-c" before the rest
config=$(printf 'cd %q && TMPDIR=%q BUILD=%q exec sh tests/demo/run.sh' \
    "$PWD" "$work/tmp" "$BUILD")
servers() { pgrep -f "mailserver --pki $work/tmp/" | wc -l; }
gone() { # WHAT: within 5 seconds
    local tries=0
    while [ "$(servers)" != 0 ] || [ -n "$(ls "$work/tmp")" ]; do
        tries=$((tries + 1))
        [ $tries -lt 50 ] || break
        sleep 0.1
    done
    is "$(servers) $(ls "$work/tmp")" "0 " "$1"
}

start 80x24
shows "Old post" "make run shows the example accounts"
for name in Work Home Club; do
    shows "$name" "with $name"
done
is "$(servers)" 1 "their servers run"
keys t
shows "Logged in with IMAP LOGIN;" "a test of the first logs in"
shows "Logged in with PLAIN." "in and out" # Esc would stop it before
keys Escape
shows "Old post" "Esc leads back"
keys q
gone "all is gone after q"
start 80x24
shows "Old post" "again"
tmux_ kill-session -t s
gone "and all is gone when the line drops"
finish
