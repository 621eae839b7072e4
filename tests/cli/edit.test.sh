#!/bin/bash
# list, get, set, unset, add, remove, check: the file by commands.
. "$(dirname "$0")/../lib.sh"
dir=$work/config
sample() {
    cat >"$config" <<'INI'
# my mail, by hand
[defaults]
smtp = relay

; the work account
[account work]
name     = Ann Example
email    = ann@example.org
host     = imap.example.org   ; main server
port     = 993
security = tls
user=ann
password-command = "pass show mail/work; true"
my-own-key = keep me

[smtp relay]
host = smtp.example.org
port = 587
security = starttls
user = ann
password-command = pass show relay
[other program]
anything = goes
INI
    cp "$config" "$work/before"
}
changed() { diff "$work/before" "$config" | grep -c '^[<>]'; }

sample
is "$(postseal get "account work" host)" imap.example.org "get gives a value"
is "$(postseal get "account work" password-command)" \
    "pass show mail/work; true" "get takes the quotes off"
postseal get "account work" reply-to 2>/dev/null
is $? 1 "an unset value is status 1"
postseal get "account work" nonsense 2>/dev/null
is $? 2 "an unknown key is a usage error"
postseal get "account nobody" host 2>/dev/null
is $? 1 "an unknown account is status 1"

postseal set "account work" port 994
is $? 0 "set works"
is "$(diff "$work/before" "$config" | tr '\n' '|')" \
    "10c10|< port     = 993|---|> port     = 994|" \
    "exactly one line changed"
is "$(stat -c %a "$config")" "$(stat -c %a "$work/before")" "the mode is kept"
cmp -s "$config~" "$work/before"
ok $? "one backup is kept"

sample
postseal set "account work" host mail.example.org
like "$(cat "$config")" "host     = mail.example.org   ; main server" \
    "a comment behind the value stays"
postseal set "account work" user "a;b\"c'd"
like "$(cat "$config")" "user*=a%3Bb%22c%27d" \
    "what no quoting carries is percent-encoded"
is "$(postseal get "account work" user)" "a;b\"c'd" "and comes back as it was"
postseal set "account work" user plain
like "$(cat "$config")" $'\nuser=plain\n' "and the plain form comes back"

sample
postseal set "account work" label "Büro"
like "$(cat "$config")" $'my-own-key = keep me\nlabel      = Büro' \
    "a new key goes to the end of its section"
is "$(changed)" 1 "and nothing else changed"
postseal unset "account work" label
is "$(changed)" 0 "unset takes just that line away"

for bad in 0 65536 abc "" " " 99999; do
    text=$(postseal set "account work" port "$bad" 2>&1)
    is $? 1 "port '$bad' is refused"
    like "$text" "65535" "and the limits are named"
done
for bad in "" "a b" ".example.org" "a..b" "$(printf 'a%.0s' {1..64}).org" \
    "$(printf 'abcdefghi.%.0s' {1..30})org" "imaps://x.org" "x.org:993" \
    "1.2.3.256" "*.example.org" "a-.org"; do
    postseal set "account work" host "$bad" 2>/dev/null
    is $? 1 "host '${bad:0:30}' is refused"
done
is "$(changed)" 0 "a refused value changes nothing"
postseal set "account work" host "bücher.example"
is $? 0 "a name in UTF-8 is taken"
postseal set "account work" password geheim 2>/dev/null
is $? 2 "a secret is not taken from the command line"
printf 'geheim\n' | postseal set "account work" password - 2>/dev/null
is $? 0 "but from standard input"
text=$(postseal get "account work" password 2>&1)
unlike "$text" geheim "and never shown"
like "$(postseal check)" "chmod 600" "a readable file with a password is told"

sample
text=$(postseal set "account work" security starttls 2>&1)
is "$(postseal get "account work" port)" 143 "the usual port follows security"
postseal set "account work" port 2143
postseal set "account work" security tls
is "$(postseal get "account work" port)" 2143 "another port stays"

sample
postseal add account home type=pop3 host=pop.home.example user=x 2>/dev/null
is $? 0 "add works"
is "$(tail -n 5 "$config" | tr '\n' '|')" \
    "|[account home]|type = pop3|host = pop.home.example|user = x|" \
    "the new account stands at the end"
is "$(postseal add account HOME 2>&1)" \
    "postseal: There is a [account home] already." \
    "ids are compared without case"
postseal remove account home
is "$(changed)" 1 "remove takes the section away (a blank line stays)"

printf 'junk line\n[account a]\nhost = x.org\nnonsense\n[account b]\nhost = y.org\nuser = u\nport = 70000\nsmtp = gone\nhsot = z\n' >"$config"
text=$(postseal check 2>&1)
is $? 1 "check fails on errors"
like "$text" "$config:1: This line is neither" "the line before any section"
like "$text" "$config:4: This line is neither" "a broken line with its number"
like "$text" "$config:8: Port: 70000 is too big" "a wrong value"
like "$text" "$config:9: smtp = gone: there is no [smtp gone]" "a dangling name"
like "$text" "did you mean host" "a slip of the key is guessed"
like "$(postseal list)" "y.org:70000" "the rest of the file still opens"
cp "$config" "$work/before"
text=$(postseal set "account a" port 1 2>&1)
is $? 3 "a broken section is not edited"
is "$(changed)" 0 "and no byte changed"
postseal set "account b" port 993 2>/dev/null
is "$(changed)" 2 "the sound section is edited: one line"

printf '[account a]\r\nhost = x.org\r\nuser = u\r\n' >"$config"
postseal set "account a" user w
is "$(od -c "$config" | head -n 3 | tr -d ' \n')" \
    "$(printf '[account a]\r\nhost = x.org\r\nuser = w\r\n' | od -c | head -n 3 | tr -d ' \n')" \
    "CR LF stays CR LF"
printf '\xef\xbb\xbf[account a]\nhost = x.org\nuser = u' >"$config"
postseal set "account a" user w
is "$(head -c 3 "$config" | od -An -tx1)" " ef bb bf" "a BOM stays"
is "$(postseal get "account a" user)" w "a missing final newline is no trouble"
printf '[account a]\nhost = x\0.org\n' >"$config"
text=$(postseal list 2>&1)
is $? 3 "NUL bytes are refused"
like "$text" "NUL byte" "in one sentence"
{ printf '[account a]\nhost = '; head -c 1000000 /dev/zero | tr '\0' a; echo; echo '[account b]'; echo 'host = y.org'; } >"$config"
like "$(postseal check)" ":2: This line is too long" "a 1 MB line is told"
like "$(postseal list)" "y.org" "and the rest opens"
printf '[account a]\nhost = x.org\n[account A]\nuser = u\nuser = w\n' >"$config"
like "$(postseal check)" "stands here again" "a doubled section is told"
is "$(postseal get "account a" user)" w "its last value counts"
rm "$config"
is "$(postseal list)" "" "a missing file is an empty start"
postseal add account first host=x.org user=u 2>/dev/null
is "$(stat -c %a "$config")" 600 "a new file is private"

sample
ln -s "$config" "$work/link.ini"
"$POSTSEAL" -c "$work/link.ini" set "account work" port 995
[ -L "$work/link.ini" ]
ok $? "a symbolic link stays one"
is "$(postseal get "account work" port)" 995 "and is written through"
list=$(postseal list --json)
is "$(printf '%s' "$list" | grep -c '"kind": "account"')" 1 "list as JSON"
postseal frobnicate 2>/dev/null
is $? 2 "an unknown command is a usage error"
postseal set "account work" 2>/dev/null
is $? 2 "a missing word is a usage error"

# kill -9 in the middle of many saves: always the old or the new file, whole.
sample
for i in $(seq 1 40); do
    postseal set "account work" port $((1000 + i)) 2>/dev/null &
    pid=$!
    perl -e 'select undef, undef, undef, rand 0.02' 2>/dev/null
    kill -9 $pid 2>/dev/null
    wait $pid 2>/dev/null
    lines=$(wc -l <"$config")
    [ "$lines" = "$(wc -l <"$work/before")" ] || break
done
is "$lines" "$(wc -l <"$work/before")" "kill -9 never leaves half a file"
postseal check >/dev/null
is $? 0 "and it still opens well"

# -- providers.ini beside it ---------------------------------------------------
printf '[defaults]\ntimeout = 5\n' >"$config"
chmod 600 "$config"
own=$(dirname "$config")/providers.ini
printf '[provider a]\ndomains = own.example\nincoming = imaps://a..b\n' >"$own"
chmod 600 "$own"
text=$(postseal check)
is $? 1 "check: a broken row of providers.ini is an error"
like "$text" "providers.ini:3: incoming: Two dots" "told with its place"
like "$(postseal check --json)" '"line": 3' "in JSON, too"
printf 'outgoing = smtps://a.example\npop = x\n' >>"$own"
sed -i 's/a\.\.b/a.example/' "$own"
like "$(postseal check)" 'providers.ini:5: warning: A provider has no key' \
    "an unknown key is a warning"
postseal check >/dev/null
is $? 0 "and no error"
chmod 666 "$own"
like "$(postseal check)" "chmod go-w" "one that others may write is told"
rm "$own"

# -- an edit that makes a second one of the same -------------------------------

cat >"$config" <<'INI'
[account a]
host = Mail.Example.org.
user = ann
[account b]
host = old.example.org
user = ann
[account c]
host* = "mail\.example.org"
user = carl
[account d]
host = other.example.org
host = "mail.example.org"
user = dora
INI
text=$(postseal set "account b" host mail.example.org 2>&1)
like "$text" "[account b] has the same server, port and user as [account a]." \
    "set: the same server twice is told, however it is written"
text=$(postseal set "account d" user ann 2>&1)
is "$text" "" "what is no matter of the edited setting is not"
text=$(postseal set "account d" host mail.example.org 2>&1)
like "$text" "[account d] has the same server" "a value that stood twice counts once"
text=$(postseal set "account b" host b.example.org 2>&1)
is "$text" "" "another server: nothing to tell"

finish
