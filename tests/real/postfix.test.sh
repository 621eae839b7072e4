#!/bin/bash
# Against a real Postfix whose logins a real Dovecot checks: submission with
# STARTTLS and with TLS from the start.
. "$(dirname "$0")/../lib.sh"
. tests/real/lib.sh
. tests/real/dovecot.sh
. tests/real/postfix.sh
make_certificates
dovecot_prepare
dovecot_start good
postfix_prepare
urls=("smtp://localhost:$submission" "smtps://localhost:$smtps")
printf '[defaults]\ntimeout = 5\n' >"$config"
chmod 600 "$config"

# Sessions with an AUTH command, by Postfix's own count.
attempts() {
    postfix_stop
    postfix_log | grep -cE 'disconnect from .* auth=|authentication failed'
}

postfix_start good
for url in "${urls[@]}"; do
    logs_in "$url"
    has '"mechanism":"PLAIN"' "$url: PLAIN"
done
json=$(postseal --ca "$pki/ca.pem" --allow-commands test "${urls[@]}" \
    --user ann --password-command 'printf wrong' --json-lines)
is $? 1 "a wrong password is status 1"
is "$(grep -o '"reason":"login"' <<<"$json" | wc -l)" 2 "twice, as login"
ask "smtps://localhost:$submission"
has '"reason":"not-tls"' "TLS to the STARTTLS port"
ask "smtp://localhost:$smtps"
has '"reason":"tls-expected"' "STARTTLS to the TLS port"
is "$(attempts)" 6 "Postfix saw two logins, and two lines a refusal"

for case in "${bad_certificates[@]}"; do
    postfix_start "${case%% *}"
    for url in "${urls[@]}"; do
        fails_with "$url" "${case#* }"
    done
    is "$(attempts)" 0 "${case%% *}: Postfix saw no AUTH"
done

postfix_start selfsigned
excepted "${urls[0]}" selfsigned
is "$(attempts)" 1 "Postfix saw the login"
postfix_start replaced
refused_as "${urls[0]}" changed
is "$(attempts)" 0 "no AUTH to the one who came in its place"

# Accounts, with the sender's address asked.
postfix_start good
cat >"$config" <<INI
[account work]
email = ann@example.org
host = localhost
port = $imaps
user = ann
password-command = printf secret
smtp = out
[account bad]
email = bad@example.org
host = localhost
port = $imaps
user = ann
password-command = printf secret
smtp = out
[smtp out]
host = localhost
port = $submission
security = starttls
auth = login
account = work
INI
json=$(postseal --ca "$pki/ca.pem" test work --sender --json-lines)
is $? 0 "an account in and out"
is "$(grep -c '"ok":true' <<<"$json")" 2 "both ways"
has '"mechanism":"LOGIN"' "LOGIN where it was asked for"
json=$(postseal --ca "$pki/ca.pem" test bad/outgoing --sender --json-lines)
is $? 1 "a sender that the server does not take"
has '"reason":"sender"' "is reason sender"
postfix_stop
like "$(postfix_log)" "mail=1 rset=1" "MAIL FROM and RSET"
unlike "$(postfix_log)" "rcpt=" "and nobody is written to"
finish
