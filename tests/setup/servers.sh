#!/bin/sh
# servers.sh: the servers for the tests, below build/servers. Packages
# that are not installed are fetched with apt-get download and unpacked with
# dpkg -x: nothing is installed, replaced or started on this machine. A second
# run downloads nothing.
#
# build/servers/{dovecot,postfix,knot,nginx,cyrus,exim} then hold the folder that
# the server was unpacked into (one empty line: it is the installed one); a file *.missing says
# why there is none, and those tests are skipped. With CI=true that is an error.
set -eu
cd "$(dirname "$0")/../.."
servers=build/servers store=build/servers
PATH=$PATH:/usr/sbin:/sbin
. tests/setup/fetch.sh

get dovecot /usr/lib/dovecot/pop3-login dovecot-core dovecot-imapd dovecot-pop3d
get postfix /usr/lib/postfix/sbin/smtpd postfix
# Those of tests/real/setup.test.sh: a name server and a web server.
get knot /usr/sbin/knotd knot
get nginx /usr/sbin/nginx nginx
# Of what Cyrus and Exim need, mail filters, a virus scanner and a configuration
# for the whole machine are left out; the mechanisms of Cyrus have to be beside
# it.
root=$PWD/$servers/cyrus.root
unwanted='^exim4\|^libclamav\|^gawk$'
always='libsasl2-2 libsasl2-modules libsasl2-modules-db'
get cyrus /usr/lib/cyrus/bin/pop3d cyrus-imapd cyrus-pop3d sasl2-bin
root=$PWD/$servers/exim.root
unwanted='^exim4-base\|^exim4-config' always=
get exim /usr/sbin/exim4 exim4-daemon-light
tell_missing

# The unpacked Dovecot looks for its modules where it was not installed, and Exim
# for a user of its own.
if [ "$(cat "$servers/dovecot" "$servers/exim" 2>/dev/null)" ] &&
    { [ ! -e "$servers/paths.so" ] ||
        [ tests/real/paths.c -nt "$servers/paths.so" ]; }; then
    ${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -fPIC -shared -Wall -Wextra \
        -o "$servers/paths.so" tests/real/paths.c
fi

# Postfix starts as root only. Better asked for now than in the middle.
if [ "$(id -u)" != 0 ] && [ -t 0 ] && [ -z "${CI:-}" ] &&
    [ -e "$servers/postfix" ] && command -v sudo >/dev/null &&
    ! sudo -n true 2>/dev/null; then
    echo "The tests start a Postfix of their own on loopback, which it does" \
        "only as root."
    echo "sudo asks for your password; without it that part is skipped."
    sudo -v || :
fi
