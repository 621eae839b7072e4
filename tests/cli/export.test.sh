#!/bin/bash
# export: marked blocks in files of the person's, what is shown and refused, what
# grows stale. What the programs make of it: tests/programs.
. "$(dirname "$0")/../lib.sh"
postseal add smtp relay host=smtp.example.org port=465 user=ann \
    "password-command=pass show relay"
postseal add account work host=imap.example.org user=ann \
    "password-command=pass show work" smtp=relay email=ann@example.org
postseal add account 'home mail' host=imap.home.example user=ann smtp=relay \
    'password-command=echo x'
postseal add account old host=imap.old.example user=ann enabled=no smtp=relay
rc=$HOME/.msmtprc
run() { # ARGUMENT...
    text=$(postseal export "$@" 2>&1)
    status=$?
}

# A new file, where the program looks.
run msmtp --dry-run
is "$status" 0 "a dry run"
like "$text" "+++ $rc" "shows the file"
like "$text" '+account "work"' "and its lines"
ok "$([ ! -e "$rc" ]; echo $?)" "and writes nothing"
run msmtp
is "$status" 0 "an export" || echo "# $text"
is "$(stat -c %a "$rc")" 600 "a new file is private"
like "$(cat "$rc")" 'account "home mail"' "all accounts are in it"
unlike "$(cat "$rc")" 'account "old"' "but those not in use"
like "$(cat "$rc")" 'account default : "work"' "a new file gets a default"

# The person's own lines stay.
printf '# mine\naccount x\nhost y\n' >"$rc"
chmod 644 "$rc"
run msmtp work
is "$(head -n 3 "$rc")" $'# mine\naccount x\nhost y' "what was there stays"
unlike "$(cat "$rc")" "account default" "no default is put into it"
is "$(stat -c %a "$rc")" 644 "nor are its rights changed without need"
printf '# below\n' >>"$rc"
cp "$rc" "$work/before"
run msmtp work
cmp "$work/before" "$rc"
ok $? "once more: not a byte changes"
postseal set "smtp relay" port 587
postseal set "smtp relay" security starttls
run msmtp work --dry-run
like "$text" $'-port 465\n+port 587' "a diff of the change"
run msmtp work
sed 's/^port 465/port 587/; s/tls_starttls off/tls_starttls on/; /^# postseal begin/d' \
    "$work/before" >"$work/wanted"
is "$(sed '/^# postseal begin/d' "$rc")" "$(cat "$work/wanted")" "is all that changes"

# An edit by hand.
sed -i 's/^port 587/port 25/' "$rc"
cp "$rc" "$work/before"
run msmtp work
is "$status" 3 "a block edited by hand is not written over"
like "$text" "edited by hand" "which is told"
cmp "$work/before" "$rc"
ok $? "and left alone"
like "$(postseal export --check)" edited "export --check says so too"
run msmtp work --force
is "$status" 0 "--force writes it"
sed -i '/^# postseal end/d' "$rc"
run msmtp work --force
is "$status" 3 "a block without end is refused"
like "$text" "$rc:" "with its place"

# What is out of date.
rm "$rc"
run msmtp
run --check
is "$status" 0 "up to date" || echo "# $text"
postseal set "smtp relay" user bob
run --check
is "$status" 1 "a changed setting makes it stale"
like "$text" "changed since the export" "which is told"
run --list
is "$status" 0 "the list is no failure"
json=$(postseal export --check --json)
like "$json" '"state": "stale"' "as JSON"
run msmtp
sed -i '/^# postseal begin .* work$/,/^# postseal end/d' "$rc"
run --check
like "$text" "taken out of that file" "a block taken out"
postseal set "account work" enabled no
run --check
like "$text" "not in use any more" "an account not in use any more"
run msmtp work
is "$status" 1 "named, it is passed over"
like "$text" "enabled = no" "with its reason"
postseal remove account work
run --check
like "$text" "not in accounts.ini any more" "an account that is gone"

# Words.
run nonsense
is "$status" 2 "an unknown format"
run msmtp nobody
is "$status" 1 "an unknown account"
like "$text" 'no account "nobody"' "is named"
run thunderbird
is "$status" 1 "a profile has to be named"
run --list formats
like "$text" "offlineimap" "the formats"
printf '%s\n' 'a "secret' | postseal set "smtp relay" password -
postseal unset "smtp relay" password-command
run msmtp --dry-run --with-passwords
like "$text" '(hidden)' "a password is hidden in what is shown"
unlike "$text" 'a "secret' "all of it"
postseal set "account home mail" smtp ''
run msmtp 'home mail'
is "$status" 1 "an account without an outgoing server: nothing to write"

# What only postseal can get, it prints for others.
postseal unset "smtp relay" password
postseal set "smtp relay" remember keyring
postseal set "account home mail" smtp relay
run msmtp 'home mail' --output "$work/kept"
like "$(cat "$work/kept")" "secret 'home mail/outgoing'" "a password of the keyring"

# Several accounts of a program whose file holds one.
postseal add account two host=imap.two.example user=ann
mkdir "$work/rcs"
run mutt --output "$work/rcs"
is "$(ls "$work/rcs" | tr '\n' ,)" "home mail.muttrc,two.muttrc," "one file each"
finish
