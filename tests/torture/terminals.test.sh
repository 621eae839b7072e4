#!/bin/bash
# Screens under every terminal and locale: the same words in the same cells.
. "$(dirname "$0")/../screen/lib.sh"
. "$(dirname "$0")/accounts.sh"

reference=
for terminal in xterm-256color vt100 linux screen tmux-256color; do
    for locale in C.UTF-8 C; do
        environment=("TERM=$terminal" "LC_ALL=$locale")
        start 80x24 --ca "$pki/ca.pem"
        tmux_ pipe-pane -O -t s "cat >'$work/bytes'"
        seen=
        wait_for "[1 Accounts]"
        for panel in "1 Accounts" "2 Server" "3 Outgoing" "4 Certificates"; do
            keys "${panel%% *}"
            wait_for "[$panel]"
            seen+=$(screen)
        done
        keys '?'
        wait_for "Help: "
        seen+=$(screen)
        [ -n "$reference" ] || reference=$seen
        is "$seen" "$reference" "TERM=$terminal LC_ALL=$locale: the same cells"
        [ $locale != C ] ||
            is "$(LC_ALL=C grep -c '[^ -~[:cntrl:]]' "$work/bytes")" 0 \
                "TERM=$terminal LC_ALL=C: only ASCII is sent"
        keys Escape Escape Escape q
        is "$(ended)" 0 "and ends"
    done
done
environment=()

finish
