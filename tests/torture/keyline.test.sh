#!/bin/bash
# In every place (tests/screen/places.sh): each key on the key line does
# something there, and keys that were pressed before a decision was seen do not
# answer it. PLACES="test log" runs some of them, SIZE another size.
. "$(dirname "$0")/../screen/lib.sh"
. "$(dirname "$0")/../screen/places.sh"
: "${SIZE:=160x50}" # all keys are on the key line there

# The keys of the last row: each a name, a label in words, two blanks apart.
key_line() { screen | tail -n 1 | sed 's/^ *//; s/   */\n/g; s/  /\n/g' | awk '{ print $1 }'; }
by_tmux() { # NAME
    case $1 in
    Esc) echo Escape ;;
    PgDn) echo NPage ;;
    PgUp) echo PPage ;;
    Up/Down) echo Down ;;
    Left/Right) echo Right ;;
    Ctrl-*) tr A-Z a-z <<<"C-${1#Ctrl-}" ;;
    *) echo "$1" ;;
    esac
}
# Something happened: another screen, another cursor, a message, the end.
changed() { # STATE
    local tries=0
    while [ $tries -lt 30 ]; do
        [ "$(state)" = "$1" ] && [ ! -s "$work/status" ] || return 0
        tries=$((tries + 1))
        sleep 0.1
    done
    return 1
}

for place in ${PLACES:-$(all_places)}; do
    begin "$SIZE" "$place"
    ok $? "$place: is there" || { screen | sed 's/^/#   |/'; continue; }
    before=$(still)
    mapfile -t names < <(key_line)
    [ ${#names[@]} -ge 2 ]
    ok $? "$place: has a key line: ${names[*]}"
    for name in "${names[@]}"; do
        # Back by one Escape, or from the beginning.
        if [ "$(state)" != "$before" ]; then
            begin "$SIZE" "$place"
            before=$(still)
        fi
        tmux_ send-keys -t s "$(by_tmux "$name")"
        changed "$before"
        ok $? "$place: $name does something" || screen | sed 's/^/#   |/'
        unlike "$(screen)" "does nothing here" "$place: and says nothing else"
        [ "$name" = Esc ] || keys Escape
        sleep 0.3
    done
done

# What the program holds; when something was seen is no decision.
files() {
    local name
    (cd "$work/config/postseal" && find . -type f ! -name state.ini | sort |
        while read -r name; do
            echo "$name $(sed '/^changed-seen/d' "$name" | cksum)"
        done)
}
# Times pass meanwhile.
steady() { sed -E 's/ *[0-9]+ ms/ ms/g; s/[0-9]{2}:[0-9]{2}(:[0-9]{2})?/TIME/g'; }

# Typed before it was seen. Other tests have what opens by itself.
ahead='Enter Space y Y a x n s Right Enter Tab Tab Tab Enter Space Left Enter
    BTab Enter Space'
for place in ${PLACES:-$(all_places)}; do
    way=$(of_place "$place" 3)
    case $place in permit | password | help* | recovery) continue ;; esac
    [[ $way == *' deaf' ]] || continue
    begin "$SIZE" "$place"
    before=$(still | steady)
    stored=$(files)
    way=${way% deaf}
    way=$(sed 's/ @[^ ]*$//' <<<"$way")
    begin "$SIZE" "$place" "$way $(tr -s ' \n' ' ' <<<"$ahead")"
    sleep 0.8
    is "$(still | steady)" "$before" \
        "$place: keys pressed ahead do not answer it"
    is "$(files)" "$stored" "$place: and nothing was written"
done
finish
