#!/bin/bash
# aerc: reading with implicit TLS. It cannot be told of an exception: that is
# said, and it refuses.
. "$(dirname "$0")/../lib.sh"
. tests/programs/lib.sh
program aerc
servers
postseal add account work "host=localhost" "port=$imaps" "user=$user" \
    "password-command=$command" email=ann@example.org 'name=Ann "O" #;x'
sed -i /ca-file/d "$config"
rc=$XDG_CONFIG_HOME/aerc/accounts.conf

mkdir -m 700 "$XDG_CONFIG_HOME/aerc"
share=$program_root/usr/share/aerc
cp "$share/binds.conf" "$XDG_CONFIG_HOME/aerc/"
sed "s|^#stylesets-dirs=.*|stylesets-dirs=$share/stylesets|
    s|^#template-dirs=.*|template-dirs=$share/templates|" "$share/aerc.conf" \
    >"$XDG_CONFIG_HOME/aerc/aerc.conf"

export_it() { export_to aerc; }
run() {
    TERM=xterm SSL_CERT_FILE=$pki/ca.pem run_program 4 script -qec aerc \
        /dev/null </dev/null >"$work/said" 2>&1
}

serve good
export_it
is "$status" 0 "exported" || sed 's/^/#   /' <<<"$text"
is "$(stat -c %a "$rc")" 600 "for me alone, where aerc looks"
run
logged_in "a trusted certificate: logs in"
for kind in selfsigned wrongname expired; do
    serve $kind
    accept "imaps://localhost:$imaps" $kind
    export_it
    is "$status" 1 "$kind: the exception cannot be said"
    like "$text" "no setting for certificates" "$kind: which is told"
    run
    refused "$kind is refused"
    forget
done
no_check_off "$rc"
finish
