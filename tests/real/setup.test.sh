#!/bin/bash
# From an address to settings, with a real name server (Knot), web server
# (nginx), Dovecot and Postfix, in a network of its own where each has its usual
# port: every source alone, all together, and answers that mean ill.
. "$(dirname "$0")/network.sh"
. "$(dirname "$0")/../lib.sh"
. tests/real/lib.sh
[ -z "$no_network" ] || skip_all "$no_network"
. tests/real/knot.sh
. tests/real/nginx.sh
. tests/real/dovecot.sh
. tests/real/postfix.sh

# All ports are free here: the usual ones.
free_port() {
    local ports=(imap:143 imaps:993 pop3:110 pop3s:995 submission:587 smtps:465
        dns:5353) port
    for port in "${ports[@]}"; do
        [ "$1" != "${port%:*}" ] || printf -v "$1" %s "${port#*:}"
    done
}

domains=(srv.test auto.test known.test plain.test listed.test db.test hosted.test
    hoster.test guess.test all.test foreign.test other.test none.test bomb.test
    quadratic.test big.test version.test noout.test file.test loop.test
    lure.test inside.test html.test wide.test latin.test cut.test gif.test
    hint.test down.test)

# An authority, and one certificate for everything in the domains.
make_pki() {
    local names='' domain
    mkdir -p "$pki"
    for domain in "${domains[@]}"; do
        names+="DNS:$domain,DNS:*.$domain,"
    done
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
        -days 30 -subj "/CN=Test CA" -keyout "$work/ca.key" -out "$pki/ca.pem" &&
        openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
            -days 20 -subj "/CN=Test" -CA "$pki/ca.pem" -CAkey "$work/ca.key" \
            -addext "subjectAltName=${names%,}" \
            -addext "basicConstraints=critical,CA:FALSE" \
            -keyout "$work/server.key" -out "$work/server.crt" &&
        cat "$work/server.crt" "$work/server.key" >"$pki/good.pem"
}
make_pki >"$work/text" 2>&1
ok $? "certificates are made" || { sed 's/^/# /' "$work/text"; finish; }

# -- what the domains say ------------------------------------------------------

name() { printf '%s. %s\n' "$@" >>"$knot/zone"; } # NAME "TYPE DATA"
site() { mkdir -p "$web/sites/$1/$(dirname "$2")"; cat >"$web/sites/$1/$2"; }
at_autoconfig() { # DOMAIN: its document comes on stdin
    name "autoconfig.$1" "A 127.0.0.2"
    site "autoconfig.$1" mail/config-v1.1.xml
}
server() { # ELEMENT TYPE HOST PORT SOCKET
    printf '<%s type="%s"><hostname>%s</hostname><port>%s</port>
    <socketType>%s</socketType><username>%%EMAILADDRESS%%</username>
    <authentication>password-cleartext</authentication></%s>\n' "$@" "$1"
}
servers_of() { # HOST
    server incomingServer imap "$1" 993 SSL
    server incomingServer pop3 "$1" 995 SSL
    server outgoingServer smtp "$1" 465 SSL
    server outgoingServer smtp "$1" 587 STARTTLS
}
document() { # HOST
    printf '<?xml version="1.0"?>\n<clientConfig version="1.1">\n'
    printf '<emailProvider id="x"><displayName>Test</displayName>\n'
    servers_of "$1"
    printf '</emailProvider></clientConfig>\n'
}

knot_prepare
nginx_prepare
dovecot_prepare
dovecot_start good
if [ -z "$alone" ]; then
    postfix_prepare
    postfix_start good
fi

for domain in srv auto known plain listed hosted all other hint; do
    name "mail.$domain.test" "A 127.0.0.1"
done
name _imaps._tcp.srv.test "SRV 0 1 993 mail.srv.test."
name _pop3s._tcp.srv.test "SRV 10 1 995 mail.srv.test."
name _imap._tcp.srv.test "SRV 0 0 0 ."
name _submissions._tcp.srv.test "SRV 0 1 465 mail.srv.test."
name _submission._tcp.srv.test "SRV 0 1 587 mail.srv.test."
name _imaps._tcp.foreign.test "SRV 0 1 993 mail.other.test."
name _submissions._tcp.foreign.test "SRV 0 1 465 mail.other.test."
document mail.auto.test | at_autoconfig auto.test
name known.test "A 127.0.0.2"
document mail.known.test | site known.test \
    .well-known/autoconfig/mail/config-v1.1.xml
name autoconfig.plain.test "A 127.0.0.3"
document mail.plain.test | site autoconfig.plain.test mail/config-v1.1.xml
name db.test "A 127.0.0.2"
document mail.listed.test | site db.test v1.1/listed.test
name listed.test "TXT \"a\""
name hosted.test "MX 10 mx1.hoster.test."
name mx1.hoster.test "A 127.0.0.1"
document mail.%EMAILDOMAIN% | at_autoconfig hoster.test
name guess.test "TXT \"a\""
name imap.guess.test "CNAME mail.other.test."
name smtp.guess.test "A 127.0.0.1"
name none.test "TXT \"a\""
# All of it, and each names another host.
name _imaps._tcp.all.test "SRV 0 1 993 mail.all.test."
name _submissions._tcp.all.test "SRV 0 1 465 mail.all.test."
for host in imap smtp a k; do
    name "$host.all.test" "A 127.0.0.1"
done
name all.test "A 127.0.0.2"
document a.all.test | at_autoconfig all.test
document k.all.test | site all.test .well-known/autoconfig/mail/config-v1.1.xml
name all.test "MX 10 mx1.hoster.test."
document mail.all.test | site db.test v1.1/all.test
# A document that asks to be asked again with the address gets nothing.
document mail.hint.test | at_autoconfig hint.test

# -- what means ill ------------------------------------------------------------

at_autoconfig bomb.test <<'XML'
<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;">
]><clientConfig version="1.1">&d;&d;&d;&d;</clientConfig>
XML
{
    printf '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "'
    head -c 60000 /dev/zero | tr '\0' a
    printf '">]><clientConfig version="1.1">'
    for _ in {1..2000}; do printf '&a;'; done
    printf '</clientConfig>'
} | at_autoconfig quadratic.test
{
    printf '<?xml version="1.0"?><clientConfig version="1.1"><!-- '
    head -c 5000000 /dev/zero | tr '\0' a
    printf ' --></clientConfig>'
} | at_autoconfig big.test
document mail.auto.test | sed 's/version="1.1"/version="3.0"/' |
    at_autoconfig version.test
{
    printf '<clientConfig version="1.1"><emailProvider id="x">\n'
    server incomingServer imap mail.auto.test 993 SSL
    printf '</emailProvider></clientConfig>\n'
} | at_autoconfig noout.test
echo '<!DOCTYPE html><html><body>Welcome</body></html>' |
    at_autoconfig html.test
document mail.auto.test | iconv -t UTF-16 | at_autoconfig wide.test
document mail.auto.test |
    sed 's/?xml version="1.0"/& encoding="ISO-8859-1"/; s/>Test</>B\xfccher</' |
    at_autoconfig latin.test
document mail.auto.test | head -c 300 | at_autoconfig cut.test
printf 'GIF89a\1\0\1\0' | at_autoconfig gif.test
for domain in file loop; do
    name "autoconfig.$domain.test" "A 127.0.0.2"
done
name autoconfig.lure.test "A 44.128.0.1"
name autoconfig.down.test "A 127.0.0.4"
name inside.test "A 127.0.0.2"
document mail.auto.test | site inside.test mail/config-v1.1.xml
redirect() { # DOMAIN TO
    cat >>"$web/rules" <<CONF
server {
    listen 127.0.0.2:80; listen 127.0.0.2:443 ssl; listen 44.128.0.1:443 ssl;
    server_name autoconfig.$1;
    location / { return 302 $2; }
}
CONF
}
redirect file.test file:///etc/passwd
redirect loop.test 'https://$host/again$request_uri'
redirect lure.test https://inside.test/mail/config-v1.1.xml

knot_start
nginx_start good

# -- asking --------------------------------------------------------------------

# setup DOMAIN [OPTION...]: the result as one line in $json.
setup() {
    local domain=$1
    shift
    json=$(postseal --ca "$pki/ca.pem" setup "ann@$domain" --json "$@" \
        2>"$work/errors")
    status=$?
    json=$(tr -d '\n' <<<"$json" | sed 's/  */ /g')
}
use() { # DATABASE
    printf '[defaults]\ndns-server = 127.0.0.1:%s\nautoconfig-url = %s\ntimeout = 5\n' \
        "$dns" "$1" >"$config"
    chmod 600 "$config"
}
line_is() { # SOURCE STATE WHAT
    like "$json" "\"source\": \"$1\", \"state\": \"$2\"" "$3"
}
says() { # TEXT WHAT
    like "$json" "$1" "$2"
}
# The best of a direction, as far as it is told before its test.
best() { # DIRECTION
    sed -n "s/.*\"$1\": \[ {//; s/\"test\": .*//p" <<<"$json"
}
best_is() { # DIRECTION HOST PORT SOURCE WHAT
    like "$(best "$1")" "\"host\": \"$2\", \"port\": $3," "$5"
    like "$(best "$1")" "\"source\": \"$4\"" "$5, by $4"
}
is_good() { # WHAT: incoming, and outgoing where there is a Postfix
    local wanted=2 # of IMAP and POP3
    [ -n "$alone" ] || wanted=4
    is "$(grep -o '"good": true' <<<"$json" | wc -l)" "${2:-$wanted}" "$1"
}

use off
setup srv.test
line_is srv found "SRV records are found"
says '"protection": "dns"' "and it is said that they came by plain DNS"
best_is incoming mail.srv.test 993 srv "the IMAP server they name is first"
is_good "and everything they name answers with a good certificate"
unlike "$json" '"port": 143' "what they say is not offered is not tried"
line_is database skipped "the database is switched off"

setup auto.test
line_is autoconfig found "autoconfig.DOMAIN is found"
says '"protection": "https"' "by https"
best_is incoming mail.auto.test 993 autoconfig "its IMAP server is first"
says '"user": "ann@auto.test"' "with the login name filled in"
is_good "and all its servers are good"
setup hint.test
unlike "$(cat "$web/access")" "emailaddress" "the address was never sent along"
setup hint.test --send-address
like "$(cat "$web/access")" "emailaddress=ann%40hint.test" "only with consent"
unlike "$(grep '^http ' "$web/access")" "emailaddress" "and never over http"

setup known.test
line_is well-known found "DOMAIN/.well-known is found"
best_is incoming mail.known.test 993 well-known "its server is first"

setup plain.test
line_is autoconfig found "http is asked when https gives nothing"
says '"protection": "http"' "and it is said that it was http"
best_is incoming mail.plain.test 993 autoconfig "its server is first"

use https://db.test/v1.1/
setup listed.test
line_is database found "a database is asked"
best_is incoming mail.listed.test 993 database "its server is first"
unlike "$(grep db.test "$web/access")" ann@ "which does not learn the address"
use http://db.test/v1.1
setup listed.test
says '"protection": "http"' "one without TLS is marked"
use off

setup hosted.test
line_is mx found "the owner of the MX is asked"
best_is incoming mail.hosted.test 993 mx "with the address's own domain in it"

setup guess.test
line_is guess found "usual names are tried"
best_is incoming imap.guess.test 993 guess "an alias, too"
best_is incoming imap.guess.test 993 guess "with TLS before STARTTLS"
says '"protection": "tried"' "nobody said it"

setup none.test
line_is guess nothing "where nothing is, nothing is found"
like "$json" '"incoming": []' "and nothing offered"
is "$status" 1 "which is a failure"
setup no.such.domain.test
says 'no domain no.such.domain.test' "a domain that is not there"
setup down.test
line_is autoconfig failed "a web server that is not there"

setup foreign.test
like "$(best incoming)" '"foreign": true' "a server elsewhere is marked"
is_good "and is not good without a yes" 0

use https://db.test/v1.1/
setup all.test
for source in srv autoconfig well-known database mx; do
    line_is "$source" found "all at once: $source"
done
best_is incoming mail.all.test 993 srv "all at once: the order of the sources"
setup all.test --offline
line_is srv skipped "--offline asks nobody"
use off

# -- answers that mean ill -----------------------------------------------------

ill() { # DOMAIN STATE TEXT WHAT
    setup "$1"
    line_is autoconfig "$2" "$4: $2"
    says "$3" "$4: said"
    unlike "$json" '"source": "autoconfig", "sources"' "$4: nothing is taken"
}
ill bomb.test failed "Line 2, column" "a billion laughs"
ill quadratic.test failed "declares a document type" "a quadratic bomb"
ill big.test failed "far too long" "5 MB"
ill version.test failed "Version 3.0 is not known here" "another version"
ill noout.test failed "names no outgoing server" "no outgoing server"
ill html.test nothing "is a web page" "a web page"
ill cut.test failed "not well-formed XML" "half a document"
ill gif.test failed "not well-formed XML" "a picture"
ill file.test failed "redirects to what is no http" "a redirect to a file"
ill loop.test failed "after 3 redirects" "redirects without end"
ill lure.test failed "private address" "from a public to a private address"
unlike "$(cat "$web/access")" "inside.test" "nothing was asked there"
for domain in wide latin; do
    setup $domain.test
    line_is autoconfig found "$domain: another encoding is read"
done
if [ -n "$alone" ]; then
    skip "Postfix among the servers" "it needs root"
fi

# -- written -------------------------------------------------------------------

setup auto.test --write ann
json=$(postseal list)
like "$json" ann "--write adds the account"
postseal set "account ann" password-command 'printf secret' &&
    postseal set "account ann" user ann
json=$(postseal --ca "$pki/ca.pem" test ann/incoming --json-lines)
is $? 0 "and it logs in"

# -- a person's yes -----------------------------------------------------------

if command -v tmux >/dev/null; then
    . tests/terminal.sh
    ask_about() { # ID: a server outside the domain, which --write wants
        on_terminal "$POSTSEAL" -c "$config" --ca "$pki/ca.pem" setup \
            ann@foreign.test --write "$1"
        terminal_until "imaps://mail.other.test:993 is outside foreign.test"
        terminal_type "$2"
        terminal_until "smtps://mail.other.test:465 is outside foreign.test"
        terminal_type "$2"
    }
    ask_about refused no
    terminal_until "(ended:"
    like "$(terminal)" "Nothing was written." "no: nothing is written"
    like "$(terminal)" "(ended: 1)" "and it is no success"
    unlike "$(postseal list)" refused "nor listed"
    ask_about taken yes
    terminal_until "Written: account taken"
    ok $? "yes: the account is written"
    like "$(postseal get 'account taken' host)" other.test "with that server"
else
    skip "a person's yes" "no tmux"
fi
finish
