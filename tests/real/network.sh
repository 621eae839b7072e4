# shellcheck shell=bash
# network.sh: to be sourced before all else. The script goes on in a network of its
# own, in which there is only a loopback and every port is free: 443 for a
# real web server, 993 and 465 for mail, and 44.128.0.1, which counts as a public
# address. Nothing outside can be reached from there, nor reach it.
#
# By root (also through sudo, without a question), or by anybody where the kernel
# lets people make a user namespace; then $alone is set, and there is no Postfix.
# Where neither is possible, $no_network says why.
alone='' no_network=''

# Runs in the new network: lo, the address, the ports.
network_begin='ip link set lo up && ip addr add 44.128.0.1/32 dev lo &&
    echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start'

network_enter() {
    local shell=(bash "$0" "$@")
    command -v ip >/dev/null || no_network="there is no ip command (iproute2)"
    [ -z "$no_network" ] || return
    if [ "$(id -u)" = 0 ] && unshare -n true 2>/dev/null; then
        NETWORK=root exec unshare -n sh -c "$network_begin && exec \"\$@\"" \
            sh "${shell[@]}"
    elif sudo -n unshare -n true 2>/dev/null; then
        exec sudo -n unshare -n sh -c "$network_begin && exec \"\$@\"" sh \
            setpriv --reuid="$(id -u)" --regid="$(id -g)" --init-groups \
            env NETWORK=root BUILD="${BUILD:-build}" PATH="$PATH" "${shell[@]}"
    elif unshare -rn true 2>/dev/null; then
        NETWORK=alone exec unshare -rn sh -c "$network_begin && exec \"\$@\"" \
            sh unshare --map-user="$(id -u)" --map-group="$(id -g)" \
            "${shell[@]}"
    fi
    no_network="the kernel lets nobody but root make a network of one's own"
}

case ${NETWORK:-} in
'') network_enter "$@" ;;
alone) alone=1 ;;
esac
