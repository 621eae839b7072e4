#!/bin/bash
# identity: the person's own certificates: taken in, given out, and shown to
# servers that ask for one, but never to one that is not trusted.
. "$(dirname "$0")/../lib.sh"
start_mailserver want=imap:tls:good:client-cert old=imap:tls:good:client-cert-12 \
    upgrade=smtp:starttls:good:client-cert pop=pop3:tls:good:client-cert \
    ask=imap:tls:good:ask-cert ask12=imap:tls:good:ask-cert-12 \
    self=imap:tls:selfsigned:ask-cert self12=imap:tls:selfsigned:ask-cert-12 \
    bad=imap:tls:selfsigned:client-cert bad12=imap:tls:selfsigned:client-cert-12 \
    plain=imap:tls:good

dir=$work/config/postseal
server() { # NAME [LINE...]: an account at that server
    local name=$1 kind=imap security=tls
    shift
    case $name in pop) kind=pop3 ;; esac
    {
        printf '[account %s]\ntype = %s\nhost = localhost\nport = %s\n' \
            "$name" "$kind" "$(port "$name")"
        printf 'security = %s\nuser = ann\npassword = secret\n' "$security"
        printf '%s\n' "$@"
    } >"$config"
    chmod 600 "$config"
}
ask() { # TARGET
    json=$(postseal --ca "$pki/ca.pem" test "$@" --json-lines --allow-commands 2>&1)
    status=$?
}
field() { printf '%s' "$json" | grep -o "\"$1\":[^,}]*" | head -n 1 | cut -d: -f2-; }
failed() {
    printf '%s' "$json" | grep -o '"name":"[a-z-]*","state":"failed"' | cut -d'"' -f4
}
heard() { grep "^$1 client certificate" "$work/server.log" | tail -n 1; }

# -- taking in ------------------------------------------------------------------
cd "$pki" || exit 1
chmod 600 person*.pem
openssl pkcs12 -export -legacy -in person.pem -out old.p12 -passout pass:locked \
    -certpbe PBE-SHA1-RC2-40 -name "Ann's key" 2>/dev/null
openssl pkcs12 -export -in person.pem -out new.p12 -passout pass:locked -name New
openssl pkcs12 -export -in person.pem -out open.p12 -passout pass: -name Open
openssl pkcs8 -topk8 -in person.pem -out enc.key -passout pass:gate
openssl x509 -in person.pem -out only.pem
openssl x509 -in person.pem -outform DER -out only.der
openssl pkey -in person.pem -out plain.key
openssl genpkey -algorithm ed25519 -out other.key
chmod 600 ./*.p12 ./*.key
sha=$(openssl x509 -in person.pem -outform DER | sha256sum | cut -d' ' -f1)
cd "$OLDPWD" || exit 1

is "$(postseal identity list; echo $?)" 0 "at first there is none"
text=$(postseal identity import "$pki/old.p12" 2>&1 </dev/null)
is $? 1 "a locked file needs its password"
like "$text" "password is needed" "and says so"
text=$(echo wrong | postseal identity import "$pki/old.p12" --password-stdin 2>&1)
is $? 1 "a wrong one is refused"
like "$text" "does not open" "and says so"
is "$(ls "$dir/identities" 2>/dev/null)" "" "nothing was stored"
text=$(echo locked | postseal identity import "$pki/old.p12" --password-stdin 2>&1)
is $? 0 "an old file (RC2) is taken in"
like "$text" "Ann's key" "under its friendly name"
is "$(stat -c '%a' "$dir/identities" "$dir/identities/$sha.pem" | xargs)" "700 600" \
    "folder and file are private"
like "$(cat "$dir/identities/$sha.pem")" "BEGIN PRIVATE KEY" "with the key"
is "$(grep -c 'BEGIN CERTIFICATE' "$dir/identities/$sha.pem")" 2 "and the issuer"
json=$(postseal identity list --json | tr -d '\n ')
is "$(field sha256) $(field label) $(field key_encrypted) $(field problem)" \
    "\"$sha\" \"Ann'skey\" false null" "list --json"
for file in open.p12 person.pem; do
    postseal identity import "$pki/$file" >/dev/null 2>&1 </dev/null
    is $? 0 "$file needs no password"
done
is "$(postseal identity list --json | grep -c '"sha256"')" 1 "the same again replaces"
postseal identity import "$pki/only.pem" --key "$pki/plain.key" >/dev/null 2>&1
is $? 0 "certificate and key in two files"
postseal identity import "$pki/only.der" --key "$pki/plain.key" >/dev/null 2>&1
is $? 0 "the certificate may be DER"
text=$(postseal identity import "$pki/only.pem" --key "$pki/other.key" 2>&1)
is $? 3 "a key of another certificate is refused"
like "$text" "does not belong" "and says so"
for file in only.pem only.der other.key ca.pem server.log nowhere.pem; do
    text=$(postseal identity import "$pki/$file" 2>&1)
    is $? 3 "$file is refused"
done
chmod 644 "$pki/plain.key"
like "$(postseal identity import "$pki/only.pem" --key "$pki/plain.key" 2>&1)" \
    "chmod 600 $pki/plain.key" "a key that lies open is pointed out"

# -- giving out -----------------------------------------------------------------
postseal identity export "$sha" --output "$work/out.p12" 2>/dev/null </dev/null
is $? 1 "an export needs a password"
echo | postseal identity export "$sha" --output "$work/out.p12" --password-stdin 2>/dev/null
is $? 1 "an empty one will not do"
[ ! -e "$work/out.p12" ]
ok $? "nothing was written"
echo fresh | postseal identity export "$sha" --output "$work/out.p12" --password-stdin >/dev/null
is $? 0 "an export"
is "$(stat -c %a "$work/out.p12")" 600 "is private"
is "$(openssl pkcs12 -in "$work/out.p12" -passin pass:fresh -nodes -clcerts 2>/dev/null |
    openssl x509 -outform DER | sha256sum | cut -d' ' -f1)" "$sha" "opens with the new password"
like "$(openssl pkcs12 -in "$work/out.p12" -passin pass:fresh -noout -info 2>&1)" \
    "PBES2, PBKDF2, AES-256-CBC" "and is locked as one does today"
echo fresh | postseal identity export "$sha" --output "$work/out.p12" --password-stdin 2>/dev/null
is $? 3 "it does not go over another file"
label=$(postseal identity list --json | grep -o '"label": "[^"]*"' | cut -d'"' -f4)
is "$label" "Ann Example" "without a friendly name it is called by its subject"
postseal identity remove "Ann Example" >/dev/null
is "$? $(ls "$dir/identities")" "0 " "remove by its label"
postseal identity remove "$sha" 2>/dev/null
is $? 1 "one that is not there"

# -- in the handshake --------------------------------------------------------------
for name in want old pop; do
    server "$name"
    ask "$name/incoming"
    is "$(field reason) $(failed)" '"client-certificate" tls' "$name: none is set"
    is "$(field client_certificate)" '"asked"' "$name: it was asked for"
    like "$json" "demands a certificate of yours, and none is set" "$name: in words"
done
echo locked | postseal identity import "$pki/new.p12" --password-stdin >/dev/null
for name in want old pop ask ask12; do
    for value in New "$sha" "$pki/person.pem"; do
        server "$name" "client-certificate = $value"
        ask "$name/incoming"
        is "$status $(field client_certificate)" '0 "sent"' "$name with ${value##*/}"
        is "$(heard "$name")" "$name client certificate: Ann Example +1" \
            "$name saw it, with its issuer"
    done
done
like "$json" "with your certificate" "the stage says so"
printf '[smtp up]\nhost = localhost\nport = %s\nsecurity = starttls\nuser = ann\npassword = secret\nclient-certificate = New\n' \
    "$(port upgrade)" >"$config"
ask smtp:up
is "$status $(heard upgrade)" "0 upgrade client certificate: Ann Example +1" "after STARTTLS too"
server plain "client-certificate = New"
ask plain/incoming
is "$status $(field client_certificate)" "0 null" "a server that asks for none gets none"

for case in "person-expired has.expired" "person-unknown not.know.who.issued"; do
    set -- $case
    for name in want old; do
        server "$name" "client-certificate = $pki/$1.pem"
        ask "$name/incoming"
        is "$(field reason) $(failed)" '"client-certificate" tls' "$name refuses $1"
        [[ $json =~ refuses\ your\ certificate.*${2} ]]
        ok $? "$name: in words"
    done
done

# -- never to a server that is not trusted --------------------------------------------
for name in self self12 bad bad12; do
    server "$name" "client-certificate = New"
    ask "$name/incoming"
    is "$status $(field reason) $(failed)" '4 "certificate" certificate' \
        "$name: the certificate is what is wrong"
done
is "$(grep -E '^(self|bad)' "$work/server.log" | grep -c Ann)" 0 "no untrusted server saw it"
is "$(heard self12)" "self12 client certificate: none +0" "it saw none"
url=imaps://localhost:$(port self)
like "$(postseal cert show "imaps://localhost:$(port old)" --ca "$pki/ca.pem")" "CN=localhost" \
    "cert show needs no certificate of yours"
text=$(postseal cert show "$url" --json | grep -o '"sha256": "[0-9a-f]*"' | head -n 1 | cut -d'"' -f4)
postseal exception add "$url" --sha256 "$text" >/dev/null 2>&1
is "$(grep -E '^(self|bad)' "$work/server.log" | grep -c Ann)" 0 "fetching shows none either"
server self "client-certificate = New"
ask self/incoming
is "$status $(heard self)" "0 self client certificate: Ann Example +1" \
    "with an exception it is shown"

# -- keys ---------------------------------------------------------------------------
sed '/PRIVATE KEY/,$d' "$pki/person.pem" | cat - "$pki/enc.key" >"$work/enc.pem"
chmod 600 "$work/enc.pem"
server want "client-certificate = $work/enc.pem"
ask want/incoming
is "$status $(field reason) $(failed)" '1 "config" tls' "an encrypted key without a command"
like "$json" "Set client-key-command" "says what to set"
server want "client-certificate = $work/enc.pem" "client-key-command = echo gate"
ask want/incoming
is "$status $(field client_certificate)" '0 "sent"' "a command opens it"
server want "client-certificate = $work/enc.pem" "client-key-command = echo wrong"
ask want/incoming
is "$(field reason)" '"config"' "a wrong passphrase"
unlike "$json" wrong "is not repeated"
server want "client-certificate = $work/enc.pem" "client-key-command = echo sorry >&2 && exit 3"
ask want/incoming
is "$(field reason) $(failed)" '"credentials" tls' "a command that fails"
like "$json" "sorry" "with its last words"
: >"$work/server.log"
json=$(postseal --ca "$pki/ca.pem" test want/incoming --json-lines </dev/null 2>&1)
is "$(field reason)" '"credentials"' "commands of the default folder run unasked"
postseal_there() { "$POSTSEAL" -c "$work/there/accounts.ini" "$@"; }
mkdir -m 700 "$work/there"
sed 's/^client-key-command.*/client-key-command = touch '"${work//\//\\/}"'\/ran; echo gate/' \
    "$config" >"$work/there/accounts.ini"
json=$(postseal_there --ca "$pki/ca.pem" test want/incoming --json-lines </dev/null 2>&1)
is "$(field reason)" '"config"' "elsewhere they do not"
[ ! -e "$work/ran" ]
ok $? "really"
is "$(cat "$work/server.log")" "" "and no connection was made"
chmod 640 "$work/enc.pem"
server want "client-certificate = $work/enc.pem" "client-key-command = echo gate"
ask want/incoming
is "$(field reason)" '"config"' "a key that others may read is not used"
like "$json" "chmod 600 $work/enc.pem" "with the cure"
text=$(postseal check 2>&1)
like "$text" "chmod 600 $work/enc.pem" "check says so too"
server want "client-certificate = Nobody"
like "$(postseal check 2>&1)" "accounts.ini:8: client-certificate: None of your certificates" \
    "check knows the names"
ask want/incoming
is "$(field reason)" '"config"' "one that is not there"
server want "auth = external"
like "$(postseal check 2>&1)" "has no client-certificate" "auth = external wants one"
for value in '~/own.pem' own.pem ./own.pem; do
    install -m 600 "$pki/person.pem" "$HOME/own.pem"
    install -m 600 "$pki/person.pem" "$dir/own.pem"
    server want "client-certificate = $value"
    ask want/incoming
    is "$status $(field client_certificate)" '0 "sent"' "a path: $value"
done
is "$(postseal check 2>&1 | grep client-certificate)" "" "check is content"
rm "$dir/own.pem"
chmod 777 "$dir/identities"
server want "client-certificate = New"
ask want/incoming
is "$(field reason)" '"config"' "a folder that others may write is not used"
like "$json" "chmod go-w" "with the cure"
postseal identity list >/dev/null 2>&1
is $? 3 "nor listed"
chmod 700 "$dir/identities"

# -- on a terminal --------------------------------------------------------------------
if command -v tmux >/dev/null; then
    . tests/terminal.sh
    on_terminal bash -c '"$@"; echo status $?; stty -a | grep -o "[-]*echo "' run \
        "$POSTSEAL" -c "$config" identity import "$pki/old.p12"
    terminal_until "Password:"
    terminal_type locked
    terminal_until "status"
    like "$(terminal)" "status 0" "the password is asked for on a terminal"
    unlike "$(terminal)" locked "without echo"
    terminal_until echo
    unlike "$(terminal)" -echo "which comes back"
else
    skip "the password is asked for on a terminal" "no tmux"
fi
finish
