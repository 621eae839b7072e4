#!/bin/bash
# Logging in with OAuth tokens: a command that prints one, and device
# authorization against a server of our own, over real HTTP and HTTPS.
. "$(dirname "$0")/../lib.sh"
protocols=(imap pop3 smtp)
listeners=()
for protocol in "${protocols[@]}"; do
    listeners+=("$protocol-x=$protocol:tls:good:auth=PLAIN+XOAUTH2"
        "$protocol-b=$protocol:tls:good:auth=OAUTHBEARER+XOAUTH2+PLAIN"
        "$protocol-plain=$protocol:tls:good:auth=PLAIN"
        "$protocol-clear=$protocol:none:good:auth=XOAUTH2+PLAIN")
done
for words in complete slow busy denied expired never secret+complete rotate \
    short invalid once html huge loop file error500 hang drip empty escapes \
    late+html late+error500 late+loop; do
    listeners+=("a-$words=http:tls:good:oauth=$words")
done
listeners+=(a-http=http:none:good:oauth=x a-self=http:tls:selfsigned:oauth=x
    a-wrong=http:tls:wrongname:oauth=x)
start_mailserver "${listeners[@]}"

# account LISTENER LINE...: an account (or outgoing server) of its own.
account() {
    local name=$1 section='account x'
    target=x/incoming
    [ "${name%%-*}" = smtp ] && section='smtp x' target=smtp:x
    {
        printf '[defaults]\ntimeout = 10\n[%s]\nhost = localhost\n' "$section"
        [ "$section" = 'smtp x' ] || printf 'type = %s\n' "${name%%-*}"
        printf 'port = %s\nuser = ann\n' "$(port "$name")"
        printf '%s\n' "${@:2}"
    } >"$config"
    chmod 600 "$config"
}
run() {
    json=$(postseal --ca "$pki/ca.pem" test "$target" --json-lines "$@" 2>&1)
    status=$?
}
try() { account "$@"; run; }
reason() { printf '%s' "$json" | grep -o '"reason":[^,]*' | head -n 1 | cut -d: -f2; }
used() { printf '%s' "$json" | grep -o '"auth":{"mechanism":"[^"]*' | cut -d'"' -f6; }

# -- token-command
token='token-command = printf t0ken'
for protocol in "${protocols[@]}"; do
    try "$protocol-x" "$token"
    is "$status $(used)" '0 XOAUTH2' "$protocol: a token that a command prints"
    try "$protocol-b" "$token" 'password-command = printf secret'
    is "$status $(used)" '0 OAUTHBEARER' "$protocol: a token comes before a password"
    try "$protocol-b" "$token" 'auth = xoauth2'
    is "$status $(used)" '0 XOAUTH2' "$protocol: XOAUTH2 by name"
    try "$protocol-x" 'token-command = printf expired'
    is "$status $(reason)" '1 "login"' "$protocol: a wrong token"
    like "$json" 'invalid_token' "... and what the server says of it"
    try "$protocol-plain" "$token"
    is "$status $(reason)" '1 "mechanism"' "$protocol: no mechanism for tokens"
    try "$protocol-plain" "$token" 'password-command = printf secret'
    is "$status $(used)" '0 PLAIN' "$protocol: then the password serves"
    try "$protocol-clear" "$token" 'security = none' 'allow-plaintext-login = yes' \
        'auth = xoauth2'
    is "$status $(reason)" '1 "plaintext-login"' "$protocol: never in clear"
done
try imap-x 'token-command = "echo no grant >&2; exit 3"'
is "$status $(reason)" '1 "credentials"' "a token command that fails"
like "$json" 'The token command failed (exit status 3): no grant' "... is told so"
try imap-x 'token-command = true'
like "$json" 'The token command printed nothing' "one that prints nothing"
account imap-x "$token"
cp "$config" "$work/elsewhere.ini"
chmod 600 "$work/elsewhere.ini"
json=$("$POSTSEAL" -c "$work/elsewhere.ini" --ca "$pki/ca.pem" test x/incoming \
    --json-lines 2>&1 </dev/null)
is "$(reason)" '"config"' "no token command of a file elsewhere"
json=$("$POSTSEAL" -c "$work/elsewhere.ini" --ca "$pki/ca.pem" test x/incoming \
    --allow-commands --json-lines 2>&1 </dev/null)
is "$(used)" XOAUTH2 "... unless allowed"
printf '[account a]\nhost = localhost\nport = %s\nuser = ann\n%s\nsmtp = s\n' \
    "$(port imap-x)" "$token" >"$config"
printf '[smtp s]\nhost = localhost\nport = %s\nsecurity = tls\naccount = a\n' \
    "$(port smtp-x)" >>"$config"
json=$(postseal --ca "$pki/ca.pem" test smtp:s --json-lines 2>&1)
is "$(used)" XOAUTH2 "an outgoing server borrows the account's token"

# -- device authorization
# grant AUTHORIZATION-SERVER LINE...: an account that gets its tokens there.
grant() {
    local scheme=https
    [ "$1" = http ] && scheme=http
    account imap-x 'oauth-client-id = postseal-test' \
        "oauth-device-endpoint = $scheme://localhost:$(port "a-$1")/device" \
        "oauth-token-endpoint = $scheme://localhost:$(port "a-$1")/token" \
        'oauth-scope = "mail offline_access"' "${@:2}"
    : >"$work/server.log"
}
kept=$work/kept
keep=("oauth-refresh-command = cat $kept" "oauth-store-command = cat >$kept")
login() {
    out=$(timeout 60 "$POSTSEAL" -c "$config" --ca "$pki/ca.pem" oauth login x \
        "$@" 2>&1)
    status=$?
}
asked() { grep -c "$1" "$work/server.log"; }

grant complete "${keep[@]}"
rm -f "$kept"
run
is "$status $(reason)" '1 "credentials"' "no token yet, and nobody to ask"
like "$json" 'postseal oauth login x' "... says what to run"
is "$(asked 'POST /device')" 0 "... and asks for no code"
login
is "$status" 0 "a device authorization" || printf '# %s\n' "$out"
like "$out" $'\n    https://login.example.org/device\n' "... shows the address"
like "$out" $'\n    WDJB-MJHT\n' "... the code"
like "$out" 'https://login.example.org/device?user_code=WDJB-MJHT' "... and both in one"
is "$(asked 'POST /token')" 2 "... asks until it is done"
like "$(cat "$work/server.log")" 'scope=mail%20offline_access' "... for that scope"
is "$(cat "$kept")" r3fresh-0 "the store command got the refresh token"
: >"$work/server.log"
run
is "$status $(used)" '0 XOAUTH2' "then a test logs in" || printf '# %s\n' "$json"
like "$(cat "$work/server.log")" 'grant_type=refresh_token&refresh_token=r3fresh-0' \
    "... with a token that was renewed"
is "$(asked 'POST /device')" 0 "... without asking again"

grant rotate "${keep[@]}"
rm -f "$kept"
login
run
is "$(cat "$kept")" r3fresh-1 "a refresh token that serves once is replaced"
run
is "$status $(cat "$kept")" '0 r3fresh-2' "... each time"

grant invalid "${keep[@]}"
echo r3fresh-0 >"$kept"
run
is "$status $(reason)" '1 "credentials"' "a refresh token that was taken back"
like "$json" 'invalid_grant' "... is told so"
is "$(cat "$kept")" '' "... and is forgotten"

grant http 'remember = keyring'
login
if [[ $out != *'kernel keyring cannot'* ]]; then
    run
    is "$status $(used)" '0 XOAUTH2' "the kernel keyring keeps it, over http"
    is "$(postseal --ca "$pki/ca.pem" oauth forget x >/dev/null; echo $?)" 0 \
        "it is forgotten"
    run
    is "$status $(reason)" '1 "credentials"' "... and asked for again"
else
    skip "the kernel keyring keeps it" "no keyring here"
fi

for words in slow busy once; do
    grant $words
    login
    is "$status" 0 "login: $words" || printf '# %s\n' "$out"
done
like "$out" 'nothing is set that keeps it' "a grant that nothing keeps is told"
grant secret+complete 'oauth-client-secret-command = printf cl13nt'
login
is "$status" 0 "a client with a secret"
grant secret+complete
login
is "$status" 1 "... and without it"
like "$out" 'invalid_client' "... is told what the server said"

# SERVER, words of the sentence
while read -r words text; do
    grant "$words"
    login
    is "$status" 1 "login: $words fails"
    like "$out" "$text" "... and says why"
done <<END
denied turned down
expired ended before
html no JSON
late+html no JSON
huge far too long
loop not followed
late+loop not followed
file not followed
error500 status 500
empty ended the connection
END
grant self
login
is "$status" 4 "a self-signed certificate"
like "$out" 'self-signed' "... is told"
is "$(asked POST)" 0 "... and nothing was sent"
grant wrong
login
is "$status" 4 "a certificate for another name"
grant escapes
login
like "$out" 'AB\x1B[2J' "control characters in a code are shown as such"
grant complete 'oauth-store-command = "echo the store is locked >&2; false"' \
    'oauth-refresh-command = false'
login
is "$status" 1 "a token that cannot be kept"
like "$out" 'the store is locked' "... is told with the command's words"
for words in hang drip never late+error500; do
    grant $words
    timeout -s INT 3 "$POSTSEAL" -c "$config" --ca "$pki/ca.pem" oauth login x \
        >"$work/out" 2>&1
    status=$?
    is "$status" 124 "$words: it waits" # the status of timeout
    like "$(cat "$work/out")" 'Stopped.' "... and stops at once when told to"
done

grant complete "${keep[@]}"
sed -i 's/^oauth-token-endpoint.*//' "$config"
run
is "$(reason)" '"config"' "half of the settings"
like "$json" 'oauth-token-endpoint is missing' "... are told"
grant complete "${keep[@]}"
is "$(postseal set 'account x' oauth-token-endpoint http://example.org/token 2>&1)" \
    'postseal: Tokens from: tokens need https://; http:// only does for a server on this machine.' \
    "tokens do not go over http"
login --json
like "$out" '"ok": true' "as JSON"
cp "$config" "$work/elsewhere.ini"
out=$("$POSTSEAL" -c "$work/elsewhere.ini" --ca "$pki/ca.pem" oauth login x 2>&1 </dev/null)
is "$?" 1 "no commands of a file elsewhere"
like "$out" 'its commands are not run' "... is told"

# on a terminal, a test waits for the permission and goes on by itself
grant complete
script -qec "$POSTSEAL -c $config --ca $pki/ca.pem test x/incoming --json-lines" \
    "$work/typescript" >/dev/null 2>&1 </dev/null
like "$(cat "$work/typescript")" 'WDJB-MJHT' "a test on a terminal shows the code"
like "$(cat "$work/typescript")" '"mechanism":"XOAUTH2"' "... and goes on"

# -- no secret anywhere but where it belongs
leaks() {
    printf '%s' "$json$out" | cat - $(find "$work" -type f ! -path "$pki/*") |
        grep -aoE 't0ken|r3fresh-0|d3vice|cl13nt|dDBrZW4' | sort -u
}
grant complete 'oauth-client-secret-command = printf cl13nt' \
    "oauth-refresh-command = cat $kept" \
    "oauth-store-command = \"cat >$kept; cat /proc/self/environ /proc/\$PPID/cmdline >$work/seen\""
login
run
is "$status $(used)" '0 XOAUTH2' "a login with all of it"
is "$(leaks | tr '\n' ' ')" 'cl13nt d3vice dDBrZW4 r3fresh-0 ' \
    "what the server, the store and the settings hold is found"
rm -f "$kept" "$work/server.log"
sed -i '/secret-command/d' "$config"
sed -i '/token-command/d' "$work/elsewhere.ini"
is "$(leaks)" '' "... and nothing else: no output, JSON, file, environment, argument"
ok $([ -s "$work/seen" ]; echo $?) "... of which there were some"
finish
