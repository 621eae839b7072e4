# shellcheck shell=bash
# knot.sh: a real name server on 127.0.0.1, for scripts that sourced ../lib.sh and
# lib.sh. It knows what is in $knot/zone, below the root, and nothing else.
#
#   knot_prepare          ends the script as skipped when there is no Knot
#   knot_start            reads $knot/zone, to which the script has appended
#
# Port: $dns. Log: $knot/log.
knot=$work/knot knot_pid='' dns=''

knot_prepare() {
    find_server knot
    knot_root=$unpacked
    free_port dns
    mkdir -p "$knot/run" "$knot/storage"
    cat >"$knot/conf" <<CONF
server:
    rundir: "$knot/run"
    listen: 127.0.0.1@$dns
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: "$knot/storage"
log:
  - target: stdout
    any: info
zone:
  - domain: "."
    storage: "$knot"
    file: zone
    journal-content: none
    zonefile-sync: -1
CONF
    cat >"$knot/zone" <<'ZONE'
$TTL 60
. SOA ns.test. nobody.test. 1 60 60 600 60
. NS ns.test.
ns.test. A 127.0.0.1
ZONE
}

run_knot() {
    local libs=$knot_root/usr/lib
    [ -z "$knot_root" ] ||
        export LD_LIBRARY_PATH=$(echo "$libs"/*-linux-gnu)
    exec "$knot_root/usr/sbin/knotd" -c "$knot/conf"
}

knot_start() {
    (run_knot) >"$knot/log" 2>&1 </dev/null &
    knot_pid=$!
    pids+=("$knot_pid")
    # It answers before it has read its zone.
    if ! wait_for_port "$dns" "$knot/log" "$knot_pid" ||
        ! wait_for_line "$knot/log" "loaded, serial"; then
        sed 's/^/# /' "$knot/log"
        ok 1 "Knot starts"
        finish
    fi
}
