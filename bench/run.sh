#!/bin/bash
# run.sh: postseal and its peers side by side, in one run on this machine:
# round trips, tests a second, CPU, start, screens, large files. Peers that are
# not there, or do not end within LIMIT=20 seconds, are left out, and that is
# said. RUNS=9 is how often each runs. It takes some seven minutes.
#
# Real servers (Dovecot, Postfix) on loopback, with the project's own proxy in
# between where a long way is wanted.
. "$(dirname "$0")/../tests/lib.sh"
. tests/real/lib.sh
. tests/real/dovecot.sh
. tests/real/postfix.sh
. bench/lib.sh
rtt=50
# As on most systems: authorities by hash folder, for all programs alike.
unset SSL_CERT_FILE SSL_CERT_DIR CURL_CA_BUNDLE
export PATH=$PATH:/usr/sbin

# -- what is there ------------------------------------------------------------

# peer NAME: a program that is installed or below build/programs.
declare -A peer_root=()
peer() {
    local root
    if [ -e "build/programs/$1" ]; then
        root=$(cat "build/programs/$1")
        peer_root[$1]=$root
        [ -z "$root" ] || return 0
    fi
    command -v "$1" >/dev/null && return 0
    echo "$1 is not installed and was not fetched; left out."
    return 1
}
# with NAME COMMAND...: with its libraries.
with() {
    local root=${peer_root[$1]:-}
    shift
    if [ -n "$root" ]; then
        PATH=$root/usr/bin:$PATH \
            LD_LIBRARY_PATH=$(echo "$root"/usr/lib/*-linux-gnu) "$@"
    else
        "$@"
    fi
}

version() { with "$1" "${@:2}" 2>&1 | head -n 1 | cut -c1-70; }
tell_machine() {
    echo "# $(date -u +%F), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo |
        head -n 1), $(getconf _NPROCESSORS_ONLN) processors, Linux $(uname -r)"
    echo "# $("$POSTSEAL" --version), OpenSSL: $(version openssl openssl version)"
    echo "# $(version curl curl --version)"
    [ -z "${has[fetchmail]:-}" ] || echo "# $(version fetchmail fetchmail -V)"
    [ -z "${has[msmtp]:-}" ] || echo "# $(version msmtp msmtp --version)"
    [ -z "${has[mbsync]:-}" ] || echo "# $(version mbsync mbsync --version)"
    [ -z "${has[git]:-}" ] || echo "# $(version git git --version)"
}
declare -A has=()
for name in curl openssl fetchmail msmtp mbsync git mutt neomutt aerc; do
    peer $name && has[$name]=1
done

# -- servers ------------------------------------------------------------------

serve() {
    make_certificates
    dovecot_prepare
    cat >>"$dovecot/dovecot.conf" <<CONF
mail_max_userip_connections = 0
default_process_limit = 2000
default_client_limit = 4000
service imap-login {
  service_count = 0
  process_min_avail = 2
}
service pop3-login {
  service_count = 0
  process_min_avail = 2
}
service imap {
  service_count = 0
  process_min_avail = 2
}
service anvil {
  client_limit = 8000
}
service auth {
  client_limit = 9000
}
CONF
    dovecot_start good
    has_postfix=
    if [ -e build/servers/postfix ] && [ "$(id -u)" = 0 ]; then
        postfix_prepare
        postfix_start good
        has_postfix=1
    else
        echo "Postfix is left out: it is not there, or this is not root."
    fi
}
start_far() {
    local tries=0 to=("imaps=127.0.0.1:$imaps" "imap=127.0.0.1:$imap"
        "pop3s=127.0.0.1:$pop3s" "pop3=127.0.0.1:$pop3")
    [ -z "$has_postfix" ] ||
        to+=("smtps=127.0.0.1:$smtps" "smtp=127.0.0.1:$submission")
    "$BUILD/bench/proxy" --delay $((rtt / 2)) --log "$work/far.log" "${to[@]}" >"$work/far" \
        </dev/null 2>&1 &
    pids+=($!)
    until grep -q ^ready "$work/far" || [ $tries -gt 100 ]; do
        tries=$((tries + 1))
        sleep 0.05
    done
}
far() { awk -v name="$1" '$2 == name { print $3 }' "$work/far"; }

test_() { # TARGET...
    postseal --ca "$pki/ca.pem" --allow-commands test --user ann \
        --password-command 'printf secret' "$@"
}
curl_() { # URL [ARGUMENT...]
    with curl curl -sS --cacert "$pki/ca.pem" -u ann:secret "$@"
}
fetchmail_() { # PROTOCOL PORT [OPTION]
    printf 'poll localhost with proto %s service %s user ann password secret %s sslcertck sslcertfile %s\n' \
        "$1" "$2" "$3" "$pki/ca.pem" >"$work/fetchmailrc"
    chmod 600 "$work/fetchmailrc"
    with fetchmail fetchmail -f "$work/fetchmailrc" --pidfile "$work/fm.pid" \
        --check
    [ $? -le 1 ] # 1: no mail
}
msmtp_() { # PORT [OPTION]
    with msmtp msmtp --serverinfo --host=127.0.0.1 --port="$1" --tls=on \
        --tls-trust-file="$pki/ca.pem" "${@:2}"
}
mbsync_() { # PORT TYPE
    cat >"$work/mbsyncrc" <<CONF
IMAPStore far
Host localhost
Port $1
User ann
Pass secret
SSLType $2
CertificateFile $pki/ca.pem

MaildirStore near
Path $work/near/
Inbox $work/near/inbox
SubFolders Verbatim

Channel both
Far :far:
Near :near:
CONF
    mkdir -p "$work/near"
    with mbsync mbsync -c "$work/mbsyncrc" -l both
}

# -- the rows -----------------------------------------------------------------

# The way is the only thing that differs from a test on loopback.
trips_row() { # NAME URL-SCHEME PORT FETCHMAIL-PROTOCOL FETCHMAIL-OPTION
    local url=$2://localhost:$3
    row postseal test_ "$url"
    case $1 in
    smtp*) [ -z "${has[curl]:-}" ] || row curl curl_ "$url" --ssl-reqd -X NOOP ;;
    pop3*) [ -z "${has[curl]:-}" ] || row curl curl_ "$url" --ssl-reqd -X STAT -I ;;
    *) [ -z "${has[curl]:-}" ] ||
        row curl curl_ "$url" --ssl-reqd -X 'EXAMINE INBOX' ;;
    esac
    [ -z "${has[fetchmail]:-}" ] || [ -z "$4" ] ||
        row fetchmail fetchmail_ "$4" "$3" "$5"
    case $1 in
    smtps) [ -z "${has[msmtp]:-}" ] ||
        row 'msmtp --serverinfo (no login)' msmtp_ "$3" --tls-starttls=off ;;
    smtp) [ -z "${has[msmtp]:-}" ] ||
        row 'msmtp --serverinfo (no login)' msmtp_ "$3" ;;
    imaps) [ -z "${has[mbsync]:-}" ] ||
        row 'mbsync -l' mbsync_ "$3" IMAPS ;;
    imap) [ -z "${has[mbsync]:-}" ] ||
        row 'mbsync -l' mbsync_ "$3" STARTTLS ;;
    esac
    count_trips "$1"
    measure "$1 at $rtt ms" "round trips" $((rtt * 1000))
}
# What the proxy counts (see bench/proxy.c) stands with the title.
count_trips() { # NAME
    local i n
    for i in "${!titles[@]}"; do
        : >"$work/far.log"
        run_once "${commands[i]}" >/dev/null || continue
        # Some servers take their time to hang up, and only then it is written.
        for _ in {1..40}; do
            grep -q "^$1 " "$work/far.log" && break
            sleep 0.1
        done
        n=$(awk -v name="$1" '$1 == name { n = $2 } END { print n }' "$work/far.log")
        titles[i]+=", ${n:-none} counted"
    done
}
trips() {
    printf '\n## Round trips: the whole time at %s ms, and as counted by the proxy\n' $rtt
    trips_row imaps imaps "$(far imaps)" imap ssl
    trips_row imap imap "$(far imap)" imap 'sslproto TLS1+'
    trips_row pop3s pop3s "$(far pop3s)" pop3 ssl
    trips_row pop3 pop3 "$(far pop3)" pop3 'sslproto TLS1+'
    [ -n "$has_postfix" ] || return
    trips_row smtps smtps "$(far smtps)" '' ''
    trips_row smtp smtp "$(far smtp)" '' ''
}

many=500
urls() { # PORT
    for ((i = 0; i < many; i++)); do
        echo "imaps://127.0.0.1:$1"
    done
}
many_tests() { # PORT [ARGUMENT...]
    # shellcheck disable=SC2046
    test_ $(urls "$1") "${@:2}"
}
many_curl() { # PORT
    urls "$1" | with curl xargs -P 8 -n 1 curl -sS -o /dev/null \
        --cacert "$pki/ca.pem" -u ann:secret -X 'EXAMINE INBOX'
}
# Tables of user and system time, children included: the median of five.
cpu_row() { # TITLE COUNT COMMAND...: ms for each of COUNT
    local TIMEFORMAT='%U %S' cpu
    cpu=$(for _ in 1 2 3 4 5; do
        { time "${@:3}" >"$work/out" 2>"$work/err"; } 2>&1 |
            awk '{ printf "%.2f\n", ($1 + $2) * 1000 }'
    done | median)
    cpu=$(awk "BEGIN { printf \"%.3f\", $cpu / $2 }")
    : "${first_cpu:=$cpu}"
    note_behind "$cpu_table" "$1" "$cpu" "$first_cpu"
    awk -v t="$1" -v c="$cpu" -v f="$first_cpu" \
        'BEGIN { printf "| %s | %.2f | %.2f |\n", t, c, c / f }'
}
cpu() {
    local first_cpu='' cpu_table="CPU for a test of $many"
    printf '\n| %s | ms | times as much |\n|---|---|---|\n' "$cpu_table"
    cpu_row postseal $many many_tests "$imaps"
    cpu_row 'a loop of bare libssl (bench/least.c)' $many \
        "$BUILD/bench/least" "$imaps" $many "$pki/ca.pem"
    first_cpu='' cpu_table="CPU for one test alone"
    printf '\n| %s | ms | times as much |\n|---|---|---|\n' "$cpu_table"
    cpu_row postseal 1 test_ "imaps://127.0.0.1:$imaps"
    [ -z "${has[curl]:-}" ] ||
        cpu_row curl 1 curl_ "imaps://127.0.0.1:$imaps" -X 'EXAMINE INBOX'
    cpu_row 'bare libssl (bench/least.c)' 1 \
        "$BUILD/bench/least" "$imaps" 1 "$pki/ca.pem"
    SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt cpu_row \
        'postseal, the authorities in one file (SSL_CERT_FILE)' 1 \
        test_ "imaps://127.0.0.1:$imaps"
}
crowd() {
    local RUNS=3 LIMIT=120
    printf '\n## %s endpoints\n' $many
    row postseal many_tests "$imaps"
    [ -z "${has[curl]:-}" ] || row 'xargs -P 8 curl' many_curl "$imaps"
    measure "$many IMAPS tests on loopback, server included" s 1000000
    row postseal many_tests "$(far imaps)" --jobs $many
    row 'postseal, as many at once as it does by itself' \
        many_tests "$(far imaps)"
    measure "$many IMAPS tests at $rtt ms" s 1000000
    cpu
}

accounts() { # COUNT
    printf '[defaults]\nsmtp = relay\n\n[smtp relay]\nhost = smtp.example.org\nport = 587\nsecurity = starttls\nuser = ann\n'
    awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "\n# account number %d\n[account a%d]\nlabel = Account %d\nname = Ann Example\nemail = ann%d@example.org\ntype = imap\nhost = imap%d.example.org\nport = 993\nsecurity = tls\nuser = ann%d\npassword-command = pass show mail/a%d\nauth = auto\nsmtp = relay\ncheck-interval = 10\nsent-folder = Sent\ntrash-folder = Trash\ndrafts-folder = Drafts\n", i, i, i, i, i, i, i }'
}
small_file() { # COUNT: postseal's and msmtp's
    mkdir -p -m 700 "$work/n$1"
    accounts "$1" >"$work/n$1/accounts.ini"
    awk -v n="$1" 'BEGIN { for (i = 0; i < n; i++) printf "account a%d\nhost smtp%d.example.org\nport 587\nfrom a@example.org\nuser ann%d\n", i, i, i }' \
        >"$work/n$1/msmtprc"
    sed 's/^\[\(account\|smtp\) \(.*\)\]$/[\1 "\2"]/' \
        "$work/n$1/accounts.ini" >"$work/n$1/gitconfig"
    chmod 600 "$work/n$1/accounts.ini" "$work/n$1/msmtprc"
}
starts() {
    printf '\n## Start of a command\n'
    local RUNS=40 LIMIT=0 # nothing here can hang
    small_file 20
    row 'postseal list, 20 accounts' "$POSTSEAL" -c "$work/n20/accounts.ini" list
    [ -z "${has[msmtp]:-}" ] ||
        row 'msmtp -P, 20 accounts' with msmtp msmtp -C "$work/n20/msmtprc" -a a1 -P
    [ -z "${has[openssl]:-}" ] || row 'openssl version' openssl version
    [ -z "${has[git]:-}" ] ||
        row 'git config --list' git config -f "$work/n20/gitconfig" --list
    measure "start" ms
}

large() { # COUNT
    printf '\n## accounts.ini with %s accounts\n' "$1"
    local RUNS=5
    small_file "$1"
    local ini=$work/n$1/accounts.ini
    row 'postseal list' "$POSTSEAL" -c "$ini" list
    row 'postseal get' "$POSTSEAL" -c "$ini" get "account a7" host
    row 'postseal set' "$POSTSEAL" -c "$ini" set "account a7" sent-folder Gone
    row 'postseal set back' "$POSTSEAL" -c "$ini" set "account a7" sent-folder Sent
    if [ -n "${has[git]:-}" ]; then
        row 'git config --list' git config -f "$work/n$1/gitconfig" --list
        row 'git config, one change' \
            git config -f "$work/n$1/gitconfig" account.a7.sent-folder Gone
    fi
    measure "$1 accounts" ms
}

screens() {
    local size name
    small_file 20
    small_file 10000
    printf 'From a Wed Nov 25 12:00:00 2026\nSubject: x\n\nx\n\n%.0s' 1 2 3 4 5 6 >"$work/mbox"
    # Else both ask first whether to make a folder for mail.
    printf 'set folder=%s\nset record=\nset postponed=\n' "$work" >"$work/muttrc"
    printf '\n## Screens: bytes and ms to the first one, bytes for a cursor key\n'
    printf '\n| program | size | bytes | ms | a key | idle | RSS in MB |\n|---|---|---|---|---|---|---|\n'
    for size in 80x24 200x60; do
        screen_row "postseal, 20 accounts" $size "$POSTSEAL" -c "$work/n20/accounts.ini"
        screen_row "postseal, 10000 accounts" $size "$POSTSEAL" -c "$work/n10000/accounts.ini"
        for name in mutt neomutt; do
            [ -z "${has[$name]:-}" ] ||
                screen_row $name $size with $name $name -n -F "$work/muttrc" -f "$work/mbox"
        done
    done
}
screen_row() { # TITLE SIZE COMMAND...
    local title=$1 size=$2
    shift 2
    for _ in 1 2 3; do
        typist "$size" idle down down down idle -- "$@"
    done >"$work/typed"
    awk -v t="$title" -v s="$size" '
        $1 == "start" { b[++n] = $2; m[n] = $3 }
        $1 == "down" { k = $2 > k ? $2 : k }
        $1 == "idle" { i = $2 }
        $1 == "end" { r = $3 }
        END { asort_(m, n); printf "| %s | %s | %d | %.1f | %d | %d | %.1f |\n", t, s, b[n], m[int((n + 1) / 2)], k, i, r / 1024 }
        function asort_(a, n,   i, j, x) { for (i = 2; i <= n; i++) { x = a[i]; for (j = i - 1; j > 0 && a[j] > x; j--) a[j + 1] = a[j]; a[j + 1] = x } }
    ' "$work/typed"
}
typist() { # SIZE KEY... -- COMMAND...; a peer's libraries are for it alone
    local -a keys=() command=()
    while [ "$1" != -- ]; do keys+=("$1"); shift; done
    shift
    if [ "$1" = with ]; then
        local root=${peer_root[$2]:-}
        shift 2
        [ -z "$root" ] || command=(env "PATH=$root/usr/bin:$PATH"
            "LD_LIBRARY_PATH=$(echo "$root"/usr/lib/*-linux-gnu)")
    fi
    TERM=xterm-256color "$BUILD/bench/typist" "${keys[@]}" -- "${command[@]}" "$@"
}

tell_machine
serve
start_far
: >"$work/running"
watch_runs &
pids+=($!)
for part in ${PARTS:-trips crowd starts large_1000 large_10000 screens}; do
    case $part in
    large_*) large "${part#large_}" ;;
    *) $part ;;
    esac
done
tell_behind
