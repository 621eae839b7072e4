#!/bin/bash
# How many round trips a test costs, by the project's own server: one for the
# connection, one for the handshake, and one for each answer that the protocol
# makes one wait for.
. "$(dirname "$0")/../lib.sh"
. "$(dirname "$0")/../trips.sh"

start_mailserver imaps=imap:tls:good imap=imap:starttls:good \
    pop3s=pop3:tls:good pop3=pop3:starttls:good \
    smtps=smtp:tls:good smtp=smtp:starttls:good \
    bare=imap:tls:good:bare scram=imap:tls:good:auth=SCRAM-SHA-256
to=()
for name in imaps imap pop3s pop3 smtps smtp bare scram; do
    to+=("$name=127.0.0.1:$(port $name)")
done
start_proxy "${to[@]}"

# TCP, TLS, greeting with abilities, login and inbox.
trips imaps://localhost:PORT imaps 4
# TCP, greeting, STARTTLS, TLS, abilities, login and inbox.
trips imap://localhost:PORT imap 6
# TCP, TLS, greeting, abilities, login and inbox.
trips pop3s://localhost:PORT pop3s 5
# TCP, greeting, STLS, TLS, abilities, login and inbox.
trips pop3://localhost:PORT pop3 6
# TCP, TLS, greeting, EHLO, login.
trips smtps://localhost:PORT smtps 5
# TCP, greeting, EHLO, STARTTLS, TLS, EHLO, login.
trips smtp://localhost:PORT smtp 7
# Abilities have to be asked for.
trips imaps://localhost:PORT bare 5
# Two more answers, and nothing goes along with a login of several messages.
trips imaps://localhost:PORT scram 7
# Without a login: TCP, TLS, greeting.
trips imaps://localhost:PORT imaps 3 --no-login

finish
