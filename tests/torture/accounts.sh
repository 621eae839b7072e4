# shellcheck shell=bash
# accounts.sh: two accounts, one of them with a certificate that is not trusted,
# and the server they are on. `accounts` writes them anew.
start_mailserver good=imap:tls:good self=imap:tls:selfsigned relay=smtp:starttls:good
accounts() {
    cat >"$config" <<INI
[defaults]
smtp = relay
[account work]
label = Work
host = localhost
port = $(port good)
user = ann
password-command = printf secret
[account club]
label = Club
host = localhost
port = $(port self)
user = ann
password-command = printf secret
[smtp relay]
label = Work smtp
host = localhost
port = $(port relay)
security = starttls
account = work
INI
    chmod 600 "$config"
}
accounts
