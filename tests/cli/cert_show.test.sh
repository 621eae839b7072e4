#!/bin/bash
# cert show on servers: the path and where it breaks, JSON, PEM, and a server
# whose certificate cannot be decoded.
. "$(dirname "$0")/../lib.sh"
start_mailserver good=imap:tls:good missing=imap:tls:incomplete \
    rubbish=imap:tls:good:rubbish-cert
url() { echo "imaps://localhost:$(port "$1")"; }
show() { postseal cert show --ca "$pki/ca.pem" "$@" 2>"$work/errors"; }

text=$(show "$(url good)")
is $? 0 "a proven chain is explained"
like "$text" "Verdict: proven by Example Org CA" "the verdict first"
like "$text" "Path:
  Example Org CA (known here)
   Example Org Servers (sent)
    localhost (sent)" "then the path, authority first"
like "$text" "Certificate 2 of 2" "then what was sent"
text=$(show --json "$(url good)")
is "$(grep -c '"sha1"' <<<"$text")" 5 "JSON has chain and path, two and three"
like "$text" '"key": "EC P-256"' "with all facts"
is "$(show --pem "$(url good)" | grep -c BEGIN)" 2 "PEM has what was sent"

text=$(show "$(url missing)")
is $? 0 "a chain that is not proven is explained too"
like "$text" "Verdict: chain incomplete" "as what it is"
unlike "$text" "Path:" "one certificate is no path"

text=$(show "$(url rubbish)")
is $? 0 "a certificate that cannot be decoded has a verdict"
like "$text" "Verdict: " "and only that"
text=$(show --pem "$(url rubbish)")
is $? 3 "but no PEM"
is "$text" "" "not even an empty one"
like "$(cat "$work/errors")" "no certificate that can be decoded" \
    "and that is said"
finish
