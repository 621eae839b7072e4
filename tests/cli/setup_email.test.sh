#!/bin/bash
# setup: from an address to a tested account, against a name server and mail
# servers on loopback. Nothing else is asked: the database is switched off.
. "$(dirname "$0")/../lib.sh"
srv() { # DOMAIN KIND LISTENER HOST [PRIORITY]
    printf -- '--name\n_%s._tcp.%s=srv:%s:0:%s:%s\n' "$2" "$1" "${5:-0}" "$3" "$4"
}
mapfile -t names < <(
    srv example.org imaps imap mail.example.org
    srv example.org imap stls mail.example.org
    srv example.org pop3s . . | sed 's/:\.:\.$/:0:./'
    srv example.org submissions smtps mail.example.org
    srv example.org submission smtp mail.example.org
    # A hoster's servers, which are outside.
    srv customer.example imaps wrong hoster.example
    srv customer.example submissions wrongsmtp hoster.example
    # A certificate for another name, and one that signed itself.
    srv bad.example imaps self mail.bad.example
    srv bad.example submissions wrongsmtp mail.bad.example
    # Nobody there, and one that does not speak the protocol.
    srv dead.example imaps 9 mail.dead.example
    srv dead.example submissions garbage mail.dead.example
)
start_mailserver "${names[@]}" --name mail.example.org=127.0.0.1 \
    --name example.org=mx:10:mail.example.org \
    --name hoster.example=127.0.0.1 --name mail.bad.example=127.0.0.1 \
    --name mail.dead.example=127.0.0.1 --name nomail.example=mx:0:. \
    --name xn--bcher-kva.example=192.0.2.1 \
    --name gmx.example=mx:10:mx00.gmx.net \
    imap=imap:tls:good stls=imap:starttls:good smtps=smtp:tls:good \
    smtp=smtp:starttls:good wrong=imap:tls:wrongname \
    wrongsmtp=smtp:tls:wrongname self=imap:tls:selfsigned \
    garbage=smtp:tls:good:garbage
cat >"$config" <<INI
[defaults]
dns-server = 127.0.0.1:$(port dns)
autoconfig-url = off
timeout = 5
INI
chmod 600 "$config"
cp "$config" "$work/fresh.ini"
fresh() { cp -p "$work/fresh.ini" "$config"; }
run() { # ARGUMENT...: $out, $errors, $status
    out=$(postseal --ca "$pki/ca.pem" setup "$@" 2>"$work/errors" </dev/null)
    status=$?
    errors=$(cat "$work/errors")
}
json() { run "$@" --json; out=$(printf '%s' "$out" | tr -d ' \n'); }

# -- what is found --------------------------------------------------------------
run ann@example.org
is $status 0 "servers named by SRV are found, in and out"
like "$out" "srv         found    dns" "the line of the source tells state and protection"
like "$out" "SRV records name _imaps, _imap, _submissions, _submission; not offered: _pop3s." \
    "and what came"
like "$out" "  1  imaps://mail.example.org:$(port imap)  good" "TLS stands first"
like "$out" "  2  imap://mail.example.org:$(port stls)  good" "before STARTTLS"
like "$out" "  1  smtps://mail.example.org:$(port smtps)  good" "of SMTP, too"
like "$out" "named by srv (dns), login ann@example.org" "the login name is the address"
like "$out" "database    skipped" "the database is switched off"
is "$(grep -ciE '(LOGIN|AUTHENTICATE|AUTH|USER|PASS|MAIL|ann)( |$)' "$work/server.log")" 0 \
    "no login and no address was sent"
like "$(cat "$work/server.log")" "stls a2 CAPABILITY" "STARTTLS is really upgraded"
is "$(grep -c '^account' "$config")$(cmp "$config" "$work/fresh.ini" 2>&1)" "0" \
    "and nothing was written"

json Ann@EXAMPLE.org
like "$out" '"email":"Ann@example.org"' "the name keeps its case, the domain is lowered"
like "$out" '{"source":"srv","state":"found","protection":"dns","ms":' "JSON: the sources"
like "$out" "\"incoming\":[{\"service\":\"imap\",\"host\":\"mail.example.org\",\"port\":$(port imap),\"security\":\"tls\",\"auth\":\"auto\",\"user\":\"Ann@example.org\",\"source\":\"srv\",\"sources\":[\"srv\"],\"protection\":\"dns\",\"login\":\"password\",\"help\":null,\"foreign\":false,\"confirmed\":false,\"good\":true,\"test\":{" \
    "the candidates"
like "$out" '"advice":null,"written":null,"test":null}' "and no advice"

# -- writing ---------------------------------------------------------------------
run ann@example.org --write work --name "Ann Example"
is $status 0 "--write ends well"
like "$out" "Written: account work" "... and says so"
like "$out" "work/incoming: IMAP mail.example.org:$(port imap) TLS" "then tests the account"
is "$(sed -n '/^\[account/,$p' "$config")" "[account work]
name = Ann Example
email = ann@example.org
type  = imap
host  = mail.example.org
port  = $(port imap)
security = tls
user     = ann@example.org
smtp     = work

[smtp work]
host = mail.example.org
port = $(port smtps)
security = tls
account  = work" "what was written"
run ann@example.org --write work
is $status 2 "a name that is taken is told"
like "$errors" 'There is an account "work" already' "... in words"
run ann@example.org --write again
is "$(grep -c '^\[smtp' "$config") $(postseal get 'account again' smtp)" "1 work" \
    "the outgoing server that is there is used again"
fresh
json ann@example.org --write work
like "$out" '"written":"work","test":[{"target":"work/incoming"' "JSON: one document, with the test"
fresh

# -- outside the domain ------------------------------------------------------------
json ann@customer.example
is $status 1 "a server outside the domain with a private address is not found"
like "$out" '"foreign":true,"confirmed":false,"good":false,"test":{' "it is foreign and not good"
like "$out" 'hoster.examplehasaprivateaddress(127.0.0.1)' "and not connected to"
is "$(grep -c '^wrong' "$work/server.log")" 0 "really"
run ann@customer.example --write work
is $status 1 "nor written without a yes"
like "$errors" "No incoming server was taken: what was found needs a yes (--yes for servers outside customer.example)." \
    "which is said"
cmp -s "$config" "$work/fresh.ini"
ok $? "nothing was written"
run ann@customer.example --yes --write work
is $status 0 "with --yes it is"
like "$out" "It is outside customer.example; you said yes to that" "and told"
is "$(postseal get 'account work' host)" hoster.example "and written"
fresh

# -- certificates, and worse -----------------------------------------------------------
run ann@bad.example
is $status 4 "wrong certificates alone end with status 4"
like "$out" "imaps://mail.bad.example:$(port self)  " "they are listed"
like "$out" "It signed its own certificate" "with what is wrong"
like "$out" "Add an exception instead" "and the ordinary cures"
like "$errors" "No incoming or outgoing server that was named proved right." "and advice"
run ann@bad.example --write bad
is $status 4 "what can be cured may be written"
is "$(postseal get 'account bad' host)" mail.bad.example "... and is"
fresh
run ann@dead.example
is $status 1 "servers that are not there end with status 1"
like "$out" "imaps://mail.dead.example:9  refused" "with the reason"

# -- nothing, and nonsense ---------------------------------------------------------------
run ann@nowhere.example
is $status 1 "a domain that is not there"
like "$errors" "There is no domain nowhere.example in the DNS. Look at the address for a mistyped letter." \
    "is told as that"
run ann@nomail.example
like "$out" "nomail.example says in the DNS that it takes no mail (RFC 7505)." "a null MX is told"
like "$errors" "No incoming or outgoing server was found." "and the advice is to ask the provider"
run "ann@Bücher.example" --offline
like "$out" "ann@xn--bcher-kva.example" "a domain in other letters"
like "$errors" "xn--bcher-kva.example (bücher.example)" "is shown in both forms"
is $status 1 "and the table does not know it"
while IFS='|' read -r address words; do
    run "$address"
    is $status 2 "\"$address\" is no address"
    like "$errors" "$words" "... and why"
done <<'CASES'
annexample.org|There is no @ in "annexample.org": an address has the form name@domain.
@example.org|The name before the @ is missing
ann@|The domain behind the @ is missing
a@b@example.org|Letter 4: there is a second @.
ann example@example.org|Letter 4: " " cannot stand in an address.
Ann <ann@example.org>|Letter 4: " " cannot stand in an address.
.ann@example.org|Letter 1: before the @ no dot stands at an end
a..n@example.org|Letter 2: before the @ no dot stands
ann@[192.0.2.1]|Behind the @ stands the address of a machine
ann@-x.example|Behind the @: A part of a server name neither begins
"ann@example.org|Letter 1: the quotation that begins here has no end.
CASES
run
is $status 2 "no address at all"
run ann@example.org other
is $status 2 "a word too many"
run ann@example.org --write 'a/b'
is $status 2 "a name that cannot be"

# -- offline ---------------------------------------------------------------------------------
: >"$work/server.log"
run ann@gmx.net --offline
is $status 0 "a large provider is in the table"
like "$out" "provider    found    built-in" "which came with the program"
like "$out" "imaps://imap.gmx.net:993  not tested" "nothing is tested"
is "$(cat "$work/server.log")" "" "and nobody asked"
run ann@gmx.net --offline --write gmx
is "$status $(postseal get 'account gmx' host)" "0 imap.gmx.net" "it can be written so"
fresh
run ann@gmx.example
like "$out" "mx          found    dns" "who takes the mail is in the table"
like "$out" "It is outside gmx.example" "which does not make its servers ours"
finish
