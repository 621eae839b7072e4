#!/bin/bash
# Password commands against a real Dovecot: what a good one may print, and that
# one that fails, hangs or prints nonsense is told as that and tries no login.
. "$(dirname "$0")/../lib.sh"
. tests/real/lib.sh
. tests/real/dovecot.sh
make_certificates
dovecot_prepare
cat >>"$dovecot/dovecot.conf" <<'CONF'
auth_username_chars =
CONF
cat >>"$dovecot/users" <<'USERS'
blank user:{PLAIN} a "quoted" \ pass word ::::::
jürgen:{PLAIN}Schlüssel-für-Jürgen-€::::::
USERS
printf 'long:{PLAIN}%01000d::::::\n' 7 >>"$dovecot/users"
dovecot_start good

# try TYPE AUTH USER COMMAND [OPTION...]
try() {
    local port=$imaps
    [ "$1" = pop3 ] && port=$pop3s
    printf '%s\n' "$4" >"$work/command"
    {
        printf '[defaults]\ntimeout = 10\n[account work]\ntype = %s\n' "$1"
        printf 'host = localhost\nport = %s\nsecurity = tls\n' "$port"
        printf 'auth = %s\nuser = %s\n' "$2" "$3"
        printf 'password-command = sh %s/command\n' "$work"
    } >"$config"
    chmod 600 "$config"
    json=$(postseal --ca "$pki/ca.pem" test work/incoming --json-lines \
        "${@:5}" 2>&1)
    status=$?
}
logins() { grep -c 'Login: user=' "$dovecot/log"; }
attempts() { grep -cE 'Login: user=|auth failed|user=<[^>]' "$dovecot/log"; }

# -- good ones ---------------------------------------------------------------

for type in imap pop3; do
    for auth in plain login auto; do
        try $type $auth ann 'echo secret'
        is "$status" 0 "$type $auth: a line" || printf '# %s\n' "$json"
        try $type $auth 'blank user' "printf ' a \"quoted\" \\\\ pass word \\n'"
        is "$status" 0 "$type $auth: blanks, quotes and a backslash" ||
            printf '# %s\n' "$json"
        try $type $auth jürgen "echo 'Schlüssel-für-Jürgen-€'"
        is "$status" 0 "$type $auth: beyond ASCII" || printf '# %s\n' "$json"
        try $type $auth long 'printf %01000d 7'
        is "$status" 0 "$type $auth: 1000 bytes" || printf '# %s\n' "$json"
    done
done
try imap plain ann 'printf "secret\r\n"'
is "$status" 0 "the line end of another system"
try imap plain ann 'echo secret; echo more; echo words >&2'
is "$status" 0 "only the first line counts"
try imap plain ann 'sleep 300 & echo secret'
is "$status" 0 "what it leaves running is not waited for"

# -- bad ones ----------------------------------------------------------------

before=$(attempts)
refused() { # COMMAND TEXT WHAT [OPTION...]
    try imap plain ann "$1" "${@:4}"
    is "$status" 1 "$3: status 1"
    has '"reason":"credentials"' "$3: reason credentials" ||
        printf '# %s\n' "$json"
    has "$2" "$3: in words"
}
refused 'echo secret; echo "no such entry" >&2; exit 2' \
    'The password command failed (exit status 2): no such entry' "it fails"
refused 'true' 'printed nothing' "it prints nothing"
refused 'echo' 'printed nothing' "it prints an empty line"
refused 'echo secret; kill -9 $$' '(exit status 137)' "it is killed"
refused 'head -c 1000000 /dev/zero | tr "\0" x' 'more than 64 KiB' \
    "it prints 1 MB"
refused 'yes secret' 'more than 64 KiB' "it prints without end"
refused 'printf "sec\033ret\n"' 'control characters' "it prints an escape"
refused 'printf "sec\000ret\n"' 'NUL' "it prints a NUL byte"
refused '/nonexistent/pass show x' 'failed (exit status 127)' "it is not there"
unlike "$json" "secret" "and none of them tells the password"

# A command that hangs ends with the whole test, at the latest.
try imap plain ann "echo \$\$ >$work/pid; exec sleep 300" --timeout 2
is "$status" 1 "it hangs: status 1"
has '"reason":"' "it hangs: the test ends" || printf '# %s\n' "$json"
# Killed it is at once; that its parent has seen that may take a while.
pid=$(cat "$work/pid")
is "$(sed -n 's/^State:[^A-Z]*\([A-Y]\).*/\1/p' "/proc/$pid/status" 2>/dev/null)" "" \
    "and the command with it"
dovecot_stop
is "$(attempts)" "$before" "Dovecot saw no login of all these"
is "$(($(logins) > 20))" 1 "but those before"
finish
