#!/bin/bash
# connect: other programs' pipe to a server: postseal's verdict and exceptions,
# its own greeting after STARTTLS, nothing on stdout when it refuses.
. "$(dirname "$0")/../lib.sh"
start_mailserver good=imap:tls:good imap=imap:starttls:good \
    pop=pop3:starttls:good smtp=smtp:starttls:good smtps=smtp:tls:good \
    self=imap:starttls:selfsigned worst=imap:tls:worst plain=imap:none:good \
    asks=imap:tls:good:client-cert none=imap:starttls:good:no-starttls \
    inject=imap:starttls:good:inject preauth=imap:starttls:good:preauth
# through INPUT TARGET...: output in $out, messages in $err, status in $status.
through() {
    printf "$1" >"$work/in"
    out=$(postseal --ca "$pki/ca.pem" connect "${@:2}" <"$work/in" 2>"$work/err"
        echo "status $?")
    status=${out##*status } out=${out%status *} err=$(cat "$work/err")
}
lines() { tr -d '\r' <<<"$out" | sed '/^$/d'; }
refused() { # STATUS WORDS WHAT
    is "$status" "$1" "$3: status $1"
    is "$out" "" "$3: nothing on stdout"
    like "$err" "$2" "$3: and why"
}

# -- greetings ---------------------------------------------------------------
through 'a1 CAPABILITY\r\na2 LOGOUT\r\n' "imaps://localhost:$(port good)"
is "$status $err" "0 " "with TLS from the start it is quiet"
like "$(lines)" "* OK [CAPABILITY IMAP4rev1" "the server's own greeting passes"
like "$(lines)" "a2 OK" "and its answers"
through 'a1 LOGOUT\r\n' "imap://localhost:$(port imap)"
is "$status" 0 "STARTTLS of IMAP"
is "$(lines | head -n 1)" "* OK ready" "a bare greeting"
like "$(lines)" "a1 OK" "then the server"
through 'QUIT\r\n' "pop3://localhost:$(port pop)"
is "$status $(lines | tr '\n' '|')" "0 +OK|+OK bye|" "POP3, without a stamp"
through 'QUIT\r\n' "smtp://localhost:$(port smtp)"
is "$status $(lines | tr '\n' '|')" "0 220 localhost|221 2.0.0 bye|" "SMTP"
through 'QUIT\r\n' "smtps://localhost:$(port smtps)"
like "$(lines)" "220 localhost ready" "SMTP with TLS greets by itself"
unlike "$(grep -h '^imap ' "$work/server.log")" "LOGIN" \
    "nobody logged in for the program"

# -- targets -----------------------------------------------------------------
postseal add smtp relay host=localhost "port=$(port smtp)" security=starttls
postseal add account work type=imap host=localhost "port=$(port good)" \
    security=tls user=ann smtp=relay
through 'a1 LOGOUT\r\n' work
like "$status $(lines)" "0 * OK [CAPABILITY" "an account is its incoming server"
through 'QUIT\r\n' work/outgoing
like "$status $(lines)" "0 220 localhost" "its outgoing one has a name too"
through 'QUIT\r\n' smtp:relay
is "$status" 0 "and so has an outgoing server"
through '' nobody
refused 2 'no account "nobody"' "an unknown account"
through 'a1 LOGOUT\r\n' --starttls "imaps://localhost:$(port imap)"
is "$status $(lines | head -n 1)" "0 * OK ready" "--starttls goes before"
through '' --starttls "localhost:$(port imap)"
refused 2 "name it, for example imap://localhost" "--starttls and no protocol"
through '' "imap://localhost:$(port plain)?security=none"
refused 1 "Without TLS" "a plain connection"

# -- the verdict -------------------------------------------------------------
through 'a1 LOGOUT\r\n' "imap://localhost:$(port self)"
refused 4 "self-signed" "self-signed"
through 'a1 LOGOUT\r\n' "imaps://localhost:$(port worst)"
refused 4 "wrong name, self-signed, expired" "all faults at once"
like "$err" "This certificate is for www.hoster.example" "each is told"
unlike "$(cat "$work/server.log")" "worst a1 LOGOUT" "nothing was passed on"
for url in "imap://localhost:$(port self)" "imaps://localhost:$(port worst)"; do
    postseal exception add "$url" --host-typed localhost >/dev/null 2>&1
    through 'a1 LOGOUT\r\n' "$url"
    is "$status" 0 "$url by an exception"
    like "$(lines)" "a1 OK" "$url: and the server answers"
done
cp "$pki/replaced.pem" "$pki/selfsigned.pem"
through 'a1 LOGIN ann secret\r\n' "imap://localhost:$(port self)"
refused 4 "not the certificate that you accepted" "another one in its place"
unlike "$(cat "$work/server.log")" "secret" "it heard nothing"
through '' "imap://localhost:$(port none)"
refused 1 "STARTTLS" "no STARTTLS"
through '' "imap://localhost:$(port inject)"
refused 1 "Bytes came after" "bytes behind the go-ahead"
through '' "imap://localhost:$(port preauth)"
refused 1 "" "PREAUTH"
through '' "localhost:$(port plain)"
refused 1 "plain text" "TLS to a plain port"
chmod go+w "$work/config/postseal/exceptions.ini"
through '' "imap://localhost:$(port self)"
refused 3 "chmod go-w" "exceptions that others may write"
chmod go-w "$work/config/postseal/exceptions.ini"

# -- one's own certificate ---------------------------------------------------
through 'a1 LOGOUT\r\n' "imaps://localhost:$(port asks)"
refused 1 "demands a certificate of yours" "a certificate is demanded"
chmod 600 "$pki/person.pem"
postseal identity import "$pki/person.pem" >/dev/null 2>&1
is $? 0 "one's own is taken in"
postseal set "account work" port "$(port asks)"
postseal set "account work" client-certificate "$(openssl x509 \
    -in "$pki/person.pem" -outform DER | sha256sum | cut -d ' ' -f 1)"
through 'a1 LOGOUT\r\n' work
is "$status" 0 "the account's certificate is shown" || echo "# $err"

# -- descriptors -------------------------------------------------------------
flags() { awk '/^flags/ { print $2 }' "/proc/$$/fdinfo/$1"; }
mkfifo "$work/to" "$work/from"
exec 7<>"$work/to" 8<>"$work/from"
before="$(flags 7) $(flags 8)"
"$POSTSEAL" -c "$config" --ca "$pki/ca.pem" connect \
    "imaps://localhost:$(port good)" <&7 >&8 2>"$work/err" &
pid=$!
pids+=($pid)
read -r -t 10 line <&8
like "$line" "* OK" "joined to two pipes"
is "$(flags 7) $(flags 8)" "$before" "which stay blocking"
printf 'a1 CAPABILITY\r\n' >&7
read -r -t 10 line <&8 && read -r -t 10 line <&8
like "$line" "a1 OK" "an answer comes at once"
kill -TERM $pid
wait $pid
is "$?" 1 "SIGTERM ends it"
exec 7<&- 8<&-
postseal --ca "$pki/ca.pem" connect "imaps://localhost:$(port good)" <&- \
    >"$work/text" 2>"$work/err"
is "$?" 0 "a closed standard input is an end"
# Standard input stays open: it is the server that ends it.
mkfifo "$work/many"
exec 7<>"$work/many"
"$POSTSEAL" -c "$config" --ca "$pki/ca.pem" connect \
    "imaps://localhost:$(port good)" <"$work/many" 2>"$work/err" |
    (sleep 0.5; tr -d '\r') >"$work/text" &
pid=$!
yes 'a1 CAPABILITY' | head -n 20000 | sed 's/$/\r/' >&7
printf 'a2 LOGOUT\r\n' >&7
wait $pid
is "$?" 0 "the server's end is the end"
exec 7<&-
is "$(grep -c '^a1 OK' "$work/text")" 20000 "no answer of 20000 is lost"
is "$(grep -c '^a2 OK' "$work/text")" 1 "nor the last one"
finish
