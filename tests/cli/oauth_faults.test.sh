#!/bin/bash
# Device authorization where the provider misbehaves: what is said, what goes
# on, and what stops at once.
. "$(dirname "$0")/oauth.sh"
listeners=(imap-x=imap:tls:good:auth=PLAIN+XOAUTH2 a-self=http:tls:selfsigned:oauth=x
    a-wrong=http:tls:wrongname:oauth=x)
for words in slow busy once secret+complete denied expired never html huge \
    loop file error500 hang drip empty escapes complete late+html \
    late+error500 late+loop; do
    listeners+=("a-$words=http:tls:good:oauth=$words")
done
start_mailserver "${listeners[@]}"

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
finish
