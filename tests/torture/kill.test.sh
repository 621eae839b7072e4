#!/bin/bash
# Over 10,000 kill -9 at random moments of saving accounts.ini, exceptions.ini
# and an export: always the old or the new file, whole, and the next save is an
# ordinary one.
. "$(dirname "$0")/../lib.sh"
cat >"$config" <<END
; kept
[account work]
host = mail.example.org
port = 993
smtp = relay

[smtp relay]
host = smtp.example.org
port = 587
user = ann
END
sed 's/587/1587/' "$config" >"$XDG_CONFIG_HOME/postseal/other.ini"
chmod 600 "$XDG_CONFIG_HOME"/postseal/*.ini

for kind in accounts:5000 exceptions:3500 export:3500; do
    times=${KILLS:-${kind#*:}} kind=${kind%:*}
    told=$("$BUILD/tests/torture/kill" "$XDG_CONFIG_HOME/postseal" $kind "$times" 2>&1)
    ok $? "$kind: $told"
done
left=$(find "$work" -name '.*.??????????*' ! -name '*.lock' | wc -l)
echo "# $left temporary files of killed saves are there"
find "$work" -name '.*' -type f -exec touch -d '2 hours ago' {} +
postseal set "account work" port 1234
ok $? "a save goes on"
left=$(find "$work" -name '.accounts.ini.????????????*' | wc -l)
is "$left" 0 "and removes those of its file that are old"
finish
