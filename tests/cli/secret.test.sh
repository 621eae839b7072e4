#!/bin/bash
# Where passwords come from: the command `secret`, one run of a command for
# many servers, a file that others can read, the keyring.
. "$(dirname "$0")/../lib.sh"
start_mailserver in=imap:tls:good out=smtp:tls:good pop=pop3:tls:good
marker=Kn0bl4uch-$$
write() { # the servers of one account; more lines for it on stdin
    {
        printf '[defaults]\ntimeout = 10\n'
        printf '[account work]\nhost = localhost\nport = %s\nuser = ann\n' "$(port in)"
        cat
        printf '[smtp out]\nhost = localhost\nport = %s\n' "$(port out)"
        printf 'security = tls\naccount = work\n[defaults]\nsmtp = out\n'
    } >"$config"
    chmod 600 "$config"
}

# -- secret -----------------------------------------------------------------
write <<INI
password-command = "echo $marker; echo second"
INI
is "$(postseal secret work)" "$marker" "the first line of the command"
is "$(postseal secret work/incoming | wc -lc | tr -d ' ')" "1$((${#marker} + 1))" \
    "and a line end"
is "$(postseal secret work/outgoing)" "$marker" "the outgoing server borrows it"
is "$(postseal secret smtp:out)" "$marker" "by its own name, too"
write <<INI
password = "$marker ; #"
INI
is "$(postseal secret work)" "$marker ; #" "out of the file"
chmod 640 "$config"
out=$(postseal secret work 2>&1)
is $? 1 "not when others can read it"
like "$out" "chmod 600 $config" "with the cure"
unlike "$out" "$marker" "and without the password"
out=$(postseal --ca "$pki/ca.pem" test work/incoming 2>&1)
like "$out" "others can read that file" "so says the test"
like "$(postseal check 2>&1)" "chmod 600" "and check warns"
chmod 600 "$config"
write </dev/null
out=$(postseal secret work 2>&1 </dev/null)
is "$? $out" "1 postseal: There is no password to log in with: set a password command." \
    "none to be had, nobody to ask"
out=$(postseal secret other 2>&1)
is $? 2 "an account that is not there"
out=$(postseal secret work/sideways 2>&1)
is $? 2 "a target that is none"
out=$(postseal secret 2>&1)
is $? 2 "no target"
out=$(postseal secret work --json 2>&1)
is $? 2 "never in JSON"
write <<INI
password-command = "echo the store is locked >&2; exit 7"
INI
out=$(postseal secret work 2>&1)
is $? 1 "the command fails"
like "$out" "the store is locked" "its last words are told"
write <<INI
password-command = "printf 'a\\033[2Jb' >&2; exit 1"
INI
like "$(postseal secret work 2>&1)" 'a\x1B[2Jb' "made harmless"
write <<INI
password-command = echo $marker
password-command-terminal = yes
INI
out=$(postseal secret work 2>&1 </dev/null)
like "$out" "wants a terminal" "no terminal to lend"
postseal secret work >/dev/full 2>"$work/err"
is $? 1 "a command that wants a terminal"
write <<INI
password-command = echo $marker
INI
postseal secret work >/dev/full 2>"$work/err"
is $? 3 "nowhere to write it"

# -- nowhere else -----------------------------------------------------------
# A password in the file stands in that file alone, and in nothing that is
# said, as it is or in base64.
write <<INI
password = secret
INI
printf '%s\n' "$marker" | postseal set 'account work' password - >"$work/said" 2>&1
is $? 0 "set from standard input"
printf 'new%s\n' "$marker" | postseal set 'account work' password - >>"$work/said" 2>&1
for command in 'list' 'list --json' 'check' 'check --json' \
    'test work --json' 'test work' 'get work password'; do
    # shellcheck disable=SC2086
    postseal --ca "$pki/ca.pem" $command >>"$work/said" 2>&1
done
postseal get 'account work' password >"$work/got" 2>&1
postseal unset 'account work' no-such-key >>"$work/said" 2>&1
plain=$(printf '\0ann\0new%s' "$marker" | base64)
found=$(grep -rlaF -e "$marker" -e "$plain" "$work" | grep -v "^$config$\|/server.log$\|/got$")
is "$found" "" "the password is in no other file and no text"
is "$(grep -c "$marker" "$config")" 1 "but there"
like "$(cat "$work/said")" '"reason": "login"' "(the tests were made with it)"

# -- once a run -------------------------------------------------------------
write <<INI
password-command = "echo x >>$work/ran; printf secret"
INI
postseal --ca "$pki/ca.pem" test work >"$work/out" 2>&1
is $? 0 "in and out log in" || cat "$work/out"
is "$(wc -l <"$work/ran")" 1 "the command ran once for both"
rm "$work/ran"
{
    printf '[defaults]\ntimeout = 20\n'
    for i in $(seq 200); do
        printf '[account a%s]\nhost = localhost\nport = %s\nuser = ann\n' "$i" "$(port in)"
        printf 'password-command = "echo x >>%s; printf secret"\n' "$work/ran"
    done
} >"$config"
json=$(postseal --ca "$pki/ca.pem" test --all --jobs 16 --json-lines 2>&1)
is "$? $(grep -c '"ok":true' <<<"$json")" "0 200" "two hundred accounts log in"
is "$(wc -l <"$work/ran")" 1 "the command ran once for all"

# -- the keyring ------------------------------------------------------------
# What the program stores it finds by itself; here another program stores it.
if command -v keyctl >/dev/null && keyctl show @u >/dev/null 2>&1; then
    key=postseal:localhost:$(port in):ann
    write <<INI
remember = keyring
INI
    id=$(keyctl add user "$key" secret @u)
    json=$(postseal --ca "$pki/ca.pem" test work/incoming --json-lines)
    like "$json" '"ok":true' "logs in with what is in the keyring"
    is "$(postseal secret work)" secret "secret finds it as well"
    like "$(keyctl rdescribe "$id")" "$key" "it stays"
    keyctl update "$id" wrong
    json=$(postseal --ca "$pki/ca.pem" test work/incoming --json-lines)
    like "$json" '"reason":"login"' "one that is refused"
    keyctl search @u user "$key" >/dev/null 2>&1
    is $? 1 "is forgotten"
    json=$(postseal --ca "$pki/ca.pem" test work/incoming --json-lines </dev/null)
    like "$json" '"reason":"credentials"' "so the next test has none"
else
    skip "the kernel keyring" "no keyctl, or the kernel has no keyring for us"
fi
finish
