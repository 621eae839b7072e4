# shellcheck shell=bash
# oauth.sh: what the tests of tokens share: an account of its own for a listener
# of the mail server, tests and logins with it.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# account LISTENER LINE...: an account (or outgoing server) of its own.
account() {
    local name=$1 section='account x'
    target=x/incoming
    [ "${name%%-*}" = smtp ] && section='smtp x' target=smtp:x
    {
        printf '[defaults]\ntimeout = 10\n[%s]\nhost = localhost\n' "$section"
        [ "$section" = 'smtp x' ] || printf 'type = %s\n' "${name%%-*}"
        printf 'port = %s\nuser = ann\n' "$(port "$name")"
        printf '%s\n' "${@:2}"
    } >"$config"
    chmod 600 "$config"
}
run() {
    json=$(postseal --ca "$pki/ca.pem" test "$target" --json-lines "$@" 2>&1)
    status=$?
}
try() { account "$@"; run; }
reason() { printf '%s' "$json" | grep -o '"reason":[^,]*' | head -n 1 | cut -d: -f2; }
used() { printf '%s' "$json" | grep -o '"auth":{"mechanism":"[^"]*' | cut -d'"' -f6; }

# grant AUTHORIZATION-SERVER LINE...: an account that gets its tokens there.
grant() {
    local scheme=https
    [ "$1" = http ] && scheme=http
    account imap-x 'oauth-client-id = postseal-test' \
        "oauth-device-endpoint = $scheme://localhost:$(port "a-$1")/device" \
        "oauth-token-endpoint = $scheme://localhost:$(port "a-$1")/token" \
        'oauth-scope = "mail offline_access"' "${@:2}"
    : >"$work/server.log"
}
kept=$work/kept
keep=("oauth-refresh-command = cat $kept" "oauth-store-command = cat >$kept")
login() {
    out=$(timeout 60 "$POSTSEAL" -c "$config" --ca "$pki/ca.pem" oauth login x \
        "$@" 2>&1)
    status=$?
}
asked() { grep -c "$1" "$work/server.log"; }
