#!/bin/bash
# Himalaya: not in Debian, so its syntax alone: TOML, read by Python.
. "$(dirname "$0")/../lib.sh"
. tests/programs/lib.sh
$python -c 'import tomllib' 2>/dev/null || skip_all "Python has no tomllib"
make_certificates
postseal add smtp relay host=localhost port=587 security=starttls "user=$user" \
    "password-command=$command"
postseal add account work host=localhost port=993 "user=$user" \
    "password-command=$command" email=ann@example.org smtp=relay
rc=$work/'rc "#;%$'
read_it() { # KEY...
    $python - "$rc" "$@" <<'PY'
import sys, tomllib
value = tomllib.load(open(sys.argv[1], 'rb'))['accounts']['work']
for key in sys.argv[2:]:
    value = value[key]
print(value)
PY
}

export_to himalaya --output "$rc"
is "$status" 0 "exported" || sed 's/^/#   /' <<<"$text"
is "$(read_it imap server)" imaps://localhost:993 "the server"
is "$(read_it imap sasl plain username)" "$user" "the user name"
is "$(read_it smtp sasl plain password command)" "$command" "the command"
is "$(read_it smtp server)" smtp://localhost:587 "the outgoing server"
is "$(read_it smtp starttls)" True "by STARTTLS"
printf '%s\n' "$secret" | postseal set "account work" password -
postseal unset "account work" password-command
export_to himalaya --output "$rc" --with-passwords
is "$(read_it imap sasl plain password raw)" "$secret" "a password"
finish
