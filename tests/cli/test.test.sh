#!/bin/bash
# test, cert, exception: the main job by commands, against the project's own
# mail server.
. "$(dirname "$0")/../lib.sh"
start_mailserver good=imap:tls:good self=imap:starttls:selfsigned \
    worst=imap:tls:worst wrong=pop3:tls:wrongname pop=pop3:starttls:good \
    smtp=smtp:starttls:good smtps=smtp:tls:good inc=imap:tls:incomplete \
    unknown=imap:tls:unknown expired=imap:tls:expired early=imap:tls:notyet \
    weak=imap:tls:weak ca=imap:tls:caleaf hostile=imap:tls:hostile \
    plain=imap:none:good soon=imap:tls:soon old=smtp:tls:good:no-plain
login=(--user ann --password-command 'printf secret' --allow-commands)
t() { postseal --ca "$pki/ca.pem" test "$@" "${login[@]}"; }
field() { # NAME: of the only result in $json
    printf '%s' "$json" | grep -o "\"$1\":[^,}]*" | head -n 1 | cut -d: -f2-
}
ask() { json=$(t "$@" --json-lines 2>&1); status=$?; }

for target in imaps:good pop3:pop smtp:smtp smtps:smtps smtps:old; do
    ask "${target%%:*}://localhost:$(port "${target##*:}")"
    is "$status $(field ok)" "0 true" "$target logs in"
done
like "$json" '"mechanism":"LOGIN"' "the old way of SMTP is LOGIN"
ask "imaps://127.0.0.1:$(port good)"
is "$status" 0 "an address is matched too"
ask "imap://localhost:$(port plain)?security=none"
is "$(field reason)" '"plaintext-login"' "no password goes in clear"
ask "imaps://localhost:$(port plain)"
is "$(field reason)" '"not-tls"' "TLS to a plain port is recognised"

for case in "worst wrong-host self-signed expired" "wrong wrong-host" \
    "self self-signed" "inc incomplete-chain" "unknown unknown-issuer" \
    "expired expired" "early not-yet-valid" "weak weak-key" \
    "ca ca-as-leaf" "hostile self-signed"; do
    set -- $case
    scheme=imaps
    [ "$1" = wrong ] && scheme=pop3s
    [ "$1" = self ] && scheme=imap
    ask "$scheme://localhost:$(port "$1")"
    wanted=$(printf ',"%s"' "${@:2}")
    like "$json" "\"faults\":[${wanted:1}]" "$1 has just the faults ${*:2}"
    is "$status $(field reason)" '4 "certificate"' "$1 ends with status 4"
    is "$(field overridable)" true "$1 may be overridden"
done
is "$(grep -cE '^(worst|wrong|self|inc|unknown|expired|early|weak|ca|hostile) .*(LOGIN|AUTH|PASS|USER)' "$work/server.log")" \
    0 "no login was sent where the certificate failed"
unlike "$(t "imaps://localhost:$(port hostile)"; postseal cert show "imaps://localhost:$(port hostile)")" \
    $'\e' "no escape byte of a certificate is printed"

ask "imaps://localhost:$(port soon)" --warn-days 10
is "$status $(field ok)" "4 true" "--warn-days: well, but status 4"
like "$json" '"warnings":["expires-soon"]' "with its warning"

# -- exceptions -------------------------------------------------------------------
url=imap://localhost:$(port self)
text=$(postseal cert show "$url")
like "$text" "It signed its own certificate" "cert show explains"
sha=$(postseal cert show "$url" --json | grep -o '"sha256": "[0-9a-f]*"' | head -n 1 | grep -o '[0-9a-f]\{64\}')
is ${#sha} 64 "cert show tells the SHA-256"
is "$(postseal cert show "$url" --pem | openssl x509 -outform DER | sha256sum | cut -d' ' -f1)" \
    "$sha" "and the PEM fits it"

postseal exception add "$url" 2>/dev/null
is $? 2 "an exception wants a second source or the typed name"
postseal exception add "$url" --sha256 "${sha:0:40}" 2>/dev/null
is $? 2 "a SHA-1 is told apart"
other=${sha/[0-9a-f]/x}; other=${other/x/$( [ "${sha:0:1}" = 0 ] && echo 1 || echo 0 )}
postseal exception add "$url" --sha256 "$other" 2>/dev/null
is $? 4 "a wrong SHA-256 is refused"
postseal exception add "$url" --host-typed localhos 2>/dev/null
is $? 2 "a wrong name is refused"
is "$(postseal exception list)" "" "and nothing was stored"
postseal exception add "$url" --sha256 "$(printf '%s' "$sha" | sed 's/../&:/g; s/:$//' | tr a-f A-F)" >/dev/null 2>&1
is $? 0 "the right one in another spelling is taken"
is "$(stat -c %a "$work/config/postseal/exceptions.ini")" 600 "exceptions.ini is private"
[ -s "$work/config/postseal/certificates/$sha.pem" ]
ok $? "the certificate is kept"
ask "$url"
is "$status $(field exception)" '0 "used"' "the next test uses it and logs in"
like "$(cat "$work/server.log")" "self a3 LOGIN" "really"
ask "imap://127.0.0.1:$(port self)"
is "$(field exception)" '"none"' "it is for that host only"

cp "$pki/renewed.pem" "$pki/selfsigned.pem"
ask "$url"
is "$status $(field exception)" '4 "renewed"' "the same key, renewed"
cp "$pki/replaced.pem" "$pki/selfsigned.pem"
: >"$work/server.log"
ask "$url"
is "$status $(field exception)" '4 "changed"' "another key is a change"
unlike "$(cat "$work/server.log")" "LOGIN" "and no login is sent"
unlike "$(cat "$work/server.log")" "AUTHENTICATE" "by no mechanism either"
postseal exception add "$url" --host-typed localhost 2>/dev/null
is $? 4 "a changed key is not accepted by typing the name"
sha=$(postseal cert show "$url" --json | grep -o '"sha256": "[0-9a-f]*"' | head -n 1 | grep -o '[0-9a-f]\{64\}')
postseal exception add "$url" --sha256 "$sha" --until 2099-01-01 >/dev/null 2>&1
is $? 0 "but by its SHA-256"
is "$(postseal exception list --json | grep -c '"number"')" 1 "it replaced the old one"
year=$(postseal exception list --json | grep -o '"until": "[0-9]*' | grep -o '[0-9]*$')
[ "$year" -le $(($(date +%Y) + 1)) ]
ok $? "the end is at most a year away"
chmod go+w "$work/config/postseal/exceptions.ini"
text=$(t "$url" 2>&1)
is $? 3 "exceptions that others may write are not used"
like "$text" "chmod go-w" "and the cure is named"
chmod go-w "$work/config/postseal/exceptions.ini"
postseal exception remove "localhost:$(port self)" >/dev/null
is "$(postseal exception list)" "" "removed by host and port"
postseal exception remove 99 2>/dev/null
is $? 1 "removing what is not there"
postseal exception add "imaps://localhost:$(port good)" --host-typed localhost --ca "$pki/ca.pem" 2>/dev/null
is "$(postseal exception list)" "" "no exception where none is needed"

# -- cert verify ---------------------------------------------------------------------
v() { postseal cert verify --chain "$pki/$1.pem" --roots "$pki/ca.pem" --host "$2" "${@:3}"; }
is "$(v good localhost | head -n 1)" "faults: none" "a good chain offline"
v good localhost >/dev/null
is $? 0 "is status 0"
is "$(v wrongname localhost | head -n 1)" "faults: wrong-host" "wrong host"
v wrongname localhost >/dev/null
is $? 4 "is status 4"
is "$(v good localhost --time 2040-01-01T00:00:00Z | head -n 1)" \
    "faults: expired-issuer, expired" "the time is given"
v good "" >/dev/null 2>&1
is $? 1 "an empty host is an error, never no check"
v good ".localhost" >/dev/null 2>&1
is $? 1 "and so is a malformed one"
is "$(v worst localhost | head -n 1)" "faults: wrong-host, self-signed, expired" \
    "all faults at once"

# -- targets ----------------------------------------------------------------------------
postseal test 2>/dev/null
is $? 2 "neither target nor --all is a usage error"
postseal test nobody 2>/dev/null
is $? 2 "an unknown account"
cat >"$config" <<INI
[account a]
host = localhost
port = $(port good)
user = ann
password-command = printf secret
smtp = out
[account b]
user = ann
[smtp out]
host = localhost
port = $(port smtp)
security = starttls
account = a
INI
postseal --ca "$pki/ca.pem" test a >/dev/null 2>&1
is $? 0 "an account in and out, from the default folder's own file"
json=$("$POSTSEAL" --ca "$pki/ca.pem" -c "$config" test --all --json 2>/dev/null)
is $? 1 "an account that cannot be tested is a failure"
is "$(printf '%s' "$json" | grep -o '"target": "[^"]*"' | tr '\n' ' ')" \
    '"target": "a/incoming" "target": "a/outgoing" "target": "b/incoming" ' \
    "in the order of the file"
like "$json" '"reason": "config"' "with the reason config"
mkdir -m 700 "$work/elsewhere"; cp "$config" "$work/elsewhere/a.ini"
"$POSTSEAL" --ca "$pki/ca.pem" -c "$work/elsewhere/a.ini" test a/incoming >"$work/text" 2>&1
is $? 1 "commands of a foreign file are not run unasked"
like "$(cat "$work/text")" "--allow-commands" "and the way is named"
for bad in 'printf wrong' 'exit 3' 'true' 'kill -9 $$' 'printf "a\033b"'; do
    json=$(postseal --ca "$pki/ca.pem" test "imaps://localhost:$(port good)" --user ann --password-command "$bad" --allow-commands --json-lines)
    wanted='"credentials"'
    [ "$bad" = 'printf wrong' ] && wanted='"login"'
    is "$(field reason)" "$wanted" "password command: $bad"
done
# More at once than there are file descriptors: each waits for its turn.
many=()
for ((i = 0; i < 120; i++)); do many+=("imaps://localhost:$(port good)"); done
told=$(ulimit -n 48 && postseal --ca "$pki/ca.pem" test --jobs 120 --no-login \
    --json-lines --timeout 60 "${many[@]}" 2>&1 | grep -c '"reason":null')
is "$told" 120 "120 at once with 48 file descriptors: none fails for that"
finish
