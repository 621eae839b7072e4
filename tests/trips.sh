# shellcheck shell=bash
# trips.sh: how many round trips a test waits for, counted by a proxy that lets
# one side speak at a time (bench/proxy.c); for scripts that sourced lib.sh.
#
#   start_proxy NAME=HOST:PORT...
#   trips URL NAME WANTED    URL with the proxy's port in place of PORT

start_proxy() {
    local tries=0
    "$BUILD/bench/proxy" --turns 40 --log "$work/trips" "$@" \
        >"$work/proxy" 2>&1 </dev/null &
    pids+=($!)
    until grep -q '^ready' "$work/proxy"; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || { cat "$work/proxy"; ok 1 "the proxy starts"; finish; }
        sleep 0.05
    done
}
proxy_port() { awk -v name="$1" '$2 == name { print $3 }' "$work/proxy"; }

# The last count of NAME. The proxy writes it when the server has ended, too.
counted() {
    local tries=0
    until grep -q "^$1 " "$work/trips" || [ $tries -ge 100 ]; do
        tries=$((tries + 1))
        sleep 0.05
    done
    awk -v name="$1" '$1 == name { n = $2 } END { print n }' "$work/trips"
}

# On a busy machine a side may think longer than the proxy waits, which counts
# too many round trips, never too few: so the best of three tries counts.
trips() { # URL NAME WANTED [ARGUMENT...]
    local url=${1/PORT/$(proxy_port "$2")} name=$2 wanted=$3 tries=0 n status=0
    local best=99
    shift 3
    while [ $tries -lt 3 ] && [ $best -gt "$wanted" ]; do
        tries=$((tries + 1))
        : >"$work/trips"
        postseal --ca "$pki/ca.pem" --allow-commands test "$url" --user ann \
            --password-command 'printf secret' "$@" >"$work/text" 2>&1
        status=$?
        n=$(counted "$name")
        [ "${n:-99}" -ge "$best" ] || best=$n
    done
    is "$status" 0 "$name: all well" || sed 's/^/# /' "$work/text"
    is "$best" "$wanted" "$name: $wanted round trips"
}
