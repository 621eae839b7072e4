#!/bin/bash
# Against a real Dovecot that asks an introspection endpoint (RFC 7662) about
# tokens, over IMAP and POP3, and a real Postfix with its logins checked there:
# a good token, and all that a refused one is told of.
. "$(dirname "$0")/../lib.sh"
. tests/real/lib.sh
. tests/real/dovecot.sh
. tests/real/postfix.sh
make_certificates
dovecot_prepare
"$BUILD/tests/real/introspect" >"$work/introspect" 2>&1 </dev/null &
pids+=($!)
until grep -q '^listening' "$work/introspect"; do
    kill -0 "${pids[0]}" || finish
    sleep 0.05
done
cat >>"$dovecot/dovecot.conf" <<CONF
auth_mechanisms = plain scram-sha-256 xoauth2 oauthbearer
passdb {
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = $dovecot/oauth2.conf
}
service anvil {
  unix_listener anvil-auth-penalty {
    mode = 0
  }
}
CONF
cat >"$dovecot/oauth2.conf" <<CONF
introspection_mode = post
introspection_url = http://127.0.0.1:$(cut -d ' ' -f 2 "$work/introspect")/
username_attribute = username
active_attribute = active
active_value = true
scope = mail
timeout_msecs = 5000
CONF
dovecot_start good

# try TYPE AUTH TOKEN-COMMAND
try() {
    local section='account x' port=$imaps security=tls
    target=x/incoming
    case $1 in
    pop3) port=$pop3s ;;
    smtp) section='smtp x' port=$submission security=starttls target=smtp:x ;;
    esac
    {
        printf '[defaults]\ntimeout = 10\n[%s]\n' "$section"
        [ "$1" = smtp ] || printf 'type = %s\n' "$1"
        printf 'host = localhost\nport = %s\nsecurity = %s\n' "$port" $security
        printf 'auth = %s\nuser = ann\ntoken-command = %s\n' "$2" "$3"
    } >"$config"
    chmod 600 "$config"
    json=$(postseal --ca "$pki/ca.pem" test $target --json-lines 2>&1)
    status=$?
}
logs_in_with() { # MECHANISM WHERE
    is "$status" 0 "$2: $1 logs in" || printf '# %s\n' "$json"
    has "\"mechanism\":\"$1\"" "$2: which is told"
}
# What a server says is JSON in JSON here.
told() { # REASON TEXT WHERE
    has "\"reason\":\"$1\"" "$3: as $1" || printf '# %s\n' "$json"
    has "$2" "$3: with \"$2\""
    unlike "$json" "token-of" "$3: without the token itself"
}

each() { # PROTOCOL
    local mechanism auth long
    for mechanism in XOAUTH2 OAUTHBEARER; do
        auth=$(printf %s $mechanism | tr A-Z a-z)
        name="$1 $mechanism"
        try $1 $auth 'printf good-token-of-ann'
        logs_in_with $mechanism "$1"
        try $1 $auth 'printf expired-token-of-ann'
        case $mechanism in
        XOAUTH2) told login '{\"status\":\"401\",' "$name, an expired token" ;;
        *) told login '{\"status\":\"invalid_token\"' "$name, an expired token" ;;
        esac
        has 'The token is not valid, or it has expired' "$name, in words"
        try $1 $auth 'printf other-token-of-bob'
        told login 'The token is not valid' "$name, the token of another user"
        try $1 $auth 'printf calendar-token-of-ann'
        told login 'The token is not valid' "$name, a token for something else"
        try $1 $auth '"echo no grant >&2; exit 3"'
        told credentials 'no grant' "$name, a command that fails"
        # Longer than a command line may be: it waits for the go-ahead.
        for size in 1500 5000; do
            try $1 $auth "printf good-token-of-ann-%0${size}d 7"
            logs_in_with $mechanism "$1, a token of $size bytes"
        done
    done
    try $1 auto 'printf good-token-of-ann'
    logs_in_with OAUTHBEARER "$1, by itself"
    try $1 plain 'printf good-token-of-ann'
    told credentials 'password' "$1, PLAIN takes no token"
}
each imap
has '"faults":[]' "the certificate was found good before"
each pop3
try imap xoauth2 'printf broken-token-of-ann'
has '"ok":false' "imap: the endpoint itself is broken"
dovecot_log=$(cat "$dovecot/log")
postfix_prepare
postfix_start good
each smtp
dovecot_stop
unlike "$dovecot_log" "token-of" "no token lies in Dovecot's log"
finish
