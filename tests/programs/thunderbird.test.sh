#!/bin/bash
# Thunderbird: the bytes of a profile, as they were measured with the program;
# it is not run here.
. "$(dirname "$0")/../lib.sh"
. tests/programs/lib.sh
servers
profile=$work/'pro file'
mkdir "$profile"
postseal add smtp relay host=LocalHost port=465 "user=$user" \
    "password-command=$command"
postseal add account work host=LocalHost "port=$imaps" "user=$user" \
    "password-command=$command" email=ann@example.org smtp=relay \
    'name=Ann "O" \x' check-interval=5
sed -i /ca-file/d "$config"
export_it() { export_to thunderbird --output "$profile"; }
pref() { grep -cF -- "user_pref(\"$1\", $2);" "$profile/prefs.js"; }
same() { is "$(pref "$1" "$2")" 1 "$1 is $2"; }

# Into a new profile.
export_it
is "$status" 0 "exported" || sed 's/^/#   /' <<<"$text"
same mail.accountmanager.accounts '"account1"'
same mail.account.account1.server '"server1"'
same mail.account.account1.identities '"id1"'
same mail.account.lastKey 1
same mail.server.server1.type '"imap"'
same mail.server.server1.hostname '"localhost"'
same mail.server.server1.port "$imaps"
same mail.server.server1.socketType 3
same mail.server.server1.authMethod 3
same mail.server.server1.check_time 5
spelled=$(sed 's/[\\"]/\\&/g' <<<"$user")
same mail.server.server1.userName "\"$spelled\""
same mail.identity.id1.fullName '"Ann \"O\" \\x"'
same mail.identity.id1.useremail '"ann@example.org"'
same mail.identity.id1.smtpServer '"smtp1"'
same mail.smtpservers '"smtp1"'
same mail.smtp.defaultserver '"smtp1"'
same mail.smtpserver.smtp1.hostname '"localhost"'
same mail.smtpserver.smtp1.port 465
same mail.smtpserver.smtp1.try_ssl 3
same mail.smtpserver.smtp1.username "\"$spelled\""
ok "$([ ! -e "$profile/cert_override.txt" ]; echo $?)" "no exception, no file of them"
before=$(sha256sum <"$profile/prefs.js")
export_it
is "$(sha256sum <"$profile/prefs.js")" "$before" "a second time changes nothing"
like "$(postseal export --check)" current "it is up to date"

# An exception: exactly this line, the tab at its end included.
serve selfsigned
accept "imaps://localhost:$imaps" selfsigned
like "$(postseal export --check)" stale "an exception makes it stale"
postseal export --check >"$work/text"
is $? 1 "with status 1"
export_it
fingerprint=$(openssl x509 -in "$pki/selfsigned.pem" -noout -fingerprint -sha256 |
    sed 's/.*=//')
printf '%s\n%s\n%s:\tOID.2.16.840.1.101.3.4.2.1\t%s\t\n' \
    '# PSM Certificate Override Settings file' \
    '# This is a generated file!  Do not edit.' \
    "localhost:$imaps" "$fingerprint" | cmp - "$profile/cert_override.txt"
ok $? "cert_override.txt, byte for byte"
printf 'other.example:993:\tOID.2.16.840.1.101.3.4.2.1\t%s\t\n' "$fingerprint" \
    >>"$profile/cert_override.txt"
sed -i 's/^until .*/until = 2020-01-01/' \
    "$XDG_CONFIG_HOME/postseal/exceptions.ini"
like "$(postseal export --check)" "ended on 2020-01-01" "an ended one is told"
export_it
unlike "$(cat "$profile/cert_override.txt")" "localhost:$imaps" "and goes"
like "$(cat "$profile/cert_override.txt")" "other.example:993" "others stay"

# A profile that has accounts: every other line stays, keys are counted on.
rm "$profile"/*
cat >"$profile/prefs.js" <<'PREFS'
// Mozilla User Preferences

user_pref("app.x", "a;\"b");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.account.account7.server", "server4");
user_pref("mail.account.lastKey", 9);
user_pref("mail.accountmanager.accounts", "account1,account7");
user_pref("mail.accountmanager.defaultaccount", "account7");
user_pref("mail.identity.id3.useremail", "old@example.org");
user_pref("mail.server.server1.type", "none");
user_pref("mail.server.server4.type", "pop3");
  user_pref( 'mail.smtpservers' , 'smtp2' ) ; // mine
user_pref("mail.smtpserver.smtp2.hostname", "smtp.example.org");
user_pref("mail.smtp.defaultserver", "smtp2");
broken line
PREFS
cp "$profile/prefs.js" "$work/before"
export_it
is "$status" 0 "exported" || sed 's/^/#   /' <<<"$text"
same mail.accountmanager.accounts '"account1,account7,account10"'
same mail.accountmanager.defaultaccount '"account7"'
same mail.account.lastKey 10
same mail.account.account10.server '"server2"'
same mail.account.account10.identities '"id1"'
same mail.smtp.defaultserver '"smtp2"'
like "$(cat "$profile/prefs.js")" \
    "  user_pref( 'mail.smtpservers' , \"smtp2,smtp1\" ) ; // mine" \
    "a value is changed in its place"
is "$(diff "$work/before" "$profile/prefs.js" | grep -c '^<')" 3 \
    "three lines changed, no other"
cmp "$work/before" "$profile/prefs.js~"
ok $? "what was replaced is kept as a copy"
postseal set "account work" port 993
export_it
same mail.server.server2.port 993
is "$(pref mail.account.lastKey 10)" 1 "changed in place, not added again"

# In use.
ln -s 127.0.0.1:+1 "$profile/lock"
export_it
is "$status" 0 "nothing to write is no trouble"
postseal set "account work" port 994
before=$(sha256sum <"$profile/prefs.js")
export_it
is "$status" 3 "a profile in use is not written"
like "$text" "Thunderbird runs" "which is told"
is "$(sha256sum <"$profile/prefs.js")" "$before" "and nothing changed"
finish
