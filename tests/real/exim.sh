# shellcheck shell=bash
# exim.sh: a real Exim (with GnuTLS) for submission on free loopback ports, for
# scripts that sourced ../lib.sh and lib.sh. It checks logins itself. It needs
# root: through sudo, without a question; else the script ends as skipped.
#
#   exim_prepare          ports and configuration
#   exim_start KIND       with the certificate $pki/KIND.pem; again: restarts
#   exim_stop
#
# Ports: $submission (STARTTLS), $smtps. User ann, password secret; the user
# "later" is one whom it cannot check now.
exim=$work/exim exim_pid= as_root=()
submission='' smtps=''

# An installed one runs as its own user; for one that was unpacked these stand
# in, which every Debian has and nobody uses.
exim_user=news exim_group=irc

exim_configure() {
    local ann='{eq{$auth1}{ann}}{eq{$auth2}{secret}}'
    cat >"$exim/exim.conf" <<CONF
primary_hostname = mail.example.org
local_interfaces = 127.0.0.1
daemon_smtp_ports = $submission : $smtps
tls_on_connect_ports = $smtps
tls_advertise_hosts = *
tls_certificate = $exim/server.pem
tls_privatekey = $exim/server.pem
tls_verify_certificates = $exim/ca.pem
tls_try_verify_hosts = *
auth_advertise_hosts = *
spool_directory = $exim/spool
log_file_path = $exim/log/%slog
pid_file_path = $exim/pid
keep_environment =
host_lookup =
smtp_enforce_sync = true
acl_smtp_mail = check_sender

begin acl
check_sender:
  deny sender_domains = example.net
       message = sender is not yours
  accept authenticated = *
  deny

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_advertise_condition = \${if def:tls_in_cipher}
  server_condition = \${if eq{\$auth2}{later}\\
    {\${lookup{x}lsearch{$exim/none}}}{\${if and{{eq{\$auth2}{ann}}{eq{\$auth3}{secret}}}}}}
login:
  driver = plaintext
  public_name = LOGIN
  server_prompts = Username:: : Password::
  server_advertise_condition = \${if def:tls_in_cipher}
  server_condition = \${if and{$ann}}
cram:
  driver = cram_md5
  public_name = CRAM-MD5
  server_secret = \${if eq{\$auth1}{ann}{secret}fail}
external:
  driver = external
  public_name = EXTERNAL
  server_advertise_condition = \${if eq{\$tls_in_certificate_verified}{1}}
  server_param2 = \${certextract{subject,CN}{\$tls_in_peercert}}
  server_condition = \${if eq{\$auth1}{\$auth2}}
CONF
}

exim_prepare() {
    find_server exim
    exim_root=$unpacked
    if [ "$(id -u)" != 0 ]; then
        as_root=(sudo -n)
        "${as_root[@]}" true 2>/dev/null ||
            skip_all "Exim starts as root only, and sudo asks for a password"
    fi
    [ -n "$exim_root" ] || exim_user=Debian-exim exim_group=Debian-exim
    getent passwd "$exim_user" >/dev/null &&
        getent group "$exim_group" >/dev/null ||
        skip_all "there is no user $exim_user for Exim"
    free_port submission
    free_port smtps
    chmod 711 "$work"
    mkdir -p "$exim/spool" "$exim/log"
    cp "$pki/ca.pem" "$exim/ca.pem"
    exim_configure
    on_exit=exim_remove
    "${as_root[@]}" chown -R root: "$exim"
    "${as_root[@]}" chown "$exim_user:$exim_group" "$exim/spool" "$exim/log"
    "${as_root[@]}" chmod 755 "$exim"
}

exim_run() {
    if [ -n "$exim_root" ]; then
        exec "${as_root[@]}" env LD_PRELOAD="$PWD/build/servers/paths.so" \
            LD_LIBRARY_PATH="$(echo "$exim_root"/usr/lib/*-linux-gnu)" \
            SERVERS_USER="$exim_user" SERVERS_GROUP="$exim_group" \
            "$exim_root/usr/sbin/exim4" "$@"
    fi
    exec "${as_root[@]}" /usr/sbin/exim4 "$@"
}

exim_start() {
    exim_stop
    "${as_root[@]}" install -o "$exim_user" -m 600 "$pki/$1.pem" \
        "$exim/server.pem"
    (exim_run -bdf -C "$exim/exim.conf") >"$work/exim.out" 2>&1 </dev/null &
    exim_pid=$!
    if ! wait_for_port "$smtps" "$work/exim.out" "$exim_pid" ||
        ! wait_for_port "$submission" "$work/exim.out" "$exim_pid"; then
        ok 1 "Exim starts with the certificate $1"
        finish
    fi
}

exim_log() { "${as_root[@]}" cat "$exim/log/mainlog"; }

# Its own pid is in its pid file; that of sudo is not the same.
exim_stop() {
    local pid
    [ -n "$exim_pid" ] || return 0
    pid=$("${as_root[@]}" cat "$exim/pid" 2>/dev/null)
    [ -z "$pid" ] || "${as_root[@]}" kill "$pid"
    wait "$exim_pid" 2>/dev/null
    exim_pid=
}

exim_remove() {
    exim_stop
    "${as_root[@]}" rm -rf "$exim"
}
