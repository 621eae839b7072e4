#!/bin/bash
# import: other programs' accounts into accounts.ini: previewed, written, not
# written twice; no command run, no secret shown, no check given up.
. "$(dirname "$0")/../lib.sh"
cd "$work" || exit 1
cat >msmtprc <<'RC'
defaults
tls on
account work
host mail.example.org
port 465
tls_starttls off
tls_certcheck off
auth plain
user "u#\"s"
passwordeval "touch ran; echo secret"
account home
host smtp.home.example
port 587
user ann
password geheim
logfile ~/log
account default : home
RC
chmod 600 msmtprc
import() {
    out=$(postseal import "$@" 2>"$work/err")
    status=$?
    err=$(cat "$work/err")
}

import msmtp msmtprc --dry-run
is "$status $err" "0 postseal: Nothing was written." "a preview"
like "$out" "[smtp work]  new, line 3" "names what it would add"
like "$out" "SSL/TLS (from the start)" "with its values"
like "$out" "msmtprc:16: left: logfile" "and each line that is left"
like "$out" "msmtprc:7: left: Certificates are not checked there" \
    "and checks that are switched off there"
unlike "$out$err" "geheim" "no password is shown"
[ ! -e "$config" ]
ok $? "nothing is there yet"

import msmtp msmtprc
is "$status $err" "0 " "the real thing"
is "$(postseal get "smtp work" user)" 'u#\"s' "a name arrives byte for byte"
is "$(postseal get "smtp work" password-command)" "touch ran; echo secret" \
    "a command is taken as text"
like "$out" "it was not run" "which is told"
[ ! -e ran ]
ok $? "and it was not run"
is "$(postseal get defaults smtp)" home "the default server is the default"
unlike "$(cat "$config")" "geheim" "a password stays where it was"
is "$(stat -c %a "$config")" 600 "accounts.ini is private"

before=$(cat "$config")
import msmtp msmtprc
is "$status" 0 "once more"
like "$out" "[smtp work]  present" "what is there is named"
is "$(cat "$config")" "$before" "and left as it is"
postseal set "smtp work" timeout 99
import msmtp msmtprc --replace
is "$(postseal get "smtp work" auth)" plain "--replace writes what the file says"
is "$(postseal get "smtp work" timeout)" 99 "and nothing else"
import msmtp msmtprc --with-passwords --replace
like "$(cat "$config")" "geheim" "--with-passwords takes it"
unlike "$out$err" "geheim" "and shows it no more than before"

json=$(postseal import msmtp msmtprc --dry-run --json 2>/dev/null)
is $? 0 "as JSON"
for part in '"format": "msmtp"' '"written": false' '"state": "present"' \
    '"key": "password-command"' '"line": 7' '"section": "smtp"'; do
    like "$json" "$part" "with $part"
done
unlike "$json" "geheim" "without the password"

printf 'IMAPAccount two\nHost imap.two.example\nUser ann\nSSLType IMAPS\n' >mbsyncrc
mkdir -p "$HOME" && cp mbsyncrc "$HOME/.mbsyncrc" && chmod 600 "$HOME/.mbsyncrc"
import mbsync
like "$status $out" "0 [account two]  new" "without a path: where the program has it"

import msmtp none
is "$status" 3 "no such file"
import sendmail x
is "$status" 2 "no such format"
like "$err" "thunderbird, msmtp" "the formats are named"
import thunderbird
is "$status" 2 "a profile has to be named"
chmod go+w msmtprc
import msmtp msmtprc
is "$status" 3 "a file that others may write"
like "$err" "chmod go-w" "and the cure"
printf 'nothing here\n' >empty
chmod 600 empty
import msmtp empty
is "$status" 1 "nothing to take"
mkdir profile
printf 'user_pref("mail.smtpservers", "s");\nuser_pref("mail.smtpserver.s.hostname", "h\\u001b[2J.example");\n' \
    >profile/prefs.js
ln -s 127.0.0.1:+1 profile/lock
import thunderbird profile
is "$status" 3 "not while Thunderbird runs"
rm profile/lock
import thunderbird profile
is "$status" 1 "a host that is none is not taken"
unlike "$out$err" $'\e' "no escape byte reaches the terminal"

# What export writes, import reads: with names that need all the quoting there
# is (getmail takes few letters).
id_of() { sed -n "s/^\[$1 \(.*\)\]/\1/p" "$config" | head -n 1; }
fresh() { rm -rf "$work/config/postseal"; mkdir -m 700 "$work/config/postseal"; }
for format in msmtp mbsync fetchmail getmail offlineimap neomutt aerc; do
    file=$work/exported-$format user="i'n\\ %\$#\"e"
    [ $format = getmail ] && user="i'n#"
    fresh
    postseal add smtp out host=smtp.example.org port=587 security=starttls \
        'user=o"u\t #%' 'password-command=pass show out' auth=plain
    postseal add account in type=imap host=imap.example.org port=993 \
        security=tls "user=$user" 'password-command=pass show in' smtp=out \
        email=ann@example.org
    postseal export $format in --output "$file" >"$work/log" 2>&1
    fresh
    import $format "$file"
    if [ $format = msmtp ] || [ $format = neomutt ] || [ $format = aerc ]; then
        section="smtp $(id_of smtp)"
        is "$(postseal get "$section" host) $(postseal get "$section" user)" \
            'smtp.example.org o"u\t #%' "$format: the outgoing server comes back"
        is "$(postseal get "$section" security)" starttls "$format: with STARTTLS"
    fi
    [ $format = msmtp ] && continue
    section="account $(id_of account)"
    is "$(postseal get "$section" host) $(postseal get "$section" user)" \
        "imap.example.org $user" "$format: the incoming server comes back"
    [ $format = offlineimap ] && continue # it has the command as Python
    [ $format = fetchmail ] && continue   # it has no commands
    [ $format = getmail ] && continue     # several lines, which are left
    like "$(postseal get "$section" password-command)" "pass" \
        "$format: and its command"
done
finish
