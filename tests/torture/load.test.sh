#!/bin/bash
# Many of everything: 2,000 tests in one run with 256 file descriptors, memory
# over 100,000 tests of one process, 10,000 accounts and exceptions.
. "$(dirname "$0")/../lib.sh"
start_mailserver good=imap:tls:good
url=imaps://localhost:$(port good)

mapfile -t targets < <(yes "$url" | head -n "${RUN:-2000}")
(
    ulimit -n 256
    postseal --ca "$pki/ca.pem" test --no-login --json-lines --jobs 1000 \
        "${targets[@]}" >"$work/out" 2>&1
)
is "$(grep -c '"reason":null' "$work/out")" ${#targets[@]} \
    "${#targets[@]} tests in one run with 256 file descriptors"

told=$("$BUILD/tests/torture/many" "$config" "$pki/ca.pem" "$url" \
    "${TIMES:-100000}" 2>&1)
ok $? "$told"

many=${COUNT:-10000}
for ((i = 1; i <= many; i++)); do
    printf '[account a%d]\nhost = h%d.example.org\nuser = u\n\n' $i $i
done >"$config"
for ((i = 1; i <= many; i++)); do
    printf '[exception %d]\nhost = h%d.example.org\nport = 993\n' $i $i
    printf 'sha256 = %064d\nspki-sha256 = %064d\n' $i $i
    printf 'faults = self-signed\nuntil = removed\n'
    printf 'added = 2026-01-01T00:00:00Z\nchecked = typed\n\n'
done >"${config%/*}/exceptions.ini"
chmod 600 "${config%/*}"/*.ini
is "$(postseal list --json | grep -c '"id"')" "$many" "$many accounts are listed"
postseal set "account a$many" port 1993
is "$? $(postseal get "account a$many" port)" "0 1993" "the last one is changed"
postseal check >"$work/out"
ok $? "all are checked"
is "$(postseal exception list --json | grep -c '"sha256"')" "$many" \
    "$many exceptions are listed"
postseal exception remove "h$many.example.org:993" >/dev/null
is "$? $(postseal exception list --json | grep -c '"sha256"')" "0 $((many - 1))" \
    "the last one is removed"
finish
