# shellcheck shell=bash
# dovecot.sh: a real Dovecot on free loopback ports, for scripts that sourced
# ../lib.sh and lib.sh. Installed or unpacked; as root or not.
#
#   dovecot_prepare       ports and configuration; ends the script as skipped
#                         when there is no Dovecot
#   dovecot_start KIND    with the certificate $pki/KIND.pem; again: restarts
#   dovecot_stop
#
# Ports: $imap $imaps $pop3 $pop3s. User ann, password secret, an empty INBOX.
# Log: $dovecot/log. SASL for Postfix: the socket $dovecot/sasl.
dovecot=$work/dovecot dovecot_pid=
imap='' imaps='' pop3='' pop3s=''

# Who the processes run as. Dovecot's refuse to be root; then they are nobody,
# who must be able to reach the program.
dovecot_users() {
    dovecot_user=$(id -un) dovecot_group=$(id -gn)
    [ "$(id -u)" = 0 ] || return 0
    dovecot_user=nobody dovecot_group=$(id -gn nobody)
    chmod 711 "$work"
    if [ -n "$dovecot_root" ] &&
        ! setpriv --reuid=nobody --clear-groups \
            test -x "$dovecot_root/usr/lib/dovecot/auth"; then
        cp -a "$dovecot_root" "$dovecot/root"
        cp "$paths" "$dovecot/paths.so"
        dovecot_root=$dovecot/root paths=$dovecot/paths.so
    fi
    chown nobody "$dovecot/mail"
}

dovecot_configure() {
    local listen=127.0.0.1
    grep -qs '^0*1 ' /proc/net/if_inet6 && listen="127.0.0.1, ::1"
    echo "ann:{PLAIN}secret::::::" >"$dovecot/users"
    cat >"$dovecot/dovecot.conf" <<CONF
protocols = imap pop3
listen = $listen
base_dir = $dovecot/run
state_dir = $dovecot/state
libexec_dir = $dovecot_root/usr/lib/dovecot
mail_plugin_dir = $dovecot_root/usr/lib/dovecot/modules
import_environment = TZ LD_LIBRARY_PATH LD_PRELOAD SERVERS_ROOT
log_path = $dovecot/log
auth_verbose = yes
default_internal_user = $dovecot_user
default_internal_group = $dovecot_group
default_login_user = $dovecot_user
first_valid_uid = 1
first_valid_gid = 1
ssl = yes
ssl_cert = <$dovecot/server.pem
ssl_key = <$dovecot/server.pem
ssl_min_protocol = TLSv1.2
disable_plaintext_auth = yes
auth_mechanisms = plain login
auth_failure_delay = 0
mail_location = maildir:$dovecot/mail
passdb {
  driver = passwd-file
  args = $dovecot/users
}
userdb {
  driver = static
  args = uid=$dovecot_user gid=$dovecot_group home=$dovecot/mail
}
service anvil {
  chroot =
}
service stats {
  chroot =
}
service imap-login {
  chroot =
  inet_listener imap {
    port = $imap
  }
  inet_listener imaps {
    port = $imaps
    ssl = yes
  }
}
service pop3-login {
  chroot =
  inet_listener pop3 {
    port = $pop3
  }
  inet_listener pop3s {
    port = $pop3s
    ssl = yes
  }
}
service auth {
  unix_listener $dovecot/sasl {
    mode = 0666
  }
}
service auth-worker {
  user = $dovecot_user
}
CONF
}

dovecot_prepare() {
    find_server dovecot
    dovecot_root=$unpacked paths=$PWD/build/servers/paths.so
    mkdir -p "$dovecot/run" "$dovecot/state" "$dovecot/mail"
    chmod 755 "$dovecot" "$dovecot/run"
    free_port imap
    free_port imaps
    free_port pop3
    free_port pop3s
    dovecot_users
    dovecot_configure
}

run_dovecot() {
    local libs=$dovecot_root/usr/lib
    if [ -n "$dovecot_root" ]; then
        export SERVERS_ROOT=$dovecot_root LD_PRELOAD=$paths
        export LD_LIBRARY_PATH=$libs/dovecot:$libs/dovecot/modules/old-stats
        LD_LIBRARY_PATH+=:$(echo "$libs"/*-linux-gnu)
    fi
    exec "$dovecot_root/usr/sbin/dovecot" -F -c "$dovecot/dovecot.conf"
}

dovecot_start() {
    dovecot_stop
    # The key is for the master alone, which runs as the one who starts it.
    install -m 600 "$pki/$1.pem" "$dovecot/server.pem"
    : >"$dovecot/log"
    chmod 666 "$dovecot/log"
    (run_dovecot) >"$dovecot/out" 2>&1 </dev/null &
    dovecot_pid=$!
    pids+=("$dovecot_pid")
    if ! wait_for_port "$imaps" "$dovecot/log" "$dovecot_pid" ||
        ! wait_for_port "$pop3s" "$dovecot/log" "$dovecot_pid"; then
        sed 's/^/# /' "$dovecot/out"
        ok 1 "Dovecot starts with the certificate $1"
        finish
    fi
}

dovecot_stop() {
    [ -n "$dovecot_pid" ] || return 0
    kill "$dovecot_pid"
    wait "$dovecot_pid" 2>/dev/null
    dovecot_pid=
}
