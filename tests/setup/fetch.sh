# shellcheck shell=sh
# fetch.sh: programs for the tests, below the folder $store; sourced from the
# top of the tree. Packages that are not installed are fetched with apt-get
# download and unpacked with dpkg -x: nothing is installed, replaced or started
# on this machine. A second run downloads nothing.
#
#   get NAME PROGRAM PACKAGE...
#
# $store/NAME then holds the folder that it was unpacked into (one empty line:
# it is the installed one); a file *.missing says why there is none.
root=$PWD/$store/root
mkdir -p "$store/packages"

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
    apt-get install -s --no-install-recommends "$@" 2>"$store/log" |
        sed -n 's/^Inst \([^ ]*\).*/\1/p' | grep -v "$unwanted"
    # shellcheck disable=SC2086
    [ -z "$always" ] || printf '%s\n' $always
}

# fetch PACKAGE...: these and what of their needs is missing here.
fetch() {
    list=$(would_install "$@" | sort -u)
    if [ -z "$list" ] ||
        ! (cd "$store/packages" && apt-get download $list) \
            >"$store/log" 2>&1; then
        as_root apt-get update >"$store/log" 2>&1 </dev/null || return 1
        list=$(would_install "$@" | sort -u)
        [ -n "$list" ] || return 1
        (cd "$store/packages" && apt-get download $list) \
            >"$store/log" 2>&1 || return 1
    fi
    for file in "$store"/packages/*.deb; do
        dpkg -x "$file" "$root" || return 1
        rm -f "$file"
    done
}

# get NAME PROGRAM PACKAGE...
get() {
    name=$1 program=$2
    shift 2
    if [ -e "$store/$name" ] && where=$(cat "$store/$name") &&
        [ -x "$where$program" ]; then
        return
    fi
    rm -f "$store/$name" "$store/$name.missing"
    if [ -x "$program" ]; then
        echo >"$store/$name"
    elif ! command -v apt-get >/dev/null || ! command -v dpkg >/dev/null; then
        echo "$name is not installed" >"$store/$name.missing"
    elif fetch "$@" && [ -x "$root$program" ]; then
        echo "Fetched for the tests, below $store only: $name"
        echo "$root" >"$store/$name"
    else
        tail -n 1 "$store/log" >&2
        echo "$name could not be fetched" >"$store/$name.missing"
    fi
}

# Those that could not be had, and that their tests are skipped; with CI=true
# that is an error.
tell_missing() {
    for missing in "$store"/*.missing; do
        [ -e "$missing" ] || continue
        echo "$(cat "$missing"); its tests will be skipped." >&2
        [ -z "${CI:-}" ] || exit 1
    done
}
