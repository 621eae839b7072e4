# shellcheck shell=bash
# cyrus.sh: a real Cyrus IMAP server (imapd and pop3d, with its own SASL
# library) on free loopback ports, for scripts that sourced ../lib.sh and
# lib.sh. It needs root, as its processes become another user: through sudo,
# without a question; else the script ends as skipped.
#
#   cyrus_prepare         ports and configuration
#   cyrus_start KIND      with the certificate $pki/KIND.pem; again: restarts
#   cyrus_stop
#
# Ports: $imap $imaps $pop3 $pop3s, $imaps12 with TLS 1.2 at most, and $imapsown
# $pop3sown, which have no mechanism but PLAIN beside their own logins. User ann,
# password secret, an empty INBOX.
cyrus=$work/cyrus cyrus_pid= as_root=()
imap='' imaps='' imaps12='' pop3='' pop3s='' imapsown='' pop3sown=''

# As with Postfix: accounts that every Debian has, and nobody uses.
cyrus_user=news cyrus_group=irc

cyrus_service() { # NAME PORT PROGRAM...
    printf '  %s cmd="%s" listen="127.0.0.1:%s" prefork=0\n' "$1" "${*:3}" "$2"
}

cyrus_configure() {
    local bin=$cyrus_root/usr/lib/cyrus/bin options="-C $cyrus/imapd.conf"
    cat >"$cyrus/imapd.conf" <<CONF
servername: localhost
configdirectory: $cyrus/config
defaultpartition: default
partition-default: $cyrus/spool
cyrus_user: $cyrus_user
cyrus_group: $cyrus_group
virtdomains: off
autocreate_quota: 0
failedloginpause: 0
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: $cyrus/sasldb
sasl_mech_list: PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256 SCRAM-SHA-1-PLUS SCRAM-SHA-256-PLUS EXTERNAL
allowplaintext: 0
tls_server_cert: $cyrus/server.pem
tls_server_key: $cyrus/server.pem
tls_client_ca_file: $pki/ca.pem
CONF
    sed '$a tls_versions: tls1_2' "$cyrus/imapd.conf" >"$cyrus/imapd12.conf"
    sed 's/^sasl_mech_list:.*/sasl_mech_list: PLAIN/' "$cyrus/imapd.conf" \
        >"$cyrus/imapdown.conf"
    {
        printf 'START {\n}\nSERVICES {\n'
        cyrus_service imap "$imap" "$bin/imapd $options"
        cyrus_service imaps "$imaps" "$bin/imapd -s $options"
        cyrus_service imaps12 "$imaps12" "$bin/imapd -s -C $cyrus/imapd12.conf"
        cyrus_service imapsown "$imapsown" \
            "$bin/imapd -s -C $cyrus/imapdown.conf"
        cyrus_service pop3sown "$pop3sown" \
            "$bin/pop3d -s -C $cyrus/imapdown.conf"
        cyrus_service pop3 "$pop3" "$bin/pop3d $options"
        cyrus_service pop3s "$pop3s" "$bin/pop3d -s $options"
        printf '}\nEVENTS {\n}\n'
    } >"$cyrus/cyrus.conf"
}

# Runs a program of it as root, with the libraries and mechanisms beside it.
cyrus_run() {
    local libs='' mechanisms
    if [ -n "$cyrus_root" ]; then
        libs=$(echo "$cyrus_root"/usr/lib/*-linux-gnu)
        mechanisms=$libs/sasl2
        "${as_root[@]}" env LD_LIBRARY_PATH="$libs" SASL_PATH="$mechanisms" "$@"
    else
        "${as_root[@]}" "$@"
    fi
}

cyrus_prepare() {
    find_server cyrus
    cyrus_root=$unpacked
    if [ "$(id -u)" != 0 ]; then
        as_root=(sudo -n)
        "${as_root[@]}" true 2>/dev/null ||
            skip_all "Cyrus starts as root only, and sudo asks for a password"
    fi
    getent passwd "$cyrus_user" >/dev/null &&
        getent group "$cyrus_group" >/dev/null ||
        skip_all "there is no user $cyrus_user for Cyrus"
    for port_name in imap imaps imaps12 pop3 pop3s imapsown pop3sown; do
        free_port $port_name
    done
    # Its folders belong to its user, who must be able to reach them and the
    # program.
    chmod 711 "$work"
    mkdir -p "$cyrus/config" "$cyrus/spool"
    if [ -n "$cyrus_root" ] && ! "${as_root[@]}" setpriv \
        --reuid="$cyrus_user" --clear-groups \
        test -x "$cyrus_root/usr/lib/cyrus/bin/imapd"; then
        cp -a "$cyrus_root" "$cyrus/root"
        cyrus_root=$cyrus/root
    fi
    cyrus_configure
    printf secret | cyrus_run "$cyrus_root/usr/sbin/saslpasswd2" -p -c \
        -u localhost -f "$cyrus/sasldb" ann >"$work/out" 2>&1
    on_exit=cyrus_remove
    "${as_root[@]}" chown -R "$cyrus_user:$cyrus_group" "$cyrus"
}

cyrus_start() {
    cyrus_stop
    "${as_root[@]}" install -o "$cyrus_user" -m 600 "$pki/$1.pem" \
        "$cyrus/server.pem"
    (cyrus_run "$cyrus_root/usr/lib/cyrus/bin/master" -D \
        -C "$cyrus/imapd.conf" -M "$cyrus/cyrus.conf" -p "$cyrus/pid") \
        >"$work/cyrus.out" 2>&1 </dev/null &
    cyrus_pid=$!
    if ! wait_for_port "$imaps" "$work/cyrus.out" "$cyrus_pid" ||
        ! wait_for_port "$pop3s" "$work/cyrus.out" "$cyrus_pid"; then
        ok 1 "Cyrus starts with the certificate $1"
        finish
    fi
}

# The pid of master itself is in its pid file; that of sudo is not the same.
cyrus_stop() {
    local pid
    [ -n "$cyrus_pid" ] || return 0
    pid=$("${as_root[@]}" cat "$cyrus/pid" 2>/dev/null | tr -d ' \n')
    [ -z "$pid" ] || "${as_root[@]}" kill "$pid"
    wait "$cyrus_pid" 2>/dev/null
    cyrus_pid=
}

cyrus_remove() {
    cyrus_stop
    "${as_root[@]}" rm -rf "$cyrus"
}
