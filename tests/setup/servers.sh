#!/bin/sh
# servers.sh: the servers for the tests, below build/servers. Packages
# that are not installed are fetched with apt-get download and unpacked with
# dpkg -x: nothing is installed, replaced or started on this machine. A second
# run downloads nothing.
#
# build/servers/{dovecot,postfix,cyrus,exim} then hold the folder that the server
# was unpacked into (one empty line: it is the installed one); a file *.missing says
# why there is none, and those tests are skipped. With CI=true that is an error.
set -eu
cd "$(dirname "$0")/../.."
servers=build/servers
PATH=$PATH:/usr/sbin:/sbin
mkdir -p "$servers/packages"

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ -t 0 ] && [ -z "${CI:-}" ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

# The packages that an installation would add, and nothing else; without those
# that match $unwanted, and with $always, be they installed or not.
unwanted='^$' always=
would_install() {
    apt-get install -s --no-install-recommends "$@" 2>"$servers/log" |
        sed -n 's/^Inst \([^ ]*\).*/\1/p' | grep -v "$unwanted"
    # shellcheck disable=SC2086
    [ -z "$always" ] || printf '%s\n' $always
}

# fetch PACKAGE...: these and what of their needs is missing here.
fetch() {
    list=$(would_install "$@" | sort -u)
    if [ -z "$list" ] ||
        ! (cd "$servers/packages" && apt-get download $list) \
            >"$servers/log" 2>&1; then
        as_root apt-get update >"$servers/log" 2>&1 </dev/null || return 1
        list=$(would_install "$@" | sort -u)
        [ -n "$list" ] || return 1
        (cd "$servers/packages" && apt-get download $list) \
            >"$servers/log" 2>&1 || return 1
    fi
    for file in "$servers"/packages/*.deb; do
        dpkg -x "$file" "$root" || return 1
        rm -f "$file"
    done
}

# get NAME PROGRAM PACKAGE...
get() {
    name=$1 program=$2
    shift 2
    if [ -e "$servers/$name" ] && where=$(cat "$servers/$name") &&
        [ -x "$where$program" ]; then
        return
    fi
    rm -f "$servers/$name" "$servers/$name.missing"
    if [ -x "$program" ]; then
        echo >"$servers/$name"
    elif ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
        echo "$name is not installed" >"$servers/$name.missing"
    elif fetch "$@" && [ -x "$root$program" ]; then
        echo "Fetched for the tests, below $servers only: $name"
        echo "$root" >"$servers/$name"
    else
        tail -n 1 "$servers/log" >&2
        echo "$name could not be fetched" >"$servers/$name.missing"
    fi
}

root=$PWD/$servers/root
get dovecot /usr/lib/dovecot/pop3-login dovecot-core dovecot-imapd dovecot-pop3d
get postfix /usr/lib/postfix/sbin/smtpd postfix
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
for missing in "$servers"/*.missing; do
    [ -e "$missing" ] || continue
    echo "$(cat "$missing"); its tests will be skipped." >&2
    [ -z "${CI:-}" ] || exit 1
done

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
