#!/bin/bash
# What holds in every place of the screens (tests/screen/places.sh): nothing is
# sent while nothing happens; the cursor is visible, on what is marked; an
# unknown key and a paste change nothing; help opens and closes; every size
# leaves it as it was; at most five Escapes lead to the first screen, and none is
# without effect. PLACES="test log" runs some of them.
. "$(dirname "$0")/../screen/lib.sh"
. "$(dirname "$0")/../screen/places.sh"

# Pages of text, where the cursor rests at the top, at what runs, or at the end.
pages=' exception-details authority-details yours-details help help-of-dialog log
    operator permit search-details export-preview test running '
# Where a question mark is a letter, and F1, too, belongs to the line.
prompts=' find help help-find help-of-dialog '
sizes=(200x60 1500x20 160x50 120x30 60x20 40x12 39x12 40x11 30x8 10x4 1x1 1x60 200x1 80x24)

one_of() { [[ " $(tr -s ' \n' ' ' <<<"$2") " == *" $1 "* ]]; }
# Times pass; what a list says of them is no change.
steady() { sed 's/ *[0-9]* ms/ ms/g'; }
# Without the line of the cursor, the hint and the message.
elsewhere() { # STATE
    local row
    row=$(head -n 1 <<<"$1" | sed 's/.*,//; s/ .*//')
    tail -n +2 <<<"$1" | sed "$((row + 1))d;21,22d"
}
bytes_in() { # SECONDS
    tmux_ pipe-pane -O -t s "cat >'$work/idle'"
    sleep "$1"
    tmux_ pipe-pane -t s
    wc -c <"$work/idle"
}

for place in ${PLACES:-$(all_places)}; do
    begin 80x24 "$place"
    ok $? "$place: is there" || { screen | sed 's/^/#   |/'; continue; }
    before=$(still | steady)
    case $place in accounts | running | password | permit) long=10 ;; *) long=1 ;; esac
    is "$(bytes_in $long)" 0 "$place: nothing is sent in $long s"

    like "$(head -n 1 <<<"$before")" " 1" "$place: the cursor is visible"
    if ! one_of "$place" "$pages"; then
        like "$(cursor_line)" "$(case $place in
            find | help-find) echo Find: ;;
            *-write) echo 'Write to:' ;;
            *) echo '>' ;;
            esac)" "$place: the cursor is on what is marked"
    fi

    keys F5
    is "$(elsewhere "$(still)" | steady)" "$(elsewhere "$before")" \
        "$place: an unknown sequence changes nothing"
    # The answer to what is pasted there stands beside the button.
    [ $place != exception-paste ] || keys z
    [ $place != exception-paste ] || before=$(still | steady)
    keys z
    is "$(elsewhere "$(still)" | steady)" "$(elsewhere "$before")" \
        "$place: z changes its line or the message, nothing else"
    paste $'q\nq\ty'
    is "$(elsewhere "$(still)" | steady)" "$(elsewhere "$before")" \
        "$place: nor does a paste"

    before=$(still | steady)
    if ! one_of "$place" "$prompts"; then
        keys F1
        wait_for "Help: "
        ok $? "$place: F1 opens help"
        keys Escape
        sleep 0.2
        is "$(elsewhere "$(still)" | steady)" "$(elsewhere "$before")" \
            "$place: which Escape closes"
    fi

    before=$(still | steady)
    for size in "${sizes[@]}"; do
        tmux_ resize-window -t s -x "${size%x*}" -y "${size#*x}"
        sleep 0.1
    done
    is "$(still | steady)" "$before" "$place: all sizes leave it as it was"

    before=$(still)
    keys Escape
    sleep 0.3
    [ "$(still)" != "$before" ]
    ok $? "$place: Escape does something"
    for _ in 1 2 3 4; do
        keys Escape
        sleep 0.25
    done
    shows "[1 Accounts]" "$place: five of them lead to the first screen"
    shows_not "Leave with" "$place: and do not leave"
done
finish
