#!/bin/bash
# Against a real Dovecot: IMAP and POP3, TLS and STARTTLS, good and bad
# certificates, exceptions, and no login where the certificate failed.
. "$(dirname "$0")/../lib.sh"
. tests/real/lib.sh
. tests/real/dovecot.sh
make_certificates
dovecot_prepare
urls=("imaps://localhost:$imaps" "imap://localhost:$imap"
    "pop3s://localhost:$pop3s" "pop3://localhost:$pop3")
printf '[defaults]\ntimeout = 5\n' >"$config"
chmod 600 "$config"

# Anything in Dovecot's log that tells of a login or of an attempt at one.
attempts() {
    dovecot_stop # so that all is written
    grep -cE 'Login: user=|user=<[^>]|auth failed|Password mismatch' \
        "$dovecot/log"
}

dovecot_start good
for url in "${urls[@]}"; do
    logs_in "$url"
    has '{"name":"mailbox","state":"ok"' "$url: the inbox opens"
    has '"version":"TLS' "$url: inside TLS"
done
logs_in "imaps://127.0.0.1:$imaps"
json=$(postseal --ca "$pki/ca.pem" --allow-commands test "${urls[@]}" \
    --user ann --password-command 'printf wrong' --json-lines)
is $? 1 "a wrong password is status 1"
is "$(grep -o '"reason":"login"' <<<"$json" | wc -l)" 4 "in all four, as login"
ask "imaps://localhost:$imap"
has '"reason":"not-tls"' "TLS to the STARTTLS port"
ask "pop3://localhost:$pop3s"
has '"reason":"tls-expected"' "STARTTLS to the TLS port of POP3"
ask "imap://localhost:$imap?security=none"
has '"reason":"plaintext-login"' "no password in clear"
is "$(attempts)" 13 "Dovecot saw five logins, and two lines a refusal"

for case in "${bad_certificates[@]}"; do
    dovecot_start "${case%% *}"
    for url in "${urls[@]}"; do
        fails_with "$url" "${case#* }"
    done
    is "$(attempts)" 0 "${case%% *}: Dovecot saw no login"
done

dovecot_start selfsigned
for url in "${urls[0]}" "${urls[3]}"; do
    excepted "$url" selfsigned
done
wait_for_line "$dovecot/log" "pop3-login: Info: Login: user=<ann>"
ok $? "Dovecot saw the login"
dovecot_start replaced
for url in "${urls[0]}" "${urls[3]}"; do
    refused_as "$url" changed
done
is "$(attempts)" 0 "no login to the one who came in its place"
dovecot_start renewed
refused_as "${urls[0]}" renewed
is "$(attempts)" 0 "nor to a renewed one before it was accepted"
dovecot_start good
ask "${urls[0]}"
is "$status" 0 "a trusted certificate logs in"
has '"exception":"not-needed"' "and needs no exception any more"
dovecot_stop

# An account, written by commands, with the older of the two mechanisms.
postseal add account work type=imap host=localhost "port=$imap" \
    security=starttls user=ann auth=login 'password-command=printf secret'
is $? 0 "an account is added"
dovecot_start good
json=$(postseal --ca "$pki/ca.pem" test work/incoming --json-lines)
is $? 0 "and tested"
has '"mechanism":"LOGIN"' "with LOGIN"
finish
