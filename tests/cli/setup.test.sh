#!/bin/bash
# What `make run` and `make test` do before and around postseal.
. "$(dirname "$0")/../lib.sh"

# -- the example accounts, without a terminal --------------------------------
mkdir "$work/tmp"
demo() { TMPDIR=$work/tmp sh tests/demo/run.sh </dev/null >"$work/text" 2>&1; }
demo
is $? 0 "every example account gives what it should"
like "$(tail -n 1 "$work/text")" "five log in" "and that is said"
is "$(ls "$work/tmp")" "" "nothing is left of it"
sed 's/^security = tls/security = none/' accounts.ini.example >"$work/example"
before=$(sha256sum <accounts.ini.example)
POSTSEAL_EXAMPLE=$work/example demo
is $? 1 "it fails when they give something else"
is "$(sha256sum <accounts.ini.example)" "$before" "the example stays as it is"
cp accounts.ini.example "$config"
postseal check >"$work/text" 2>&1
is "$? $(cat "$work/text")" "0 " "nothing in the example is wrong or doubtful"
is "$(postseal list --json | grep -c '"kind": "account"\|"section": "account')" \
    4 "it has four accounts"

# -- packages on other systems -----------------------------------------------
setup() { # ID CC
    echo "ID=$1" >"$work/os-release"
    OS_RELEASE=$work/os-release CC=$2 sh tests/setup/packages.sh test \
        >"$work/text" 2>&1
}
for system in "fedora openssl-devel" "arch c-ares" "alpine openssl-dev"; do
    setup "${system% *}" /bin/false
    is $? 1 "${system% *}: stops when something is missing"
    like "$(cat "$work/text")" "${system#* }" "and names the packages"
    setup "${system% *}" cc
    is "$? $(cat "$work/text")" "0 " "${system% *}: says nothing otherwise"
done
finish
