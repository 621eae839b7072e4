#!/bin/sh
# packages.sh run|test|lint|fuzz|afl|valgrind: finds what is missing and installs it with apt-get.
# Never removes or replaces a package; a second run installs nothing.
set -eu

what=${1:-run}
run="gcc libc6-dev make pkg-config libssl-dev libncurses-dev libiniparser-dev
libc-ares-dev libidn2-dev libunistring-dev libpsl-dev libjansson-dev
libgsasl-dev libcurl4-openssl-dev libexpat1-dev"
case $what in
run) wanted=$run ;;
test) wanted="$run libcmocka-dev tmux procps openssl iproute2" ;;
lint) wanted="$run clang clang-tidy clang-format cppcheck libcmocka-dev" ;;
fuzz) wanted="$run clang libclang-rt-dev" ;;
afl) wanted="$run clang afl++" ;;
valgrind) wanted="$run libcmocka-dev tmux procps openssl iproute2 valgrind" ;;
*) echo "usage: packages.sh run|test|lint|fuzz|afl|valgrind" >&2; exit 2 ;;
esac

family=unknown
if [ -r "${OS_RELEASE:-/etc/os-release}" ]; then
    family=$(. "${OS_RELEASE:-/etc/os-release}"; echo "${ID:-} ${ID_LIKE:-}")
fi

# Where apt-get is not at home: is everything there that the compiler needs?
is_complete() {
    headers='openssl/ssl.h curses.h ares.h idn2.h unistr.h libpsl.h gsasl.h
        jansson.h curl/curl.h expat.h'
    [ "$what" = run ] || headers="$headers setjmp.h stdarg.h stddef.h cmocka.h"
    for header in $headers; do
        echo "#include <$header>"
    done | ${CC:-cc} -E -o /dev/null - 2>/dev/null &&
        { echo '#include <iniparser.h>' | ${CC:-cc} -E - ||
            echo '#include <iniparser/iniparser.h>' | ${CC:-cc} -E -; } \
            >/dev/null 2>&1 && command -v pkg-config >/dev/null
}
stop_with() {
    is_complete && exit 0
    echo "Please install what is missing of these packages:"
    echo "  $1"
    [ "$what" = run ] || echo "and for the tests: $2"
    exit 1
} >&2

case " $family " in
*" debian "* | *" ubuntu "*) ;;
*" fedora "* | *" rhel "*)
    stop_with "gcc make pkgconf openssl-devel ncurses-devel iniparser-devel \
c-ares-devel libidn2-devel libunistring-devel libpsl-devel jansson-devel \
libgsasl-devel libcurl-devel expat-devel" \
        "libcmocka-devel tmux openssl iproute dovecot postfix knot nginx" ;;
*" arch "*)
    stop_with "base-devel openssl ncurses iniparser c-ares libidn2 \
libunistring libpsl jansson gsasl curl expat" "cmocka tmux iproute2 dovecot postfix knot nginx" ;;
*" alpine "*)
    stop_with "build-base pkgconf openssl-dev ncurses-dev iniparser-dev \
c-ares-dev libidn2-dev libunistring-dev libpsl-dev jansson-dev gsasl-dev \
curl-dev expat-dev bash" \
        "cmocka-dev tmux openssl iproute2 dovecot postfix knot nginx" ;;
*)
    # Another system: the compiler will say what it does not find.
    exit 0 ;;
esac

installed() {
    dpkg-query -W -f '${Status}\n' "$1" 2>/dev/null |
        grep -q '^install ok installed'
}

missing=
for package in $wanted; do
    installed "$package" && continue
    # Another provider does as well: clang for gcc, pkgconf for pkg-config.
    case $package in
    gcc) command -v cc >/dev/null && continue ;;
    pkg-config | make | tmux | openssl | clang | clang-tidy | clang-format | \
        cppcheck)
        command -v "$package" >/dev/null && continue ;;
    esac
    missing="$missing $package"
done
[ -n "$missing" ] || exit 0

sudo=
if [ "$(id -u)" != 0 ]; then
    sudo=sudo
    if ! command -v sudo >/dev/null; then
        echo "These packages are missing, and there is no sudo to install" \
            "them with:$missing" >&2
        exit 1
    fi
fi
line="$sudo apt-get install -y --no-install-recommends --no-remove$missing"
if [ -t 0 ] && [ -t 1 ] && [ -z "${CI:-}" ] && [ -n "$sudo" ]; then
    echo "postseal needs packages that are not installed. To install them:"
    echo "  $line"
    printf 'Run this now? [y/N] '
    read -r answer
    case $answer in
    y | Y | yes) ;;
    *) echo "Nothing was installed."; exit 1 ;;
    esac
else
    echo "Installing:$missing"
fi
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
install() {
    # shellcheck disable=SC2086
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y \
        --no-install-recommends --no-remove $missing >"$log" 2>&1 </dev/null
}
if ! install; then
    $sudo apt-get update >"$log" 2>&1 </dev/null || true
    if ! install; then
        tail -n 5 "$log" >&2
        echo "apt-get could not install them. By hand:" >&2
        echo "  $line" >&2
        exit 1
    fi
fi
