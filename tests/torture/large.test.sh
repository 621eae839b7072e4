#!/bin/bash
# 10,000 accounts and 10,000 exceptions used from the screens: to the end, found,
# edited, saved, removed, taken back; and a key takes as many bytes, and no more
# processor time to speak of, than it takes with twenty.
. "$(dirname "$0")/../screen/lib.sh"
write() { # COUNT
    local i
    for ((i = 10001; i <= 10000 + $1; i++)); do
        printf '[account a%d]\nhost = h%d.example.org\nuser = u\n\n' $i $i
    done >"$config"
    for ((i = 10001; i <= 10000 + $1; i++)); do
        printf '[exception %d]\nhost = h%d.example.org\nport = 993\n' $i $i
        printf 'sha256 = %064d\nspki-sha256 = %064d\n' $i $i
        printf 'faults = self-signed\nuntil = removed\n'
        printf 'added = 2026-01-01T00:00:00Z\nchecked = typed\n\n'
    done >"${config%/*}/exceptions.ini"
    chmod 600 "${config%/*}"/*.ini
}

# Bytes and processor time of cursor keys in both lists.
for size in 20 10000; do
    write $size
    TERM=xterm-256color "$BUILD/bench/typist" 80x24 idle down down up down down up \
        4 idle down down up down down up -- "$POSTSEAL" -c "$config" >"$work/keys$size"
done
of() { awk -v what="$2" '$1 == "down" || $1 == "up" { print $what }' "$work/keys$1"; }
is "$(of 10000 2)" "$(of 20 2)" "each key sends as many bytes with 10000 as with 20"
few=$(of 20 4 | sort -n | sed -n 6p) many=$(of 10000 4 | sort -n | sed -n 6p)
# What looked at every account for each row took 165,000.
[ "$many" -le $((few + 20000)) ]
ok $? "and takes no more processor time to speak of ($few and $many us)"

start 80x24
shows "> a10001" "10,000 accounts open"
keys End
shows "> a20000" "the last one"
keys 2 /
text "port"
keys Enter Enter C-u
text "1993"
keys Enter
shows "* 1 unsaved" "is edited"
keys s
shows "Saved 1 change" "and saved"
keys 1 u
is "$(grep -c '^port *= 1993' "$config")" 1 "in the file"
keys 4
shows "(Exceptions 10000)" "10,000 exceptions open"
keys End
shows "> h20000.example.org:993" "the last one"
keys /
text "h15000"
keys Enter
shows "> h15000.example.org:993" "one of the middle is found"
shows "Used by        a15000 (incoming)" "with who uses it"
keys d
shows "Remove this exception?" "it can be removed"
deaf
keys Right Enter
shows "(Exceptions 9999)" "removed"
keys u
shows "(Exceptions 10000)" "and taken back"
is "$(grep -c '^host' "${config%/*}/exceptions.ini")" 10000 "all are in the file"
keys f
wait_for "Show only some"
text "h1999"
keys Enter
shows "f: filtered" "a filter shows ten of them"
shows "> h19999.example.org:993" "the last of them, where it was"
keys Escape Escape
wait_for "[1 Accounts]"
keys q
is "$(ended)" 0 "q ends"
finish
