#!/bin/bash
# Logging in: each mechanism over each protocol, the strongest by itself, and
# what is said when a server cannot be believed.
. "$(dirname "$0")/../lib.sh"
mechanisms=(PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-1-PLUS
    SCRAM-SHA-256-PLUS EXTERNAL)
protocols=(imap pop3 smtp)
# What a server lists, and what automatic login takes of it.
lists=('PLAIN+LOGIN PLAIN' 'PLAIN+LOGIN+CRAM-MD5 CRAM-MD5'
    'PLAIN+SCRAM-SHA-1+CRAM-MD5 SCRAM-SHA-1'
    'PLAIN+SCRAM-SHA-1+SCRAM-SHA-256 SCRAM-SHA-256'
    'PLAIN+SCRAM-SHA-256+SCRAM-SHA-256-PLUS+SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS')
listeners=()
for protocol in "${protocols[@]}"; do
    for mechanism in "${mechanisms[@]}"; do
        listeners+=("$protocol-$mechanism=$protocol:tls:good:auth=$mechanism")
        case $mechanism in
        *-PLUS)
            listeners+=("$protocol-$mechanism-12=$protocol:tls:good:auth=$mechanism+tls12"
                "$protocol-mitm-$mechanism=$protocol:tls:good:auth=$mechanism+mitm")
            ;;
        SCRAM-*)
            for word in lie mute; do
                listeners+=("$protocol-$word-$mechanism=$protocol:tls:good:auth=$mechanism+$word")
            done
            ;;
        esac
    done
    for i in "${!lists[@]}"; do
        listeners+=("$protocol-auto$i=$protocol:tls:good:auth=${lists[i]% *}")
    done
    listeners+=("$protocol-up=$protocol:starttls:good:auth=PLAIN+SCRAM-SHA-256-PLUS"
        "$protocol-clear=$protocol:none:good:auth=PLAIN+LOGIN"
        "$protocol-clear-md5=$protocol:none:good:auth=PLAIN+CRAM-MD5"
        "$protocol-strange=$protocol:tls:good:auth=GSSAPI+NTLM"
        "$protocol-noems=$protocol:tls:good:auth=SCRAM-SHA-1+SCRAM-SHA-1-PLUS+tls12+noems"
        "$protocol-stripped=$protocol:tls:good:auth=PLAIN+SCRAM-SHA-256+stripped"
        "$protocol-noir=$protocol:tls:good:auth=PLAIN+SCRAM-SHA-1+noir")
done
listeners+=(preauth=imap:starttls:good:preauth)
start_mailserver "${listeners[@]}"
chmod 600 "$pki"/person*.pem

# try LISTENER AUTH [LINE...]: an account of its own for this server.
try() {
    local name=$1 section
    section='account x'
    [ "${name%%-*}" = smtp ] && section='smtp x'
    {
        printf '[defaults]\ntimeout = 10\n[%s]\nhost = localhost\n' "$section"
        [ "$section" = 'smtp x' ] || printf 'type = %s\n' "${name%%-*}"
        printf 'port = %s\nauth = %s\nuser = ann\n' "$(port "$name")" "$2"
        printf 'password-command = printf %s\n' "${password:-secret}"
        printf '%s\n' "${@:3}"
    } >"$config"
    chmod 600 "$config"
    target=x/incoming
    [ "$section" = 'smtp x' ] && target=smtp:x
    json=$(postseal --ca "$pki/ca.pem" test "$target" --json-lines 2>&1)
    status=$?
}
tls='security = tls'
certificate="client-certificate = $pki/person.pem"
reason() { printf '%s' "$json" | grep -o '"reason":[^,]*' | head -n 1 | cut -d: -f2; }
used() { printf '%s' "$json" | grep -o '"auth":{"mechanism":"[^"]*' | cut -d'"' -f6; }
lower() { printf '%s' "$1" | tr A-Z a-z; }

for protocol in "${protocols[@]}"; do
    for mechanism in "${mechanisms[@]}"; do
        name=$protocol-$mechanism
        extra=()
        [ $mechanism = EXTERNAL ] && extra=("$certificate")
        try "$name" "$(lower $mechanism)" "$tls" "${extra[@]}"
        is "$status $(used)" "0 $mechanism" "$name logs in" ||
            printf '# %s\n' "$json"
        try "$name" auto "$tls" "${extra[@]}"
        is "$status $(used)" "0 $mechanism" "$name by itself"
        [ $mechanism = EXTERNAL ] && continue
        password=wrong try "$name" auto "$tls"
        is "$status $(reason)" '1 "login"' "$name: a wrong password"
    done
    for mechanism in SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS; do
        try "$protocol-$mechanism-12" auto "$tls"
        is "$status $(used)" "0 $mechanism" "$protocol-$mechanism in TLS 1.2"
        like "$json" '"version":"TLS 1.2"' "which it is"
        try "$protocol-mitm-$mechanism" auto "$tls"
        is "$status $(reason)" '1 "login"' "$protocol-$mechanism: somebody in between"
        like "$json" "somebody may be in between" "in words"
    done
    for mechanism in SCRAM-SHA-1 SCRAM-SHA-256; do
        for word in lie mute; do
            try "$protocol-$word-$mechanism" auto "$tls"
            is "$status $(reason)" '1 "login"' "$protocol-$mechanism: $word"
            like "$json" "did not prove that it knows the password" "in words"
        done
    done
    for i in "${!lists[@]}"; do
        try "$protocol-auto$i" auto "$tls"
        is "$status $(used)" "0 ${lists[i]#* }" "$protocol with ${lists[i]% *}"
    done
    try "$protocol-strange" auto "$tls"
    is "$status $(reason)" '1 "mechanism"' "$protocol: nothing in common"
    like "$json" "GSSAPI" "and what there is, is told"
    try "$protocol-up" auto 'security = starttls'
    is "$status $(used)" "0 SCRAM-SHA-256-PLUS" "$protocol: bound after STARTTLS"
    try "$protocol-noems" auto "$tls"
    is "$status $(used)" "0 SCRAM-SHA-1" "$protocol: a TLS 1.2 that binds nothing is not bound to"
    try "$protocol-noems" scram-sha-1-plus "$tls"
    is "$status $(reason)" '1 "mechanism"' "$protocol: not even when asked for"
    try "$protocol-stripped" auto "$tls"
    is "$status $(reason)" '1 "login"' "$protocol: -PLUS was struck from the list"
    like "$json" "which did not arrive here: somebody may be in between" "in words"
    try "$protocol-noir" auto "$tls"
    is "$status $(used)" "0 SCRAM-SHA-1" "$protocol without initial response"
    try "$protocol-PLAIN" scram-sha-256 "$tls"
    is "$status $(reason)" '1 "mechanism"' "$protocol: the wanted one is not offered"
    try "$protocol-EXTERNAL" external "$tls"
    is "$status" 1 "$protocol: EXTERNAL without a certificate"

    # in clear
    none='security = none' allow='allow-plaintext-login = yes'
    : >"$work/server.log"
    for auth in auto plain cram-md5 scram-sha-256; do
        try "$protocol-clear-md5" $auth "$none"
        is "$status $(reason)" '1 "plaintext-login"' "$protocol: not even $auth in clear"
    done
    try "$protocol-clear" auto "$none" "$allow"
    is "$status $(reason)" '1 "plaintext-login"' "$protocol: auto tells no password in clear"
    unlike "$(cat "$work/server.log")" "AUTH" "$protocol: and none of them was tried"
    try "$protocol-clear-md5" auto "$none" "$allow"
    is "$status $(used)" "0 CRAM-MD5" "$protocol: where allowed, one that tells none"
    try "$protocol-clear" plain "$none" "$allow"
    is "$status $(used)" "0 PLAIN" "$protocol: PLAIN when asked for by name"
done

: >"$work/server.log"
json=$(postseal --ca "$pki/ca.pem" --allow-commands test \
    "imap://localhost:$(port preauth)" --user ann \
    --password-command 'printf secret' --json-lines 2>&1)
is "$(reason)" '"starttls-refused"' "PREAUTH before STARTTLS is refused"
unlike "$(cat "$work/server.log")" "LOGIN" "and no login follows it"
finish
