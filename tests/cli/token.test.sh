#!/bin/bash
# Logging in with OAuth tokens that a command prints.
. "$(dirname "$0")/oauth.sh"
protocols=(imap pop3 smtp)
listeners=()
for protocol in "${protocols[@]}"; do
    listeners+=("$protocol-x=$protocol:tls:good:auth=PLAIN+XOAUTH2"
        "$protocol-b=$protocol:tls:good:auth=OAUTHBEARER+XOAUTH2+PLAIN"
        "$protocol-plain=$protocol:tls:good:auth=PLAIN"
        "$protocol-clear=$protocol:none:good:auth=XOAUTH2+PLAIN")
done
start_mailserver "${listeners[@]}"

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
finish
