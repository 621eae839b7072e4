#!/bin/bash
# a on Accounts: from an address to a tested account. A name server and mail
# servers on loopback; nothing else is asked: the database is switched off.
. "$(dirname "$0")/lib.sh"
srv() { # DOMAIN KIND LISTENER HOST
    printf -- '--name\n_%s._tcp.%s=srv:0:0:%s:%s\n' "$2" "$1" "$3" "$4"
}
mapfile -t names < <(
    srv example.org imaps imap mail.example.org
    srv example.org imap stls mail.example.org
    srv example.org submissions smtps mail.example.org
    # A hoster's servers, which are outside.
    srv customer.example imaps wrong hoster.example
    srv customer.example submissions wrongsmtp hoster.example
    # A certificate that signed itself, and no outgoing server.
    srv bad.example imaps self mail.bad.example
    # One that never says anything.
    srv mute.example imaps mute mail.mute.example
)
start_mailserver "${names[@]}" --name mail.example.org=127.0.0.1 \
    --name hoster.example=127.0.0.1 --name mail.bad.example=127.0.0.1 \
    --name mail.mute.example=127.0.0.1 \
    imap=imap:tls:good stls=imap:starttls:good smtps=smtp:tls:good \
    wrong=imap:tls:wrongname wrongsmtp=smtp:tls:wrongname \
    self=imap:tls:selfsigned mute=imap:tls:good:mute
cat >"$config" <<INI
[defaults]
dns-server = 127.0.0.1:$(port dns)
autoconfig-url = off
timeout = 10
INI
chmod 600 "$config"
before=$(cat "$config")
# find EMAIL: from Accounts to the search, all else as it stands first.
find_servers() {
    keys a
    shows "New account" "a asks for name and address"
    keys C-u
    text "Ann Example"
    keys Tab C-u
    text "$1"
    keys Tab Tab Enter
    shows "Servers for $1" "the search for $1 opens"
}

# -- what is no address -------------------------------------------------------
start 80x24 --ca "$pki/ca.pem"
wait_for "Press a"
keys a
text "Ann"
keys Tab Tab Tab Enter
shows "Type the e-mail address" "an address is needed"
text "ann example.org"
keys Tab Tab Enter
shows 'There is no @ in "ann example.org"' "what is none is told"
like "$(cursor_line)" "> E-mail address  ann example.org" "and stays in its field"
keys Escape a
shows "ann example.org" "also when the form was left meanwhile"
keys Escape
shows_no_more "New account" "Escape leaves it"
keys 2
shows "Press a to add one" "Server names a, too, when there is nothing to show"
keys a
shows "ann example.org" "which opens the same form"
keys Escape 1

# -- found, chosen, used -------------------------------------------------------
find_servers ann@example.org
shows "found" "it ends"
shows "SRV records  found   dns" "a line tells who named them, and how that came"
shows "The others   nothing to offer" "the other sources share one"
shows "(*) verified           IMAP mail.example.org:$(port imap) TLS" \
    "TLS is chosen"
shows "( ) verified           IMAP mail.example.org:$(port stls) STARTTLS" \
    "before STARTTLS"
shows "(*) verified           SMTP mail.example.org:$(port smtps) TLS" \
    "the outgoing server is verified, too"
like "$(cursor_line)" "> Use these servers" "the cursor is on what comes next"
is "$(grep -ciE '(LOGIN|AUTHENTICATE|AUTH|USER|PASS)( |$)' "$work/server.log")" \
    0 "nobody logged in"
keys Up Up
like "$(cursor_line)" "> ( ) verified" "the cursor moves over the servers"
shows "Named by SRV records, in plain DNS" "the details say where one came from"
shows "Login: ann@example.org" "who logs in"
keys Enter
shows "(*) verified           IMAP mail.example.org:$(port stls) STARTTLS" \
    "Enter chooses another one"
shows "( ) verified           IMAP mail.example.org:$(port imap) TLS" \
    "instead of the first"
keys Up Enter
for size in 60x20 40x12; do
    resize $size
    like "$(cursor_line)" "> (*) verified" "the cursor stays at $size"
    shows "mail.example.org:$(port imap)" "with the whole place"
    keys v
    shows "Incoming server" "v shows the details at $size"
    shows "Named by SRV" "all of them"
    keys Escape
    keys Home
    like "$(cursor_line)" "> SRV records" "the sources can be reached"
    keys Enter
    shows "It came in plain DNS" "and tell all"
    keys Escape End
    like "$(cursor_line)" "> Name them by hand" "the other end as well"
    keys Home Down Down
done
for size in 39x12 1x1 200x60 80x24; do
    resize $size
done
shows "(*) verified           IMAP mail.example.org:$(port imap) TLS" \
    "nothing is lost by sizes"
is "$(cat "$config")" "$before" "nothing is written"
keys End Up Enter
shows "Test: example" "Use opens the ordinary test"
shows "mail.example.org has proven itself and asks for the password" \
    "which asks for the password after the verdict"
deaf
keys Escape
shows "No password was typed" "without one nothing is tried"
keys Escape Escape 1
shows "> example" "it is selected on Accounts"
shows "unsaved" "unsaved"
keys 2
shows "* mail.example.org" "all is to be edited on Server"
keys 1
keys s
shows "Saved" "s saves"
saved=$(tr -s ' ' <"$config")
for line in 'name = Ann Example' 'email = ann@example.org' \
    'host = mail.example.org' "port = $(port imap)" "port = $(port smtps)" \
    'user = ann@example.org' 'account = example'; do
    like "$saved" "$line" "the file has $line"
done
keys a
shows_not "ann@example.org" "the form is empty again"
keys Escape

# -- outside the domain ---------------------------------------------------------
find_servers ann@customer.example
shows "r Again" "the search ends"
shows "( ) needs your yes     IMAP hoster.example" "a foreign server is not chosen"
shows "waits for your yes" "that is said"
is "$(grep -c '^wrong' "$work/server.log")" 0 \
    "one with a private address is not even connected to"
keys Enter
shows "Use a server of another domain?" "Enter on it asks"
shows "hoster.example is outside customer.example" "naming host and domain"
shows "named by SRV records" "who said so"
shows "in plain DNS" "and how that was protected"
like "$(cursor_line)" ">[ Back ]" "the safe button has the focus"
deaf
keys Enter
shows "It is not chosen" "Enter on Back leaves it"
keys Enter Right Enter
like "$(cursor_line)" ">[ Back ]" "type-ahead says no yes"
deaf
keys Right Enter
shows "(*) verified           IMAP hoster.example" "a yes chooses and tests it"
shows "you said yes to that" "and is told"
shows "( ) needs your yes     SMTP hoster.example" "the other needs its own"
keys Space
shows "( ) verified           IMAP hoster.example" "Space takes it back"
keys End Up Enter
shows "No server is chosen" "with none there is nothing to use"
keys Escape
shows "what you typed is still here" "Escape goes back a page"
shows "ann@customer.example" "really"
keys Escape

# -- a wrong certificate ----------------------------------------------------------
find_servers ann@bad.example
shows "( ) certificate fault  IMAP mail.bad.example" "a wrong certificate is told"
shows "Outgoing: none" "a side may be empty"
shows "r Again" "the search ends"
keys v
shows "It signed its own certificate" "the details say what is wrong"
keys Escape Enter
shows "(*) certificate fault" "it can be chosen"
keys End Up Enter
shows "Test: bad" "Use leads to the ordinary test"
shows "Correct the server name" "with the ordinary cures"
keys Escape
keys 1
shows "> bad" "the account is staged"
keys d
deaf
keys Right Enter

# -- it never stands still, and ends when it is left --------------------------------
find_servers ann@mute.example
shows "testing" "a server that says nothing is under test"
shows "IMAP mail.mute.example" "and shown already"
keys '?'
shows "Help: Servers of an address" "the screen answers meanwhile"
keys Escape Escape
shows "what you typed is still here" "Escape ends the search"
keys Escape

# -- nothing found, and by hand -----------------------------------------------------
find_servers ann@nowhere.example
shows "There is no domain nowhere.example in the DNS" "nothing is told with its cause"
like "$(cursor_line)" "> Name them by hand" "the cursor is on the way on"
keys Enter
shows "Type its server name" "by hand goes on with what was typed"
like "$(cursor_line)" ">!Server name" "in the right field"
text "mail.nowhere.example"
keys Enter C-s
shows "Saved" "saved"
like "$(tr -s ' ' <"$config")" "email = ann@nowhere.example" "with the address"

# -- offline ----------------------------------------------------------------------
: >"$work/server.log"
keys 1 a
text "Ann"
keys Tab
text "ann@gmx.net"
keys Tab Space
like "$(cursor_line)" "offline: known ones" "offline is a choice"
keys Tab Enter
shows "(*) not tested         IMAP imap.gmx.net:993 TLS" "the table names servers"
shows "built-in" "which came with the program"
keys Up
shows "hilfe.gmx.net" "with the provider's page"
keys End Up Enter
shows "Account gmx is staged" "they can be used"
shows "* imap.gmx.net" "and edited"
is "$(cat "$work/server.log")" "" "nobody was asked"
keys Escape q
deaf
keys Tab Tab Enter
is "$(ended)" 0 "and ends"

# -- with a mouse -------------------------------------------------------------------
environment=(TERM=xterm-256color)
start 80x24 --mouse --ca "$pki/ca.pem"
wait_for "Accounts"
find_servers ann@example.org
shows "r Again" "the search ends"
row_of() { screen | grep -nF "$1" | head -n 1 | cut -d : -f 1; }
click 9 "$(row_of STARTTLS)"
shows "> ( ) verified" "a click selects the server"
click 9 "$(row_of Outgoing)"
like "$(cursor_line)" "STARTTLS" "one on a heading nothing"
finish
