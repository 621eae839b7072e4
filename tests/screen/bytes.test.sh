#!/bin/bash
# How many bytes the screens write, which counts on a slow line: for the first
# screen, for a cursor key, and none at all when nothing happens. Counted in a
# terminal of its own (bench/typist.c); no time is asserted.
. "$(dirname "$0")/../lib.sh"
export TERM=xterm-256color

accounts() { # COUNT
    printf '[smtp relay]\nhost = smtp.example.org\nport = 587\nsecurity = starttls\n'
    awk -v n="$1" 'BEGIN { for (i = 10000; i < 10000 + n; i++) printf "\n[account a%d]\nlabel = Account %d\nemail = ann%d@example.org\nhost = imap%d.example.org\nport = 993\nsecurity = tls\nuser = ann%d\nsmtp = relay\n", i, i, i, i, i }'
}
type_() { # SIZE KEY...
    typed=$("$BUILD/bench/typist" "$@" -- "$POSTSEAL" -c "$config")
}
most() { # KEY: the most bytes that one took
    awk -v key="$1" '$1 == key && $2 > most { most = $2 } END { print most + 0 }' <<<"$typed"
}
at_most() { # BYTES LIMIT TEXT
    [ "$1" -gt 0 ] && [ "$1" -le "$2" ]
    ok $? "$3 ($1 bytes, at most $2)" || sed 's/^/# /' <<<"$typed"
}

accounts 20 >"$config"
chmod 600 "$config"
type_ 80x24 idle down down up down idle
at_most "$(most start)" 2500 "the first screen, 80x24"
at_most "$(most down)" 400 "a cursor key with the details below, 80x24"
at_most "$(most up)" 400 "and back"
is "$(most idle)" 0 "nothing is written when nothing happens"
keys_20=$(awk '$1 == "down" || $1 == "up" { print $2 }' <<<"$typed")

type_ 200x60 idle down down up down idle
at_most "$(most down)" 400 "a cursor key with the details beside, 200x60"
at_most "$(most up)" 400 "and back, 200x60"
is "$(most idle)" 0 "nothing when nothing happens, 200x60"

# The list of authorities has no details.
for size in 80x24 200x60; do
    type_ $size 4 Tab idle down
    at_most "$(most down)" 60 "a cursor key on a list without details, $size"
done

accounts 10000 >"$config"
type_ 80x24 idle idle down down up down idle
keys_10000=$(awk '$1 == "down" || $1 == "up" { print $2 }' <<<"$typed")
is "$keys_10000" "$keys_20" "10000 accounts: each key takes what it takes with 20"

finish
