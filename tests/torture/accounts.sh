# shellcheck shell=bash
# accounts.sh: two accounts, one of them with a certificate that is not trusted,
# and the server they are on. `accounts` writes them anew.
start_mailserver good=imap:tls:good self=imap:tls:selfsigned relay=smtp:starttls:good
accounts() {
    cat >"$config" <<INI
[defaults]
smtp = relay
$(ann_at work good Work)
$(ann_at club self Club)
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
