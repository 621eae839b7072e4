# shellcheck shell=bash
# faults.sh: servers that misbehave, played side by side and judged. A case is
# "CLIENT SERVER FAULT REASON STAGE": what the client's settings say
# (imap:starttls), what the server does (tls, starttls, none; "=": the same), a
# fault of tests/server, the reason word that is to come (a pattern; "-": all
# goes well) and the stage that is to fail (a pattern).
#
# play_cases does all in two runs: those where the deadline is what is tested,
# all at once, and the others, with so much time that a busy machine does not
# matter. judge_cases then checks of each that
#   - the reason is its own, at the right stage, with a sentence;
#   - the deadline was kept;
#   - no secret left in clear, and none at all before the login;
#   - no raw byte is in what is printed.
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

DEADLINE=15  # seconds of a stage, where it is what is tested
GENEROUS=120 # where it is not
SLACK=45     # what a busy machine may need on top
password=Kn0bl4uch-$$
cases=()

# -- which there are ---------------------------------------------------------

# What is to come of KIND@STAGE: sets `reason` and `failed`.
expect() { # PROTOCOL SECURITY KIND STAGE
    failed=$4
    case $3@$4 in
    *@logout) reason=- ;; # by then it is known that all is well
    mute@* | drip@* | half@*) reason=timeout ;;
    garbage@tls | endless@tls)
        reason=not-tls
        [ "$2" = tls ] || reason=starttls-refused ;;
    old-hello@tls) reason=tls-version ;;
    alert@* | sealed-alert@* | forged@*) reason=tls ;;
    reset@greeting) reason='closed|refused' failed='greeting|connect' ;;
    close@* | cut@* | reset@*) reason=closed ;;
    renegotiate@*) reason='closed|tls' ;;
    escapes@greeting)
        reason=- failed=login
        [ "$2" != none ] || reason=plaintext-login ;;
    escapes@starttls) reason=starttls-refused ;;
    escapes@login) reason=login ;;
    escapes@mailbox) reason=mailbox ;;
    bye@*)
        reason=login-unavailable
        [ "$1" != imap ] || reason=closed ;;
    lines@greeting) reason=protocol failed='greeting|capability' ;;
    *) reason=protocol ;;
    esac
    # A POP3 server need not know CAPA.
    case $1-$3@$4 in
    pop3-escapes@*capability)
        reason=- failed=login
        [ "$2" != none ] || reason=plaintext-login ;;
    esac
}
# Each kind at each stage where it means something.
add_stages() { # PROTOCOL SECURITY
    local stage kind stages kinds reason failed
    local text="mute drip half garbage endless lines nul escapes tag bye close reset"
    case $2 in
    starttls) stages="greeting capability starttls tls tls-capability login mailbox logout" ;;
    tls) stages="tls greeting capability login mailbox logout" ;;
    none) stages="greeting capability" ;;
    esac
    [ "$1" != smtp ] || stages=${stages/ mailbox/}
    # STLS is tried without asking before.
    [ "$1-$2" != pop3-starttls ] || stages=${stages/ capability/}
    for stage in $stages; do
        kinds=$text
        case $2-$stage in
        *-tls) kinds="mute drip garbage endless close reset alert forged old-hello" ;;
        tls-* | *-tls-* | *-login | *-mailbox | *-logout)
            kinds+=" cut alert sealed-alert forged renegotiate" ;;
        esac
        [[ $stage != *capability ]] || kinds+=" many"
        for kind in $kinds; do
            expect "$1" "$2" "$kind" "$stage"
            [ -z "$reason" ] ||
                cases+=("$1:$2 = $kind@$stage $reason $failed")
        done
    done
}
# What is no matter of a stage.
add_others() {
    local p s
    for p in imap pop3 smtp; do
        cases+=(
            # TLS where none is, and the reverse
            "$p:tls none none not-tls tls"
            "$p:tls starttls none not-tls tls"
            "$p:starttls tls none tls-expected greeting"
            "$p:none tls none tls-expected greeting"
            # STARTTLS
            "$p:starttls = no-starttls starttls-missing starttls"
            "$p:starttls none none starttls-missing starttls"
            "$p:starttls = refuse-starttls starttls-refused starttls"
            "$p:starttls = plain-starttls starttls-refused tls"
            "$p:starttls = close-starttls closed tls"
            "$p:starttls = inject starttls-injection starttls"
            "$p:starttls = late@starttls starttls-(injection|refused) starttls|tls"
            # the login
            "$p:tls = bad-login login login"
            "$p:tls = unavailable login-unavailable login"
            "$p:tls = close-login closed login"
            "$p:tls = auth=CRAM-MD5,base64@login protocol login"
            "$p:tls = auth=SCRAM-SHA-256,base64@login protocol login"
            "$p:tls = auth=SCRAM-SHA-256-PLUS+mitm login login"
            "$p:tls = auth=SCRAM-SHA-256+lie login login"
            "$p:tls = auth=EXTERNAL mechanism login"
            "$p:tls = auth=PLAIN+tls12,sealed-alert@login tls login"
            "$p:none = none plaintext-login login"
        )
        for s in tls starttls; do
            cases+=(
                "$p:$s = old-tls tls-version tls"
                "$p:$s = oldest-tls tls-version tls"
                "$p:$s = no-cipher tls tls"
                "$p:$s = client-cert client-certificate tls"
                "$p:$s = client-cert-12 client-certificate tls"
                "$p:$s = ask-cert - -"
                "$p:$s = rubbish-cert certificate certificate"
                "$p:$s = close-tls closed .*"
                "$p:$s = close-connect closed .*"
                "$p:$s = reset closed|refused .*"
                "$p:$s = none - -"
            )
        done
    done
    cases+=(
        # Words before the go-ahead are forgotten, or are the go-ahead: then the
        # real one is behind it, perhaps late.
        "imap:starttls = before@starttls - -"
        "smtp:starttls = before@starttls - -"
        "pop3:starttls = before@starttls starttls-(injection|refused) starttls|tls"
        "imap:starttls = preauth starttls-refused greeting|starttls"
        "imap:tls = preauth - -"
        "imap:starttls = bare - -"
        "imap:tls = no-plain - -"
        "smtp:tls = no-plain - -"
        "imap:tls = login-disabled - -"
        "imap:tls = bad-mailbox mailbox mailbox"
    )
}

# -- playing -----------------------------------------------------------------

set_url() { # NUMBER
    local what=${cases[$1]%% *}
    local scheme=${what%:*} query=
    [[ $what == *:tls ]] && scheme+=s
    [[ $what == *:none ]] && query='?security=none'
    urls[$1]="$scheme://localhost:${ports[s$1]}$query"
}
# run_cases NAME SECONDS JOBS NUMBER...
run_cases() {
    local name=$1 jobs=$3 i targets=() own=$work/config/$1.ini
    printf '[defaults]\ntimeout = %s\n' "$2" >"$own"
    chmod 600 "$own"
    shift 3
    [ $# != 0 ] || return 0
    for i in "$@"; do targets+=("${urls[i]}"); done
    "$POSTSEAL" -c "$own" --ca "$pki/ca.pem" --allow-commands test \
        "${targets[@]}" --jobs "$jobs" --user ann --password-command \
        "printf $password" --json-lines >"$work/$name.json" 2>"$work/$name.err"
}
play_cases() {
    local i port what server fault reason listeners=() waiting=() others=()
    declare -A ports
    for i in "${!cases[@]}"; do
        read -r what server fault reason _ <<<"${cases[i]}"
        [ "$server" != = ] || server=${what#*:}
        listeners+=("s$i=${what%:*}:$server:good:$fault")
        if [ "$reason" = timeout ] || [ "$reason" = tls-expected ]; then
            waiting+=("$i")
        else
            others+=("$i")
        fi
    done
    start_mailserver --password "$password" "${listeners[@]}"
    while read -r _ i port; do ports[$i]=$port; done \
        < <(grep '^listening' "$work/ports")
    for i in "${!cases[@]}"; do set_url "$i"; done
    run_cases waiting $DEADLINE 1000 "${waiting[@]}" &
    local pid=$!
    run_cases others $GENEROUS 24 "${others[@]}"
    wait $pid
    cat "$work/waiting.json" "$work/others.json" >"$work/json" 2>/dev/null
    is "$(cat "$work/waiting.err" "$work/others.err" 2>/dev/null)" "" \
        "nothing on standard error"
}

# -- judging -----------------------------------------------------------------

judge_case() { # NUMBER
    local what server fault reason stage line got failed elapsed text problem=
    read -r what server fault reason stage <<<"${cases[$1]}"
    line=${result_of["${urls[$1]}"]:-}
    local name="$what${server/#=/} $fault: $reason"
    [[ $line =~ \"reason\":(null|\"([^\"]*)\") ]] && got=${BASH_REMATCH[2]:--}
    failed=-
    [[ $line =~ \"name\":\"([^\"]*)\",\"state\":\"failed\",\"ms\":[0-9]+,\"text\":\"(([^\"\\]|\\.)*)\" ]] &&
        failed=${BASH_REMATCH[1]} text=${BASH_REMATCH[2]}
    [[ $line =~ \"elapsed_ms\":([0-9]+) ]] && elapsed=${BASH_REMATCH[1]}
    if [[ ! ${got:-nothing} =~ ^($reason)$ ]]; then
        problem="got ${got:-nothing} at $failed: ${text:-}"
    elif [[ $reason != - && ! $failed =~ ^($stage)$ ]]; then
        problem="failed at $failed instead of $stage"
    fi
    [ -n "$problem" ] || [ "$got" = - ] || [[ ${text:-} =~ ^.{15,}[.\"]$ ]] ||
        problem="no sentence: ${text:-}"
    [ "${elapsed:-999999}" -lt $(((DEADLINE + SLACK) * 1000)) ] ||
        problem="took ${elapsed:-for ever} ms"
    [ -z "${clear_of[s$1]:-}" ] || problem="in clear: ${clear_of[s$1]}"
    case $stage in
    login | mailbox | logout) ;;
    *)
        [ "$reason" = - ] || [ -z "${secret_of[s$1]:-}" ] || problem="sent: ${secret_of[s$1]}" ;;
    esac
    [ -z "$problem" ]
    ok $? "$name" || echo "#   $problem"
}
judge_cases() {
    local i line target who
    declare -A result_of clear_of secret_of
    while read -r line; do
        target=${line#*\"target\":\"}
        result_of["${target%%\"*}"]=$line
    done <"$work/json"
    # What only somebody says who logs in.
    while read -r who line; do
        secret_of[$who]=$line
        [[ $line != "(clear)"* ]] || clear_of[$who]=$line
    done < <(grep -E '(LOGIN|AUTH|PASS|USER)' "$work/server.log")
    for i in "${!cases[@]}"; do
        judge_case "$i"
    done
    is "$(grep -c RENEGOTIATED "$work/server.log")" 0 \
        "no second handshake behind the verdict"
    no_raw_bytes "$work/json" "as JSON"
}
# Once more for people: those that send what a terminal would obey.
show_cases() {
    local i shown=()
    for i in "${!cases[@]}"; do
        [[ ${cases[i]} =~ (escapes|nul|garbage|base64|drip)[@\ ] ]] &&
            [[ ${cases[i]} != *" timeout "* ]] && shown+=("${urls[i]}")
    done
    postseal --ca "$pki/ca.pem" --allow-commands test "${shown[@]}" --user ann \
        --password-command "printf $password" >"$work/text" 2>&1
    no_raw_bytes "$work/text" "as text"
    like "$(cat "$work/text")" "owned" "though the text is"
}
no_raw_bytes() { # FILE WHAT
    is "$(LC_ALL=C grep -acP '[\x00-\x08\x0b-\x1f\x7f]' "$1")" 0 \
        "no control byte is printed $2"
    is "$(LC_ALL=C grep -acP '\xc2[\x80-\x9f]|\xe2\x80[\xaa-\xae]' "$1")" 0 \
        "nor one of the upper ones, nor a change of direction"
    is "$(grep -c "$password" "$1")" 0 "nor the password"
}
