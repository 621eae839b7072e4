#!/bin/bash
# test --log: what was said with each mechanism over each protocol, and no
# secret in it, in no form.
. "$(dirname "$0")/../lib.sh"
marker='Kn0bl+uch=/99'
mechanisms=(PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-256-PLUS)
protocols=(imap pop3 smtp)
listeners=(dead=imap:tls:selfsigned)
for protocol in "${protocols[@]}"; do
    for mechanism in "${mechanisms[@]}"; do
        listeners+=("$protocol-$mechanism=$protocol:tls:good:auth=$mechanism")
    done
done
start_mailserver --password "$marker" "${listeners[@]}"
{
    for protocol in "${protocols[@]}"; do
        for mechanism in "${mechanisms[@]}"; do
            name=$protocol-$mechanism
            if [ $protocol = smtp ]; then
                echo "[smtp $name]"
            else
                printf '[account %s]\ntype = %s\n' "$name" $protocol
            fi
            printf 'host = localhost\nport = %s\nuser = ann\nsecurity = tls\n' \
                "$(port "$name")"
            printf 'password-command = printf %%s %s\n' "$marker"
        done
    done
    printf '[account dead]\nhost = localhost\nport = %s\nuser = ann\n' \
        "$(port dead)"
} >"$config"
chmod 600 "$config"
log=$work/log.txt
umask 022

# no_secret TEXT: the password, its base64 in any blob, each cut by three.
no_secret() {
    local before form
    unlike "$(cat "$log")" "$marker" "$1: not as it is" || return
    for before in '' x xx; do
        form=$(printf %s "$before$marker" | base64)
        grep -qF -- "${form:4:12}" "$log"
        is $? 1 "$1: nor in base64 (${#before})"
    done
}

postseal --ca "$pki/ca.pem" test --all --log "$log" >"$work/out"
is $? 4 "one certificate fails"
is "$(stat -c %a "$log")" 600 "the log is the owner's alone"
no_secret "all"
for protocol in "${protocols[@]}"; do
    for mechanism in "${mechanisms[@]}"; do
        word=AUTH
        [ $protocol = imap ] && word=AUTHENTICATE
        case $protocol-$mechanism in
        *-LOGIN | *-CRAM-MD5) rest= ;;
        *) rest=' (secret)' ;;
        esac
        grep -q "> .*$word $mechanism$rest\$" "$log"
        is $? 0 "$protocol: $mechanism was said" ||
            grep "$word" "$log" | sort -u
    done
done
log_text=$(cat "$log")
like "$log_text" " < + (challenge)" "challenges are not told"
like "$log_text" " > (secret)" "nor answers"
like "$log_text" "EXAMINE INBOX" "the rest is"
like "$log_text" "QUIT" "to the end"
like "$log_text" "dead/incoming: IMAP localhost:" "the failed one is in it"
like "$log_text" "! " "with what is wrong"

postseal --ca "$pki/ca.pem" test --all --log "$log" >"$work/out" 2>"$work/err"
is $? 3 "another file is never written over"
like "$(cat "$work/err")" "exists already; nothing was tested" "and says so"
is "$(wc -c <"$work/out")" 0 "before anything is tested"
is "$(cat "$log")" "$log_text" "it is as it was"
said=$(postseal --ca "$pki/ca.pem" test imap-PLAIN/incoming --log - 2>&1 >"$work/out")
is $? 0 "to standard error"
like "$said" " AUTHENTICATE PLAIN (secret)" "there it is"
postseal --ca "$pki/ca.pem" test imap-PLAIN/incoming --log "$work/none/x" \
    >"$work/out" 2>"$work/err"
is $? 3 "no such folder"
like "$(cat "$work/out")" "Logged in with PLAIN" "the test was made all the same"
finish
