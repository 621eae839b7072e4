#!/bin/bash
# Screens under every terminal, locale and size: the same words in the same
# cells; every place survives every size with its focus; at most five Escapes
# lead back from everywhere.
. "$(dirname "$0")/../screen/lib.sh"
. "$(dirname "$0")/accounts.sh"

# -- terminals and locales ---------------------------------------------------

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

# -- sizes, in every place ---------------------------------------------------

sizes=(200x60 160x50 120x30 60x20 40x12 39x12 40x11 30x8 10x4 1x1 1x60 200x1)
go() { # PLACE: from the first screen
    case $1 in
    accounts) keys Down ;;
    add) keys a; wait_for "Add" ;;
    delete) keys Down d; deaf ;;
    find) keys /; text "clu" ;;
    help) keys '?' ;;
    server) keys 2 Down Down ;;
    field) keys 2 / ; text "server name"; keys Enter Enter; text ".x" ;;
    outgoing) keys 3 ;;
    outgoing-field) keys 3 Right Down Enter ;;
    exceptions) keys 4 ;;
    authorities) keys 4 Right Down ;;
    yours) keys 4 Right Right ;;
    import) keys i; deaf ;;
    export) keys e; deaf ;;
    test) keys t; wait_for "Logged in" ;;
    failed) keys Down t; wait_for "FAIL" ;;
    log) keys t; wait_for "Logged in"; keys l ;;
    view) keys Down t; wait_for "FAIL"; keys v ;;
    exception) keys Down t; wait_for "FAIL"; keys x; deaf; keys Tab; text "F41A" ;;
    leave) keys 2 Down Down Enter; text 1; keys Enter Escape q; deaf ;;
    esac
}
for place in accounts add delete find help server field outgoing outgoing-field \
    exceptions authorities yours import export test failed log view exception \
    leave; do
    accounts
    start 80x24 --ca "$pki/ca.pem"
    wait_for "[1 Accounts]"
    go $place
    sleep 0.5
    before=$(screen | sed 's/[0-9]* ms/ms/g') row=$(cursor_row) column=$(cursor_column)
    for size in "${sizes[@]}"; do
        resize $size
    done
    resize 80x24
    is "$(screen | sed 's/[0-9]* ms/ms/g')" "$before" "$place: as before after all sizes"
    is "$(cursor_row),$(cursor_column)" "$row,$column" "$place: the same focus"
    keys Escape
    sleep 0.25
    keys Escape
    sleep 0.25
    keys Escape
    sleep 0.25
    keys Escape
    sleep 0.25
    keys Escape
    shows "[1 Accounts]" "$place: five Escapes lead back"
    shows_not "not saved yet?" "$place: and do not leave"
done

finish
