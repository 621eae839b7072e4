#!/bin/bash
# Many of everything: 2,000 tests in one run with 256 file descriptors, memory
# over 100,000 tests of one process, 10,000 accounts and exceptions.
. "$(dirname "$0")/../lib.sh"
start_mailserver --name mail.example.org=127.0.0.1 good=imap:tls:good
url=imaps://localhost:$(port good)

mapfile -t targets < <(yes "$url" | head -n "${RUN:-2000}")
(
    ulimit -n 256
    postseal --ca "$pki/ca.pem" test --no-login --json-lines --jobs 1000 \
        "${targets[@]}" >"$work/out" 2>&1
)
is "$(grep -c '"reason":null' "$work/out")" ${#targets[@]} \
    "${#targets[@]} tests in one run with 256 file descriptors"

# -- one process, many tests ---------------------------------------------------

# Names come from a name server: c-ares 1.18 loses some bytes each time the
# hosts file knows one, which is not what is looked for here.
names=$(port dns)
: >"$work/ports" # "ready" is to be the next one's
"$BUILD/tests/torture/quick" 12 tls=imap:tls:"$pki/good.pem" \
    start=imap:starttls:"$pki/good.pem" plain=imap:none:"$pki/good.pem" \
    pop=pop3:starttls:"$pki/good.pem" relay=smtp:starttls:"$pki/good.pem" \
    self=imap:tls:"$pki/selfsigned.pem" >"$work/ports" 2>&1 </dev/null &
pids+=($!)
until grep -q '^ready' "$work/ports"; do
    kill -0 "${pids[-1]}" || finish
    sleep 0.05
done
server() { # NAME SECURITY [LINE]
    printf 'host = mail.example.org\nport = %s\nsecurity = %s\n' \
        "$(port "$1")" "$2"
    printf 'user = ann\npassword = secret\n%s\n' "${3:-}"
}
{
    printf '[defaults]\ndns-server = 127.0.0.1:%s\n' "$names"
    printf '[account tls]\n%s\n' "$(server tls tls)"
    printf '[account start]\n%s\n' "$(server start starttls)"
    printf '[account plain]\nauth = plain\n%s\n' \
        "$(server plain none "allow-plaintext-login = yes")"
    printf '[account pop]\ntype = pop3\n%s\n' "$(server pop starttls)"
    printf '[account self]\n%s\n' "$(server self tls)"
    printf '[smtp relay]\n%s\n' "$(server relay starttls)"
} >"$config"
chmod 600 "$config"
told=$("$BUILD/tests/torture/many" "$config" "$pki/ca.pem" "${TIMES:-100000}" \
    tls/incoming plain/incoming start/incoming pop/incoming plain/incoming \
    smtp:relay '!self/incoming' plain/incoming 2>&1)
ok $? "$told"

# -- ten thousand entries ------------------------------------------------------

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
