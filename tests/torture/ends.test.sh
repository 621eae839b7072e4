#!/bin/bash
# The end of the screens, whatever ends them: signals, a closed terminal, a
# crash, Ctrl-C while they begin. Nothing is lost, no secret is left, the lock is
# free, the terminal is as it was. And a paste of 1 MB, which ends nothing.
. "$(dirname "$0")/../screen/lib.sh"
. "$(dirname "$0")/accounts.sh"

# -- a paste of 1 MB ---------------------------------------------------------

accounts
head -c 750000 /dev/urandom | base64 | head -c 1000000 >"$work/much"
start 80x24 --ca "$pki/ca.pem"
wait_for "[1 Accounts]"
tmux_ load-buffer "$work/much"
tmux_ paste-buffer -p -t s
shows "Pasted text was ignored" "1 MB outside a field is ignored"
keys 2 /
text "server name"
keys Enter Enter
tmux_ paste-buffer -p -t s
sleep 1
keys Escape
shows "[2 Server]" "1 MB in a field"
like "$(screen | grep 'Server name')" "localhost" "which Escape gives back"
shows_not "unsaved" "with nothing changed"
keys Escape
wait_for "[1 Accounts]" || wait_for "[1 Accounts]"
keys q
is "$(ended)" 0 "and it ends"
cmp -s "$work/much" "$config"
is $? 1 "the file is what it was"

# -- ends --------------------------------------------------------------------

marker=Kn0bl4uch$$
tmux_ new-session -d -s plain -x 80 -y 24 "stty -a >'$work/plain'; sleep 60"
for signal in HUP TERM closed SEGV ABRT BUS; do
    accounts
    rm -f "$work"/config/postseal/*.recovery "$work"/config/postseal/.*.recovery
    cp "$config" "$work/before.ini"
    start 80x24 --ca "$pki/ca.pem"
    wait_for "[1 Accounts]"
    keys 2 Down Down Enter
    keys C-u
    text 1143
    keys Enter /
    text "password"
    keys Enter n n Enter
    text "$marker"
    sleep 0.3
    pid=$(pgrep -f "^$POSTSEAL -c $config" | head -n 1)
    if [ $signal = closed ]; then
        tmux_ kill-session -t s
    else
        kill -$signal "$pid"
    fi
    tries=0
    while kill -0 "$pid" 2>/dev/null && [ $tries -lt 60 ]; do
        sleep 0.05
        tries=$((tries + 1))
    done
    ! kill -0 "$pid" 2>/dev/null
    ok $? "$signal: gone"
    cmp -s "$config" "$work/before.ini"
    ok $? "$signal: the settings are untouched"
    is "$(grep -rl "$marker" "$work" | head -n 3)" "" "$signal: the secret is in no file"
    timeout 5 "$POSTSEAL" -c "$config" set "account work" name "Ann" 2>/dev/null
    ok $? "$signal: the lock is free"
    case $signal in
    HUP | TERM | closed)
        draft=$(find "$work/config/postseal" -name '*.recovery')
        is "$(stat -c %a "$draft" 2>/dev/null)" 600 "$signal: the edits are kept, 0600"
        like "$(cat "$draft" 2>/dev/null)" 1143 "$signal: with the port" ;;
    esac
    [ $signal = closed ] && continue
    ended >/dev/null
    is "$(cat "$work/stty")" "$(cat "$work/plain")" "$signal: stty is as before"
done

# -- Ctrl-C while it begins --------------------------------------------------

accounts
ends=
for delay in 0 0.005 0.01 0.015 0.02 0.03 0.04 0.05 0.07 0.1; do
    start 80x24 --ca "$pki/ca.pem"
    sleep $delay
    tmux_ send-keys -t s C-c C-c C-c
    sleep 0.3
    tmux_ send-keys -t s Escape Escape q
    status=$(ended)
    case $status in 0 | 130) ;; *) ends+=" $status" ;; esac
done
is "$ends" "" "Ctrl-C while it begins ends it as anywhere, or does not"
finish
