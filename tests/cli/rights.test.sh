#!/bin/bash
# Who may read what postseal makes, whose files it believes, and that nothing
# but the commands meant for it is ever run.
. "$(dirname "$0")/../lib.sh"
start_mailserver good=imap:tls:good self=imap:tls:selfsigned
export SSL_CERT_FILE=$pki/ca.pem
folder=$work/new/deep ran=$work/ran
p() { "$POSTSEAL" -c "$folder/accounts.ini" "$@"; }

# -- what is made, whatever the umask -----------------------------------------

for mask in 000 022 077; do
    rm -rf "$work/new" "$XDG_STATE_HOME" "$work/out"
    (
        umask $mask
        p add account work type=imap host=localhost port="$(port self)" user=ann
        p set "account work" name Ann
        p exception add "imaps://localhost:$(port self)" \
            --host-typed localhost
        p test work --no-login
        p export mbsync --output "$work/out/mbsyncrc"
        p authority import "$pki/otherca.pem"
        p identity import "$pki/person.pem"
    ) >"$work/told" 2>&1 </dev/null
    made=$(find "$work/new" "$work/out" -type f | wc -l)
    [ "$made" -ge 7 ]
    ok $? "umask $mask: $made files are made" || sed 's/^/#   /' "$work/told"
    is "$(find "$work/new" "$work/out" "$XDG_STATE_HOME" -perm /077 2>/dev/null)" "" \
        "umask $mask: none of them, and no folder, is open to others"
done

# -- whose files are believed -------------------------------------------------

refuses() { # TEXT FILE MODE COMMAND...
    local text=$1 file=$2 mode=$3 before told status
    shift 3
    before=$(stat -c %a "$file")
    chmod "$mode" "$file"
    told=$(p "$@" 2>&1 </dev/null)
    status=$?
    chmod "$before" "$file"
    is "$status" 3 "$text: not used"
    like "$told" "chmod go-w" "$text: and the cure"
}
refuses "exceptions.ini that others may write" "$folder/exceptions.ini" 666 \
    exception list
refuses "exceptions.ini that the group may write" "$folder/exceptions.ini" 620 \
    exception list
refuses "exceptions in a folder that others may write" "$folder" 777 \
    exception list
refuses "authorities.ini that others may write" "$folder/authorities.ini" 666 \
    authority list
refuses "a test with exceptions that others may write" \
    "$folder/exceptions.ini" 666 test "imaps://localhost:$(port self)" --no-login
if [ "$(id -u)" = 0 ]; then
    chown 12345 "$folder/exceptions.ini"
    p exception list >/dev/null 2>&1
    is $? 3 "exceptions of somebody else: not used"
    chown 0 "$folder/exceptions.ini"
else
    skip "exceptions of somebody else: not used" "only root can give files away"
fi

# -- what is run --------------------------------------------------------------

base="[account work]
type = imap
host = localhost
port = $(port good)
user = ann
smtp = relay

[smtp relay]
host = localhost
port = 1
user = ann"
trap_text="\`touch $ran\`\$(touch $ran)|touch $ran"
# Every command that reads accounts.ini, from the default folder.
everything() {
    local format
    "$POSTSEAL" list
    "$POSTSEAL" list --json
    "$POSTSEAL" check
    "$POSTSEAL" get "account work" host
    "$POSTSEAL" test work/incoming --json --timeout 5
    "$POSTSEAL" connect work
    "$POSTSEAL" secret work --yes
    for format in msmtp mbsync neomutt; do
        "$POSTSEAL" export $format --dry-run
    done
}
keys="label name email reply-to organization signature-file enabled type host
port security auth user remember oauth-client-id oauth-scope password
oauth-device-endpoint oauth-token-endpoint client-certificate tls-minimum
timeout smtp check-interval leave-on-server imap-prefix sent-folder
drafts-folder trash-folder archive-folder allow-plaintext-login x-mine"
for key in $keys; do
    printf '%s\n' "$base" | awk -v key="$key" -v line="$key = \"$trap_text\"" '
        $1 == key && !done { next } { print }
        /^\[account/ { print line }' >"$config"
    chmod 600 "$config"
    everything >>"$work/told" 2>&1 </dev/null
    [ ! -e "$ran" ] || { echo "$key" >>"$work/bad"; rm "$ran"; }
done
is "$(cat "$work/bad" 2>/dev/null)" "" "$(wc -w <<<"$keys") settings that are no commands run nothing"

printf '%s\npassword-command = touch %s; echo secret\n' "$base" "$ran" |
    sed '/^user = ann$/d' >"$config"
sed -i "s|^smtp = relay|user = ann\npassword-command = touch $ran; echo secret|" "$config"
chmod 600 "$config"
"$POSTSEAL" test work/incoming >/dev/null 2>&1 </dev/null
is "$([ -e "$ran" ] && echo ran)" ran "the command meant for it is run"
rm -f "$ran"
chmod 666 "$config"
everything >"$work/told" 2>&1 </dev/null
is "$([ -e "$ran" ] && echo ran)" "" "but not out of a file that others may write"
"$POSTSEAL" --allow-commands test work/incoming >"$work/told" 2>&1 </dev/null
is "$([ -e "$ran" ] && echo ran)" "" "not even with --allow-commands"
chmod 600 "$config"
chmod 777 "$XDG_CONFIG_HOME/postseal"
everything >"$work/told" 2>&1 </dev/null
is "$([ -e "$ran" ] && echo ran)" "" "nor out of a folder that others may write in"
chmod 700 "$XDG_CONFIG_HOME/postseal"
cp "$config" "$folder/accounts.ini"
p test work/incoming >"$work/told" 2>&1 </dev/null
is "$([ -e "$ran" ] && echo ran)" "" "nor, unasked, from another folder"
p test work/incoming --allow-commands >"$work/told" 2>&1 </dev/null
is "$([ -e "$ran" ] && echo ran)" ran "there --allow-commands is the answer"
rm -f "$ran"

# -- an import runs nothing ---------------------------------------------------

import() { # FORMAT TEXT
    local file=$work/import-$1
    [ "$1" != thunderbird ] || { mkdir -m 700 "$file" && file=$file/prefs.js; }
    printf '%s\n' "$2" >"$file"
    chmod 600 "$file"
    rm -f "$config"
    postseal import "$1" "${file%/prefs.js}" >"$work/told" 2>&1 </dev/null
    is "$([ -e "$ran" ] && echo ran)" "" "import $1: nothing is run" ||
        rm -f "$ran"
}
t="touch $ran"
import msmtp "account a
host localhost
eval $t
passwordeval $t
user \`$t\`
port 1"
import mbsync "IMAPAccount a
Host localhost
Port 1
UserCmd \"$t\"
PassCmd \"$t\"
Tunnel \"$t\""
import neomutt "set imap_user=\`$t\` imap_pass=\"\`$t\`\"
set folder=imaps://localhost:1/
source \"$t|\"
startup-hook \`$t\`"
import fetchmail "poll localhost proto IMAP port 1 plugin \"$t\" user a preconnect \"$t\" mda \"$t\""
import getmail "[retriever]
type = SimpleIMAPSSLRetriever
server = localhost
port = 1
password_command = (\"touch\", \"$ran\")"
import offlineimap "[general]
accounts = a
pythonfile = $ran.py
[Account a]
remoterepository = r
presynchook = $t
[Repository r]
type = IMAP
remotehost = localhost
remoteport = 1
remotepasseval = __import__('os').system('$t')
preauthtunnel = $t"
import aerc "[a]
source = imaps://a@localhost:1
source-cred-cmd = $t
outgoing = $t"
import thunderbird 'user_pref("mail.accountmanager.accounts", "account1");
user_pref("mail.account.account1.server", "server1");
user_pref("mail.server.server1.type", "imap");
user_pref("mail.server.server1.hostname", "localhost");
user_pref("mail.server.server1.userName", "`'"$t"'`");'
finish
