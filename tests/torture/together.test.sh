#!/bin/bash
# Two postseals change the same file 1,000 times each while a person's editor
# keeps doing so: no edit is lost. Each changes what only it changes and looks before each time
# whether its last edit is still there.
. "$(dirname "$0")/../lib.sh"
times=${TIMES:-1000}
cat >"$config" <<END
; turn 0
[account a]
host = a.example.org
port = 1

[account b]
host = b.example.org
port = 1
END
chmod 600 "$config"

# Sets the port to 2, 3, ...; one that is locked or changed meanwhile is told
# (status 3), and then nothing was written: it is tried again.
setter() { # ACCOUNT
    local i found lost=0 told=0
    for ((i = 2; i <= times + 1; i++)); do
        found=$(postseal get "account $1" port)
        [ "$found" = $((i - 1)) ] || lost=$((lost + 1))
        until postseal set "account $1" port $i 2>>"$work/told.$1"; do
            told=$((told + 1))
            [ $told -lt $((times * 10)) ] || break 2
        done
    done
    echo "$lost $told" >"$work/setter.$1"
}
"$BUILD/tests/torture/together" "$config" "$work/stop" >"$work/editor" &
editor=$!
setter a &
first=$!
setter b &
wait $first $!
: >"$work/stop"
wait $editor
ok $? "the editor: $(cat "$work/editor")"
for account in a b; do
    read -r lost told <"$work/setter.$account"
    is "$lost" 0 "account $account: $times edits, none taken away ($told times told to try again)"
    is "$(postseal get "account $account" port)" $((times + 1)) "and the last one stands there"
done
is "$(grep -c '^; turn' "$config")" 1 "one line of the editor"
echo "# $(cat "$work"/told.* | grep -c "both changes are in it") were merged"
postseal check >/dev/null
ok $? "the file is in order"
finish
