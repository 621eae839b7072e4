#!/bin/bash
# A file outside one's own configuration folder that names commands: the screens
# ask before one runs, once, and keep the answer for the file as it stands.
. "$(dirname "$0")/lib.sh"
start_mailserver imap=imap:tls:good
ca=(--ca "$pki/ca.pem")
mkdir -m 700 "$work/elsewhere"
config=$work/elsewhere/accounts.ini
ran=$work/ran
ann_at work imap Work | sed "s|printf secret|touch $ran \&\& &|" >"$config"
chmod 600 "$config"
not_run() { [ ! -e "$ran" ]; }
begin() { # SIZE
    rm -f "$ran"
    start "$1" "${ca[@]}"
    wait_for "Help"
    keys t
}
leave() {
    keys Escape q
    is "$(ended)" 0 "it ends"
}

for size in 40x12 80x24; do
    begin $size
    shows "May this file run" "$size: it asks first"
    like "$(cursor_line)" ">[ Test without them ]" "$size: no is what Enter takes"
    keys Right Enter
    sleep 0.1
    not_run
    ok $? "$size: keys pressed before it was seen do not answer"
    deaf
    keys Enter
    shows_no_more "May this file run" "$size: Enter says no"
    wait_for "FAIL"
    not_run
    ok $? "$size: no command has run"
    keys r
    sleep 0.5
    shows_not "May this file run" "$size: it asks once a session"
    not_run
    ok $? "$size: and runs none"
    leave
done

begin 80x24
wait_for "May this file run"
deaf
keys Right Enter
shows "Logged in" "with a yes the test logs in"
[ -e "$ran" ]
ok $? "by the command"
leave
begin 80x24
shows "Logged in" "the yes is kept"
leave
echo "# another word" >>"$config"
begin 80x24
shows "May this file run" "for the file as it was: a change asks anew"
not_run
ok $? "before a command runs"
deaf
keys Escape
shows_no_more "May this file run" "Escape is no yes"
sleep 0.5
not_run
ok $? "and runs none"
finish
