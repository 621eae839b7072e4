# shellcheck shell=bash
# lib.sh: what the fixtures of real servers share; sourced after ../lib.sh. The
# servers are those that tests/setup/servers.sh found or unpacked.

# PEM files of all kinds in $pki, made by the project's own server.
make_certificates() {
    "$BUILD/tests/server/mailserver" --pki "$pki" >"$work/made" 2>&1 ||
        { cat "$work/made"; ok 1 "the certificates are made"; finish; }
}

answers() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

taken=' '
free_port() { # NAME: sets it; below the ports that the system gives out
    local candidate
    while :; do
        candidate=$((10000 + (RANDOM * 32768 + RANDOM) % 22000))
        [[ $taken == *" $candidate "* ]] && continue
        answers 127.0.0.1 $candidate || answers ::1 $candidate || break
    done
    taken="$taken$candidate "
    printf -v "$1" %s $candidate
}

wait_for_port() { # PORT LOG PID
    local tries=0
    until answers 127.0.0.1 "$1"; do
        tries=$((tries + 1))
        if [ $tries -gt 200 ] || ! kill -0 "$3" 2>/dev/null; then
            tail -n 20 "$2" 2>/dev/null | sed 's/^/# /'
            return 1
        fi
        sleep 0.05
    done
}

skip_all() { # REASON
    skip "$(basename "$0" .test.sh)" "$1"
    finish
}

# The folder of the server NAME ("" for an installed one) into $unpacked.
find_server() {
    if [ ! -e "build/servers/$1" ]; then
        skip_all "$(cat "build/servers/$1.missing" 2>/dev/null ||
            echo "$1 was not fetched: tests/setup/servers.sh")"
    fi
    unpacked=$(cat "build/servers/$1")
}

# Where the log must still get a line: LOG TEXT.
wait_for_line() {
    local tries=0
    until grep -qF "$2" "$1"; do
        tries=$((tries + 1))
        [ $tries -lt 100 ] || return 1
        sleep 0.05
    done
}

# -- asking postseal ---------------------------------------------------------

# A server's certificate, what is wrong with it, by its kind.
bad_certificates=(
    'selfsigned "self-signed"'
    'expired "expired"'
    'wrongname "wrong-host"'
    'unknown "unknown-issuer"'
    'incomplete "incomplete-chain"'
    'worst "wrong-host","self-signed","expired"'
)

# ask TARGET...: the result as one line in $json, the exit status in $status.
ask() {
    json=$(postseal --ca "$pki/ca.pem" --allow-commands test "$@" --user ann \
        --password-command 'printf secret' --json-lines 2>&1)
    status=$?
}

# The SHA-256 of a kind's certificate, by the openssl command.
sha256_of() {
    openssl x509 -in "$pki/$1.pem" -outform DER | sha256sum | cut -d ' ' -f 1
}

has() { # TEXT WHAT: that the result holds TEXT
    like "$json" "$1" "$2"
}

logs_in() { # TARGET
    ask "$1"
    is "$status" 0 "$1 logs in"
    has '"ok":true,"reason":null' "$1: ok"
    has '"faults":[],' "$1: no fault"
}

fails_with() { # TARGET FAULTS
    ask "$1"
    is "$status" 4 "$1 with $2: status 4"
    has '"reason":"certificate"' "$1 with $2: reason certificate"
    has "\"faults\":[$2]," "$1 with $2: just these faults"
    has '{"name":"login","state":"skipped"' "$1 with $2: no login"
}

# excepted URL KIND: the certificate is accepted by its SHA-256, then used.
excepted() {
    ask "$1"
    has '"exception":"none"' "$1: no exception yet"
    postseal --ca "$pki/ca.pem" exception add "$1" \
        --sha256 "$(sha256_of "$2")" >"$work/text" 2>&1
    is $? 0 "$1: the exception is taken" || sed 's/^/# /' "$work/text"
    ask "$1"
    is "$status" 0 "$1: logs in by the exception"
    has '"exception":"used"' "$1: which was used"
}

refused_as() { # URL STATE
    ask "$1"
    is "$status" 4 "$1 is refused as $2"
    has "\"exception\":\"$2\"" "$1: the exception is $2"
    has '{"name":"login","state":"skipped"' "$1, $2: no login"
}
