#!/bin/sh
# run.sh: postseal on a throw-away copy of the example, with mail servers of its
# own on loopback for that time. Without a terminal it tests all accounts and
# succeeds when each gave what it should.
set -eu

build=${BUILD:-build} example=${POSTSEAL_EXAMPLE:-accounts.ini.example}
dir=$(mktemp -d "${TMPDIR:-/tmp}/postseal-run.XXXXXX")
server=
finish() {
    trap '' HUP INT TERM # a second one must not cut this short
    [ -z "$server" ] || kill "$server" 2>/dev/null || :
    rm -rf "$dir"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

: >"$dir/ports"
"$build/tests/server/mailserver" --pki "$dir/pki" --log "$dir/log" \
    work=imap:tls:good home=imap:tls:wrongname old-post=pop3:starttls:expired \
    club=imap:starttls:selfsigned relay=smtp:starttls:good \
    hoster=smtp:tls:good >"$dir/ports" 2>&1 </dev/null &
server=$!
tries=0
while ! grep -q '^ready' "$dir/ports"; do
    tries=$((tries + 1))
    if [ $tries -gt 100 ] || ! kill -0 "$server" 2>/dev/null; then
        cat "$dir/ports" >&2
        echo "The example servers did not start." >&2
        exit 1
    fi
    sleep 0.1
done

# The free ports go into the copy: after a section's header its port line.
mkdir -m 700 "$dir/config"
awk 'FNR == NR { if ($1 == "listening") port[$2] = $3; next }
    /^\[/ { name = $2; sub(/\]$/, "", name) }
    /^port/ && name in port { sub(/[0-9]+$/, port[name]) }
    { print }' "$dir/ports" "$example" >"$dir/config/accounts.ini"

set -- -c "$dir/config/accounts.ini" --ca "$dir/pki/ca.pem" --allow-commands
if [ -t 0 ] && [ -t 1 ]; then
    "$build/postseal" "$@"
    exit 0
fi

"$build/postseal" "$@" test --all || :
"$build/postseal" "$@" test --all --json-lines >"$dir/results" || :
failed=0
expect() {
    if ! grep -F "\"target\":\"$1\"" "$dir/results" | grep -qF "$2"; then
        echo "$1 did not give $2" >&2
        failed=1
    fi
}
expect work/incoming '"ok":true'
expect work/outgoing '"ok":true'
expect home/incoming '"faults":["wrong-host"]'
expect home/outgoing '"ok":true'
expect old-post/incoming '"faults":["expired"]'
expect old-post/outgoing '"ok":true'
expect club/incoming '"faults":["self-signed"]'
expect club/outgoing '"ok":true'
if [ $failed = 0 ]; then
    echo "All eight gave what they should: five log in, and three have the" \
        "certificate faults that they are examples of."
fi
exit $failed
