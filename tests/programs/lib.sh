# shellcheck shell=bash
# lib.sh: real mail programs log in by what postseal exported, against a real
# Dovecot and Postfix; sourced after ../lib.sh. A test's script:
#
#   program msmtp            finds it, or ends as skipped
#   servers                  certificates, Dovecot; servers smtp: Postfix too
#   ... add the account work ...
#   try_exceptions URL run   for each bad certificate: accepted, exported,
#                            logged in; and refused once it was replaced
. tests/real/lib.sh
. tests/real/dovecot.sh
. tests/real/postfix.sh

# What must arrive byte for byte.
user=$'ann "b" #;%$\\\xc3\xa9\'x'
secret=$'s"e#c ;r%e$t\\\xc3\xbc\'x'
# A command with all of that in itself.
command=$'printf %s \'s"e#c ;r%e$t\\\xc3\xbc\'\\\'\'x\''
[ "$(sh -c "$command")" = "$secret" ] || { echo "the command is wrong"; exit 1; }

program() { # NAME
    local root
    [ -e "build/programs/$1" ] ||
        skip_all "$(cat "build/programs/$1.missing" 2>/dev/null ||
            echo "$1 was not fetched: tests/setup/programs.sh")"
    root=$(cat "build/programs/$1")
    [ -n "$root" ] || return 0
    program_root=$root
}
program_root=

# run_program LIMIT COMMAND...: with its libraries, and only then.
run_program() {
    local limit=$1
    shift
    if [ -n "$program_root" ]; then
        PATH=$program_root/usr/bin:$PATH \
            LD_LIBRARY_PATH=$(echo "$program_root"/usr/lib/*-linux-gnu) \
            SASL_PATH=$(echo "$program_root"/usr/lib/*-linux-gnu)/sasl2:$(echo /usr/lib/*-linux-gnu)/sasl2 \
            PYTHONPATH=$program_root/usr/lib/python3/dist-packages \
            timeout -k 2 "$limit" "$@"
    else
        timeout -k 2 "$limit" "$@"
    fi
}

# Debian's own, which looks into dist-packages.
python=/usr/bin/python3
[ -x $python ] || python=python3

# Users as they are, and a log that tells each login.
servers() { # [smtp]
    make_certificates
    dovecot_prepare
    with_smtp=${1:-}
    cat >>"$dovecot/dovecot.conf" <<'CONF'
auth_username_chars =
auth_username_format = %u
auth_debug = yes
CONF
    set_user "$user"
    if [ -n "$with_smtp" ]; then
        dovecot_start good
        postfix_prepare
        postfix_tuned
    fi
    printf '[defaults]\ntimeout = 5\nca-file = %s\n' "$pki/ca.pem" >"$config"
    chmod 600 "$config"
}

# Dovecot looks a name up with backslashes before some of its letters.
set_user() {
    user=$1
    printf '%s:{PLAIN.B64}%s::::::\n' \
        "$(printf %s "$user" | sed "s/[\\\\\"']/\\\\&/g")" \
        "$(printf %s "$secret" | base64 -w 0)" >"$dovecot/users"
}

# Mail is accepted and thrown away.
postfix_tuned() {
    cat >>"$postfix/main.cf" <<CONF
smtpd_end_of_data_restrictions = check_client_access static:discard
CONF
    cat >>"$postfix/master.cf" <<CONF
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
CONF
}

serve() { # KIND
    dovecot_start "$1"
    if [ -n "$with_smtp" ]; then
        postfix_start "$1"
    fi
}

# Logins in Dovecot's log so far: of exactly that user, or any attempt.
logins() {
    grep -F "user=$user" "$dovecot/log" | grep -c 'client passdb out: OK'
}
attempts() { grep -cE 'auth client connected|client in: AUTH' "$dovecot/log"; }
tried() { grep -c 'client in: AUTH' "$dovecot/log"; }

logged_in() { # TEXT
    [ "$(logins)" -gt 0 ]
    ok $? "$1" || {
        tail -n 15 "$work/said" | sed 's/^/#   /'
        grep -a 'auth' "$dovecot/log" | tail -n 5 | sed 's/^/#   /'
    }
    [ "$(logins)" = "$(tried)" ]
    ok $? "$1: with every try" || grep -a 'client in' "$dovecot/log" | sed 's/^/#   /'
}
refused() { # TEXT
    is "$(tried)" 0 "$1" || tail -n 15 "$work/said" | sed 's/^/#   /'
}

accept() { # URL KIND
    postseal exception add "$1" --sha256 "$(sha256_of "$2")" \
        >"$work/text" 2>&1 || { ok 1 "$2 is accepted"; sed 's/^/# /' "$work/text"; }
}
forget() {
    rm -f "$XDG_CONFIG_HOME/postseal/exceptions.ini"
}

# export_to ARGUMENT...: $status, $text; never a word that switches a check off.
export_to() {
    postseal export "$@" >"$work/text" 2>&1
    status=$?
    text=$(cat "$work/text")
}

# try_exceptions URL RUN [KIND...]: `export_it` exports, RUN starts the program.
try_exceptions() {
    local url=$1 run=$2 kind
    shift 2
    [ $# -gt 0 ] || set -- selfsigned wrongname expired
    for kind in "$@"; do
        forget
        serve "$kind"
        export_it
        is "$status" "${plain_status:-0}" "$kind: exported without an exception" ||
            sed 's/^/#   /' <<<"$text"
        $run
        refused "$kind is refused without an exception"
        accept "$url" "$kind"
        export_it
        is "$status" "${pinned_status:-0}" "$kind: exported with the exception" ||
            sed 's/^/#   /' <<<"$text"
        : >"$dovecot/log"
        $run
        logged_in "$kind: logs in by the exception"
        like "$(postseal export --check)" "current" "$kind: that is up to date"
    done
    serve replaced
    $run
    refused "replaced: refused, with the exception for another"
}

# try_tunnel RUN URL ARGUMENT...: through postseal, which knows all exceptions,
# also those that the program could not be told.
try_tunnel() {
    local run=$1 url=$2
    shift 2
    forget
    serve worst
    export_to "$@" --tunnel
    is "$status" 0 "exported as a pipe" || sed 's/^/#   /' <<<"$text"
    $run
    refused "the pipe refuses without an exception"
    accept "$url" worst
    like "$(postseal export --check)" current "a pipe does not grow stale"
    : >"$dovecot/log"
    $run
    logged_in "the pipe takes the exception"
    serve replaced
    $run
    refused "the pipe refuses another certificate"
}

# Words that would switch a check off.
no_check_off() { # FILE...
    local word
    for word in insecure novalidate 'certcheck off' 'ssl_verify_host' \
        'tls-verify=ignore' 'SystemCertificates no' 'ssl = no'; do
        ! grep -qi -- "$word" "$@"
        ok $? "no $word"
    done
}
