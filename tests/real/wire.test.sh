#!/bin/bash
# The wire is pulled, in a network of the test's own: before a test, in the
# middle of one, for good and for a moment; and the server dies behind it, so
# that nobody tells that the connection is gone (half-open).
. "$(dirname "$0")/network.sh"
. "$(dirname "$0")/../screen/lib.sh"
. tests/real/lib.sh
[ -z "$no_network" ] || skip_all "$no_network"
[ -z "$alone" ] || skip_all "only root pulls the wire of a network"

wire() { # up|down
    ip link set lo "$1" 2>/dev/null || sudo -n ip link set lo "$1"
}
start_mailserver good=imap:tls:good mute=imap:tls:good:mute@login \
    silent=imap:none:good:mute@greeting begun=pop3:starttls:good:mute@starttls \
    submit=smtp:starttls:good:mute@login
server=${pids[-1]}

meets() { # COMMAND...: within ten seconds
    local tries=0
    until "$@" >/dev/null 2>&1; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || return 1
        sleep 0.05
    done
}
heard() { grep -q -- "$1" "$work/server.log"; }
served() { pgrep -P "$server"; } # a process each connection
nobody() { ! served; }

begin() { # URL SECONDS
    meets nobody
    : >"$work/server.log"
    postseal --ca "$pki/ca.pem" test "$1" --user ann --json-lines \
        --password-command 'printf secret' --timeout "$2" >"$work/result" 2>&1 &
    tested=$!
}
# Waits for its end; sets `outcome` to its reason word and the stage that failed,
# or to "-", when all went well.
end() {
    local reason='"reason":"([^"]*)"' stage='"name":"([^"]*)","state":"failed"'
    wait "$tested"
    outcome=-
    [[ ! $(cat "$work/result") =~ $reason ]] || outcome=${BASH_REMATCH[1]}
    [[ ! $(cat "$work/result") =~ $stage ]] || outcome+=" ${BASH_REMATCH[1]}"
}

# -- out before a test, and put back ------------------------------------------
wire down
begin "imaps://localhost:$(port good)" 3
end
is "$outcome" "timeout connect" "no wire: nobody answers"
wire up
begin "imaps://localhost:$(port good)" 20
end
is "$outcome" "-" "with it again all is well"

# -- half-open: the server is gone, and nobody tells ----------------------------
half_open() { # URL SIGN STAGE
    begin "$1" 4
    # shellcheck disable=SC2086
    meets $2
    ok $? "$3: it is in the middle of a test"
    wire down
    pkill -KILL -P "$server"
    end
    is "$outcome" "timeout $3" "$3: half-open, and the deadline ends it"
    wire up
}
half_open "imaps://localhost:$(port mute)" "heard LOGIN" login
half_open "smtp://localhost:$(port submit)?security=starttls" "heard AUTH" login
half_open "pop3://localhost:$(port begun)" "heard STLS" starttls
half_open "imap://localhost:$(port silent)?security=none" served greeting

# -- the machine is back, and knows nothing of the connection -----------------------
begin "imaps://localhost:$(port mute)" 60
meets heard LOGIN
wire down
pkill -KILL -P "$server"
sleep 1
wire up
end
is "$outcome" "closed login" "a server that died tells it when it is back"

# -- out for a moment -------------------------------------------------------------
late() { # COMMAND...: begins a test that gets no answer before the wire is out
    kill -STOP "$server"
    "$@"
    sleep 0.5
    wire down
    kill -CONT "$server"
    sleep 1
}
late begin "imaps://localhost:$(port good)" 60
kill -0 "$tested"
ok $? "out for a moment: the test waits"
wire up
end
is "$outcome" "-" "and goes well when the wire is back"

# -- in the screens -----------------------------------------------------------------
{
    printf '[defaults]\ntimeout = 5\n'
    ann_at work good Work
    ann_at dead mute Dead
} >"$config"
chmod 600 "$config"
start 80x24 --ca "$pki/ca.pem"
wait_for "[1 Accounts]"
late keys t
keys '?'
shows "Help: Test" "out during a test: keys work"
keys Escape
wire up
shows "Logged in" "with the wire the test goes on"
keys Escape Down t
meets heard LOGIN
wire down
pkill -KILL -P "$server"
shows "no complete answer within 5 seconds" "half-open: the deadline is told"
keys r
shows "no answer" "tested again, nobody answers"
wire up
keys Escape Up t
shows "Logged in" "and with the wire all is well"
keys Escape q
is "$(ended)" 0 "it ends"
finish
