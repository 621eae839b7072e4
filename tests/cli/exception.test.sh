#!/bin/bash
# exception: several certificates at one server, who uses them, giving them out
# as PEM and to Thunderbird, and taking them in again. Nothing is taken from a
# file that the server does not show now.
. "$(dirname "$0")/../lib.sh"
start_mailserver good=imap:tls:good self=imap:starttls:selfsigned \
    farm=imap:tls:replaced worst=imap:tls:worst weak=imap:tls:weak \
    smtp=smtp:tls:unknown plain=imap:none:good \
    two=imap:starttls:selfsigned mute=imap:tls:good:mute
dir=$work/config/postseal
{
    printf '[account work]\ntype = imap\nhost = localhost\nport = %s\n' "$(port self)"
    printf 'security = starttls\nuser = ann\nsmtp = relay\n\n'
    printf '[smtp relay]\nhost = LOCALHOST\nport = %s\nsecurity = tls\n\n' "$(port smtp)"
    printf '[smtp spare]\nhost = localhost\nport = %s\nsecurity = tls\n' "$(port weak)"
} >"$config"
chmod 600 "$config"

sha_of() { openssl x509 -in "$1" -outform DER | sha256sum | cut -d' ' -f1; }
print_of() { # as Thunderbird writes it
    openssl x509 -in "$1" -noout -fingerprint -sha256 | sed 's/.*=//'
}
line() { # PLACE PEM
    printf '%s:\tOID.2.16.840.1.101.3.4.2.1\t%s\t\n' "$1" "$(print_of "$2")"
}
accept() { # NAME PEM [OPTION...]
    postseal exception add "$1" --sha256 "$(sha_of "$2")" "${@:3}" >/dev/null 2>&1
}
count() { postseal exception list --json | grep -c '"number"'; }
field() { printf '%s' "$json" | grep -o "\"$1\": [^,}]*" | cut -d' ' -f2- | tr '\n' ' ' | sed 's/ $//'; }
forget() { rm -rf "$dir/exceptions.ini" "$dir/certificates"; }
take() { # FILE OPTION...: an import as JSON
    json=$(postseal exception import "$@" --json 2>"$work/err" </dev/null); status=$?
}

# -- several certificates at one server -------------------------------------------
farm=imaps://localhost:$(port farm)
accept "$farm" "$pki/replaced.pem"
is $? 0 "the first of a farm"
cp "$pki/replaced.pem" "$work/first.pem"
cp "$pki/selfsigned.pem" "$pki/replaced.pem"
json=$(postseal test "$farm" --json 2>/dev/null)
is $? 4 "the second is not accepted"
is "$(field exception)" '"changed"' "it is a change"
like "$(postseal exception list)" "another certificate was seen there" "which the list tells"
json=$(postseal exception list --json)
is "$(field state) $(field standing)" '"unused" "changed"' "also to programs"
like "$json" '"standing_text": "BLOCKED: another certificate, with another key, was shown on ' "in words"
postseal exception add "$farm" --host-typed localhost --also 2>/dev/null
is "$? $(count)" "4 1" "--also does not make a typed name enough for another key"
accept "$farm" "$pki/selfsigned.pem" --also
is "$? $(count)" "0 2" "both are kept"
unlike "$(postseal exception list)" "another certificate was seen" "and nothing is in question any more"
json=$(postseal test "$farm" --json 2>/dev/null)
is "$(field exception)" '"used"' "the second counts"
cp "$work/first.pem" "$pki/replaced.pem"
json=$(postseal test "$farm" --json 2>/dev/null)
is "$(field exception)" '"used"' "so does the first"
cp "$pki/unknown.pem" "$pki/replaced.pem"
json=$(postseal test "$farm" --json 2>/dev/null)
is "$(field exception)" '"changed"' "a third does not"
accept "$farm" "$pki/unknown.pem"
is "$? $(count)" "0 1" "without --also it takes the place of both"
cp "$work/first.pem" "$pki/replaced.pem"
forget

# -- who uses it ---------------------------------------------------------------------
accept "imap://localhost:$(port self)" "$pki/selfsigned.pem"
accept "imaps://localhost:$(port worst)" "$pki/worst.pem"
accept "smtps://localhost:$(port smtp)" "$pki/unknown.pem"
postseal exception add "imaps://localhost:$(port weak)" --ca "$pki/ca.pem" \
    --sha256 "$(sha_of "$pki/weak.pem")" >/dev/null 2>&1
is "$(count)" 4 "four exceptions"
json=$(postseal exception list --json)
is "$(field state)" '"in-use" "unused" "in-use" "in-use"' "whether an account uses them"
is "$(field standing)" '"in-use" "unused" "in-use" "in-use"' "and no test said anything else"
is "$(printf '%s' "$json" | tr -d ' \n' | grep -o '"used_by":\[[^]]*\]' | tr '\n' ' ')" \
    '"used_by":["work/incoming"] "used_by":[] "used_by":["work/outgoing"] "used_by":["smtp:spare"] ' \
    "and which"
text=$(postseal exception list)
like "$text" "in use by work/incoming" "in words"
like "$text" "no account uses it" "also when none does"
sed -i '/^\[exception 2\]/,/^\[exception 3\]/s/^until .*/until = 2020-01-01/' "$dir/exceptions.ini"
json=$(postseal exception list --json)
is "$(field state)" '"in-use" "ended" "in-use" "in-use"' "one has ended"
is "$(field standing)" '"in-use" "ended" "in-use" "in-use"' "which goes over its use"
like "$(postseal exception list)" "ended; no account uses it" "in words too"
cp "$pki/selfsigned.pem" "$work/accepted.pem"
cp "$pki/renewed.pem" "$pki/selfsigned.pem"
postseal test work/incoming --json >/dev/null 2>&1 </dev/null
json=$(postseal exception list --json)
is "$(field state | cut -d' ' -f1) $(field standing | cut -d' ' -f1)" '"in-use" "renewed"' \
    "a test saw a new certificate with the same key"
like "$(postseal exception list)" "A new certificate with the same key was shown on " "which the list says"
cp "$work/accepted.pem" "$pki/selfsigned.pem"
postseal test work/incoming --json >/dev/null 2>&1 </dev/null
json=$(postseal exception list --json)
is "$(field standing | cut -d' ' -f1)" '"in-use"' "until the accepted one is there again"

# -- PEM -------------------------------------------------------------------------------
text=$(postseal exception export 1)
is $? 0 "export of one"
is "$(openssl x509 -outform DER <<<"$text" | sha256sum | cut -d' ' -f1)" "$(sha_of "$pki/selfsigned.pem")" \
    "is its certificate"
like "$text" "# localhost:$(port self) accepted " "with a line that says what it is"
text=$(postseal exception export)
is "$(grep -c 'BEGIN CERTIFICATE' <<<"$text") $(grep -c '^# ' <<<"$text")" "4 4" "export of all"
like "$text" "(ended)" "an ended one says so"
text=$(postseal exception export "localhost:$(port smtp)" "$(sha_of "$pki/unknown.pem")" 3)
is "$(grep -c 'BEGIN CERTIFICATE' <<<"$text")" 1 "named in three ways, written once"
postseal exception export 1 9 --output "$work/no.pem" 2>/dev/null
is "$? $([ -e "$work/no.pem" ] && echo there)" "1 " "one that is not there: nothing is written"
postseal exception export x 2>/dev/null
is $? 2 "a word that names none"
postseal exception export --format der 2>/dev/null
is $? 2 "an unknown format"
is "$(postseal exception export --output "$work/out.pem")" "4 written" "into a file"
is "$(stat -c %a "$work/out.pem")" 600 "which is private"
text=$(postseal exception export 1 --output "$work/out.pem" 2>&1)
is $? 3 "it does not go over another file"
like "$text" "--force" "and says how"
is "$(grep -c BEGIN "$work/out.pem")" 4 "which is whole"
chmod 644 "$work/out.pem"
postseal exception export 1 --output "$work/out.pem" --force >/dev/null
is "$? $(grep -c BEGIN "$work/out.pem") $(stat -c %a "$work/out.pem")" "0 1 600" "unless it is told to"
postseal exception export 1 --output "$work/none/out.pem" >/dev/null 2>&1
is $? 3 "a folder that is not there"
json=$(postseal exception export 1 --json)
is "$(field written) $(field format)" '1 "pem"' "as JSON"
like "$json" "BEGIN CERTIFICATE" "with the text"
mv "$dir/certificates/$(sha_of "$pki/unknown.pem").pem" "$work/kept.pem"
postseal exception export >"$work/some.pem" 2>"$work/err"
is "$? $(grep -c BEGIN "$work/some.pem")" "3 3" "one that is not stored any more"
like "$(cat "$work/err")" "exception 3, localhost:$(port smtp), is left out" "is named"
mv "$work/kept.pem" "$dir/certificates/$(sha_of "$pki/unknown.pem").pem"

# -- for Thunderbird ---------------------------------------------------------------------
profile=$work/profile
mkdir -m 700 "$profile"
postseal exception export --format thunderbird --output "$profile/cert_override.txt" \
    >/dev/null 2>"$work/err"
is $? 0 "cert_override.txt"
{
    echo '# PSM Certificate Override Settings file'
    echo '# This is a generated file!  Do not edit.'
    line "localhost:$(port self)" "$pki/selfsigned.pem"
    line "localhost:$(port smtp)" "$pki/unknown.pem"
    line "localhost:$(port weak)" "$pki/weak.pem"
} >"$work/wanted"
cmp "$work/wanted" "$profile/cert_override.txt"
ok $? "is byte for byte what Thunderbird writes"
text=$(cat "$work/err")
like "$text" "exception 2, localhost:$(port worst), is left out: It ended on 2020-01-01." \
    "an ended one is left out, and that is told"
like "$text" "neither the faults nor the end" "as is what Thunderbird does otherwise"
unlike "$text" "weak as this" "RSA 1024 is no trouble there"
is "$(stat -c %a "$profile/cert_override.txt")" 600 "it is private"
postseal exception export 2 --format thunderbird >"$work/text" 2>/dev/null
is "$? $(cat "$work/text")" "1 " "an ended one alone gives nothing"
ln -s '127.0.0.1:+1' "$profile/lock"
text=$(postseal exception export --format thunderbird --output "$profile/cert_override.txt" --force 2>&1)
is $? 3 "not into a profile in use"
like "$text" "Thunderbird runs" "and says why"
rm "$profile/lock"
accept "$farm" "$work/first.pem"
cp "$pki/selfsigned.pem" "$pki/replaced.pem"
accept "$farm" "$pki/selfsigned.pem" --also
text=$(postseal exception export --format thunderbird 2>&1 >"$work/text")
like "$text" "exception 5, localhost:$(port farm), is left out: Thunderbird holds one" \
    "of two certificates at one place Thunderbird holds one"
like "$(cat "$work/text")" "$(line "localhost:$(port farm)" "$pki/selfsigned.pem")" "the one accepted last"
accept "imaps://[::1]:$(port worst)" "$pki/worst.pem"
like "$(postseal exception export --format thunderbird 2>/dev/null)" \
    "$(line "[::1]:$(port worst)" "$pki/worst.pem")" "an IPv6 address stands in brackets"
cp "$work/first.pem" "$pki/replaced.pem"

# -- out of Thunderbird ----------------------------------------------------------------------
forget
file=$work/cert_override.txt
{
    echo '# PSM Certificate Override Settings file'
    line "localhost:$(port self)" "$pki/selfsigned.pem"
    line "LocalHost:$(port farm)" "$pki/replaced.pem"
    line "localhost:$(port worst)" "$pki/selfsigned.pem"
    line "localhost:$(port good)" "$pki/good.pem"
    line "localhost:$(port plain)" "$pki/good.pem"
    line "[::1]:$(port worst)" "$pki/worst.pem"
} >"$file"
take "$file" --offline
is "$status $(field outcome)" '0 "listed" "listed" "listed" "listed" "listed" "listed"' "what is in it"
is "$(postseal exception list)" "" "looking stores nothing"

take "$file" --ca "$pki/ca.pem"
is "$(field outcome)" '"added" "added" "different" "trusted" "no-certificate" "added"' \
    "each is held against its server"
is "$status" 1 "not all could be asked"
is "$(field line)" "2 3 4 5 6 7" "with its line"
is "$(count)" 3 "three were taken"
json=$(postseal exception list --json)
is "$(field checked)" '"pasted" "pasted" "pasted"' "checked by a second source"
is "$(field host)" '"localhost" "localhost" "::1"' "names in one form"
like "$json" "self-signed" "with the faults of now"
json=$(postseal test work/incoming --no-login --json 2>/dev/null)
is "$(field exception)" '"used"' "and they count"
text=$(postseal exception import "$file" --ca "$pki/ca.pem" 2>&1)
like "$text" "$file:2: localhost:$(port self)  It is accepted already." "a second time they are there"
like "$text" "$file:4: localhost:$(port worst) was not taken: The server shows another certificate" \
    "another certificate is named with file and line"
is "$(count)" 3 "nothing came twice"

# What is there stays, until it is asked for.
cp "$pki/selfsigned.pem" "$pki/replaced.pem"
line "localhost:$(port farm)" "$pki/selfsigned.pem" >"$file"
take "$file"
is "$status $(field outcome) $(count)" '1 "taken" 3' "another certificate there is not touched"
take "$file" --also
is "$status $(field outcome) $(count)" '0 "added" 4' "--also keeps both"
postseal exception remove "$(sha_of "$pki/selfsigned.pem")" >/dev/null
take "$file" --replace
is "$status $(field outcome) $(postseal exception list | grep -c "localhost:$(port farm)")" \
    '0 "added" 1' "--replace takes its place"
sed -i "/^port = $(port farm)/,/^until/s/^until .*/until = 2020-01-01/" "$dir/exceptions.ini"
take "$file"
is "$status $(field outcome)" '1 "taken"' "one that has ended does not come back by itself"
like "$json" "has ended" "and that is said"
take "$file" --replace --until "$(date -d "+20 days" +%F)"
is "$status $(field outcome)" '0 "added"' "--replace makes it anew"
take "$file" --also --replace
is $status 2 "not both"
take "$file" --until tomorrow
is $status 2 "--until takes a date"
cp "$work/first.pem" "$pki/replaced.pem"

# Only one server of the file, and how it is spoken to.
forget
{
    line "localhost:$(port self)" "$pki/selfsigned.pem"
    line "localhost:$(port worst)" "$pki/worst.pem"
} >"$file"
take "$file" --server "imaps://localhost:$(port worst)"
is "$status $(field outcome) $(count)" '0 "added" 1' "--server takes one"
take "$file" --server localhost:9
is $status 1 "one that is not in the file"

line "localhost:$(port two)" "$pki/selfsigned.pem" >"$file"
take "$file"
is "$status $(field outcome)" '1 "no-certificate"' "a port of unknown protocol"
like "$json" "--server imap://HOST:PORT" "says what to give"
take "$file" --server "imap://localhost:$(port two)"
is "$status $(field outcome)" '0 "added"' "and then it is asked through STARTTLS"

# A person who does not wait gets nothing.
forget
{
    line "localhost:$(port self)" "$pki/selfsigned.pem"
    line "localhost:$(port mute)" "$pki/good.pem"
} >"$file"
: >"$work/server.log"
"$POSTSEAL" -c "$config" exception import "$file" >/dev/null 2>"$work/err" &
import=$!
tries=0
until grep -q '^self .*STARTTLS' "$work/server.log" || [ $((tries += 1)) -gt 100 ]; do sleep 0.05; done
kill -INT $import
wait $import
is "$? $(cat "$work/err") $(count)" "1 postseal: Stopped. Nothing was stored. 0" "stopped by Ctrl-C"

# Lines that Thunderbird would not take.
forget
{
    echo nonsense
    line "localhost:$(port self)" "$pki/worst.pem"
    line "localhost:$(port self)" "$pki/selfsigned.pem"
    line "localhost:$(port worst)" "$pki/worst.pem" | tr A-F a-f
    line "localhost:$(port farm)" "$pki/replaced.pem" | sed 's/\t$//'
    printf '\xff\xfe\x00\x1b[2J\n'
} >"$file"
take "$file"
is "$status $(count)" "3 1" "the good one is taken, the others are a fault of the file"
is "$(field outcome)" '"refused" "refused" "refused" "refused" "refused" "added"' "each is told"
is "$(field line)" "1 2 4 5 6 3" "with its line"
text=$(postseal exception import "$file" 2>&1)
like "$text" "$file:5: The tab behind the fingerprint is missing." "with the reason"
like "$text" "$file:2: Line 3 is for the same server and port" "the last line wins"
unlike "$text" $'\e' "nothing raw is printed"
printf 'nonsense\nmore\n' >"$file"
text=$(postseal exception import "$file" 2>&1)
is $? 3 "a file of another kind"
like "$text" "$file:1: The line is no exception" "is told with file and line"
: >"$file"
postseal exception import "$file" 2>/dev/null
is $? 3 "an empty file"
postseal exception import "$work/nowhere" 2>/dev/null
is $? 3 "no file"
postseal exception import "$work" 2>/dev/null
is $? 3 "a folder"
head -c 5000000 /dev/urandom >"$file"
postseal exception import "$file" >/dev/null 2>&1
is $? 3 "a huge one"
line "localhost:$(port self)" "$pki/selfsigned.pem" >"$file"
chmod 666 "$file"
text=$(postseal exception import "$file" 2>&1)
is $? 3 "a file that others may write says nothing"
like "$text" "chmod go-w" "with the cure"
chmod 600 "$file"

# -- out of a certificate --------------------------------------------------------------------
forget
sed '/PRIVATE KEY/,$d' "$pki/selfsigned.pem" >"$work/one.pem"
text=$(postseal exception import "$work/one.pem" 2>&1)
is $? 2 "a certificate does not say for which server"
like "$text" "--server" "so that is to be given"
like "$(postseal exception import "$work/one.pem" --offline)" "localhost" "looking needs none"
take "$work/one.pem" --server "localhost:$(port self)"
is "$status $(field outcome) $(field number)" '0 "added" 1' "the server shows it: taken"
is "$(field checked)" '"pasted"' "checked"
take "$work/one.pem" --server "localhost:$(port worst)"
is "$status $(field outcome) $(count)" '4 "different" 1' "another server shows another"
openssl x509 -in "$pki/worst.pem" -outform DER -out "$work/one.der"
take "$work/one.der" --server "localhost:$(port worst)"
is "$status $(field outcome)" '0 "added"' "DER"
cat "$work/one.pem" "$pki/unknown.pem" | sed '/PRIVATE KEY/,$d' >"$work/chain.pem"
take "$work/chain.pem" --server "localhost:$(port smtp)"
is "$status $(field outcome)" '0 "added"' "a file with several"
take "$pki/ca.pem" --server "localhost:$(port good)" --ca "$pki/ca.pem"
is "$status $(field outcome)" '0 "trusted"' "none is needed for a trusted one"
sed -n '/PRIVATE KEY/,$p' "$pki/good.pem" >"$work/key.pem"
text=$(postseal exception import "$work/key.pem" --server "localhost:$(port good)" 2>&1)
is $? 3 "a private key is none"
like "$text" "key.pem:1: It holds a private key" "and is told"
sed 's/^M/!/' "$work/one.pem" >"$work/broken.pem"
text=$(postseal exception import "$work/broken.pem" --server "localhost:$(port good)" 2>&1)
is $? 3 "a damaged one"
like "$text" "broken.pem:1: " "with file and line"

# There and back.
postseal exception export --format thunderbird --output "$work/back.txt" >/dev/null 2>&1
before=$(postseal exception list --json | grep -E '"(sha256|host|port)"')
forget
take "$work/back.txt"
is "$status $(postseal exception list --json | grep -E '"(sha256|host|port)"')" "0 $before" \
    "what was given out comes in again"
finish
