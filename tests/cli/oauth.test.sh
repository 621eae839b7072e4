#!/bin/bash
# Device authorization against a server of our own, over real HTTP and HTTPS:
# the code, the token, its renewal, where it is kept, and that it is nowhere
# else.
. "$(dirname "$0")/oauth.sh"
listeners=(imap-x=imap:tls:good:auth=PLAIN+XOAUTH2 a-http=http:none:good:oauth=x)
for words in complete rotate invalid; do
    listeners+=("a-$words=http:tls:good:oauth=$words")
done
start_mailserver "${listeners[@]}"

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

is "$(postseal --ca "$pki/ca.pem" secret x 2>&1)" t0ken \
    "postseal secret prints a token for other programs"

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

grant complete "${keep[@]}"
sed -i 's/^oauth-token-endpoint.*//' "$config"
run
is "$(reason)" '"config"' "half of the settings"
like "$json" 'oauth-token-endpoint is missing' "... are told"
grant complete "${keep[@]}"
is "$(postseal set 'account x' oauth-token-endpoint http://example.org/token 2>&1)" \
    'postseal: Tokens from: https:// is needed; http:// only does for a server on this machine.' \
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
