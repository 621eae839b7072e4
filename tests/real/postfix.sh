# shellcheck shell=bash
# postfix.sh: a real Postfix for submission on free loopback ports, for scripts
# that sourced ../lib.sh, lib.sh and dovecot.sh. Logins are checked by that
# Dovecot through its SASL socket. It needs root: through sudo, without a
# question; else the script ends as skipped.
#
#   postfix_prepare       after dovecot_start
#   postfix_start KIND    with the certificate $pki/KIND.pem; again: restarts
#   postfix_stop
#
# Ports: $submission (STARTTLS), $smtps. Log: postfix_log prints it.
postfix=$work/postfix postfix_pid= as_root=()
submission='' smtps=''

# Processes of Postfix run as a user that nobody else is and a group of its
# own. The accounts that Debian has for it are there only where it is installed;
# these two are in every Debian, and unused.
postfix_owner=news postfix_group=irc

postfix_configure() {
    local bin=$postfix_root/usr/lib/postfix/sbin libs=
    [ -z "$postfix_root" ] ||
        libs=$postfix_root/usr/lib/postfix:$(echo "$postfix_root"/usr/lib/*-linux-gnu)
    cat >"$postfix/main.cf" <<CONF
compatibility_level = 3.6
myhostname = mail.example.org
mydestination =
inet_interfaces = loopback-only
inet_protocols = all
mail_owner = $postfix_owner
setgid_group = $postfix_group
queue_directory = $postfix/queue
data_directory = $postfix/data
daemon_directory = $bin
command_directory = $postfix_root/usr/sbin
shlib_directory = $postfix_root/usr/lib/postfix
meta_directory = $postfix
config_directory = $postfix
import_environment = MAIL_CONFIG MAIL_DEBUG MAIL_LOGTAG TZ LANG=C LD_LIBRARY_PATH=$libs
maillog_file = $postfix/log
maillog_file_prefixes = /
default_database_type = texthash
alias_maps =
local_recipient_maps =
smtpd_peername_lookup = no
smtpd_tls_cert_file = $postfix/server.pem
smtpd_tls_key_file = $postfix/server.pem
smtpd_tls_security_level = may
smtpd_tls_auth_only = yes
smtpd_tls_loglevel = 1
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = $dovecot/sasl
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_sender_restrictions = check_sender_access inline:{bad@example.org=REJECT}
smtpd_delay_reject = no
CONF
    cat >"$postfix/master.cf" <<CONF
127.0.0.1:$submission inet n - n - - smtpd
127.0.0.1:$smtps inet n - n - - smtpd -o smtpd_tls_wrappermode=yes
anvil unix - - n - 1 anvil
rewrite unix - - n - - trivial-rewrite
tlsmgr unix - - n 1000? 1 tlsmgr
postlog unix-dgram n - n - 1 postlogd
CONF
}

postfix_folders() {
    local root=("${as_root[@]}")
    mkdir -p "$postfix/queue/pid" "$postfix/data"
    "${root[@]}" install -d -o "$postfix_owner" -m 700 "$postfix/data" \
        "$postfix/queue/private" "$postfix/queue/active" \
        "$postfix/queue/incoming"
    "${root[@]}" install -d -o "$postfix_owner" -g "$postfix_group" -m 710 \
        "$postfix/queue/public"
    "${root[@]}" chown -R root: "$postfix/queue/pid" "$postfix/main.cf" \
        "$postfix/master.cf"
    "${root[@]}" chown root: "$postfix" "$postfix/queue"
    chmod 711 "$work"
    on_exit=postfix_remove
}

postfix_prepare() {
    find_server postfix
    postfix_root=$unpacked
    if [ "$(id -u)" != 0 ]; then
        as_root=(sudo -n)
        "${as_root[@]}" true 2>/dev/null ||
            skip_all "Postfix starts as root only, and sudo asks for a password"
    fi
    getent passwd "$postfix_owner" >/dev/null &&
        getent group "$postfix_group" >/dev/null ||
        skip_all "there is no user $postfix_owner for Postfix"
    free_port submission
    free_port smtps
    mkdir -p "$postfix"
    postfix_configure
    postfix_folders
}

# master gives its libraries to its children by import_environment.
run_master() {
    local libs
    libs=$(sed -n 's/^import_environment.*LD_LIBRARY_PATH=//p' "$postfix/main.cf")
    exec "${as_root[@]}" env LD_LIBRARY_PATH="$libs" MAIL_CONFIG="$postfix" \
        "$postfix_root/usr/lib/postfix/sbin/master" -c "$postfix" -d
}

postfix_start() {
    postfix_stop
    "${as_root[@]}" install -m 600 "$pki/$1.pem" "$postfix/server.pem"
    "${as_root[@]}" rm -f "$postfix/log"
    (run_master) >"$work/postfix.out" 2>&1 </dev/null &
    postfix_pid=$!
    if ! wait_for_port "$smtps" "$work/postfix.out" "$postfix_pid" ||
        ! wait_for_port "$submission" "$work/postfix.out" "$postfix_pid"; then
        postfix_log | sed 's/^/# /'
        ok 1 "Postfix starts with the certificate $1"
        finish
    fi
}

postfix_log() { "${as_root[@]}" cat "$postfix/log"; }

# master's own pid is in its pid file; that of sudo is not the same.
postfix_stop() {
    local pid
    [ -n "$postfix_pid" ] || return 0
    pid=$("${as_root[@]}" cat "$postfix/queue/pid/master.pid" | tr -d ' ')
    [ -z "$pid" ] || "${as_root[@]}" kill "$pid"
    wait "$postfix_pid" 2>/dev/null
    postfix_pid=
}

postfix_remove() {
    postfix_stop
    "${as_root[@]}" rm -rf "$postfix"
}
