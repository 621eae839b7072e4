#!/bin/bash
# Servers that misbehave, at every stage of every protocol: each failure has its
# own reason word and stage, comes within the deadline, shows nothing raw, and
# no password leaves before its time.
. "$(dirname "$0")/../lib.sh"
printf '[defaults]\ntimeout = 3\n' >"$config"
chmod 600 "$config"

# PROTOCOL:SECURITY FAULT REASON STAGE; a reason of two words: either will do.
# "-" is no failure.
cases=(
    'imap:starttls mute timeout greeting'
    'pop3:starttls mute timeout greeting'
    'smtp:starttls mute timeout greeting'
    'imap:tls mute timeout tls'
    'imap:starttls drip timeout greeting'
    'imap:tls drip timeout greeting'
    'imap:starttls garbage protocol greeting'
    'pop3:tls garbage protocol greeting'
    'smtp:starttls garbage protocol greeting'
    'imap:starttls endless protocol greeting'
    'pop3:tls endless protocol greeting'
    'smtp:tls endless protocol greeting'
    'imap:tls nul protocol greeting'
    'imap:starttls nul protocol greeting'
    'imap:starttls bye closed|protocol greeting'
    'pop3:tls bye closed|protocol greeting'
    'smtp:tls bye closed|protocol greeting'
    'imap:tls escapes - -'
    'pop3:starttls escapes - -'
    'smtp:starttls escapes - -'
    'imap:starttls bare - -'
    'imap:tls close-connect closed tls'
    'smtp:starttls close-connect closed greeting'
    'imap:tls reset closed|refused tls|connect'
    'imap:starttls reset closed|refused greeting|connect'
    'pop3:starttls close-greeting closed starttls'
    'smtp:starttls close-greeting closed capability'
    'imap:tls close-tls closed greeting'
    'imap:starttls close-tls closed tls-capability'
    'pop3:tls close-login closed login'
    'imap:tls close-login closed login'
    'smtp:tls close-login closed login'
    'imap:starttls no-starttls starttls-missing starttls'
    'pop3:starttls no-starttls starttls-missing starttls'
    'smtp:starttls no-starttls starttls-missing starttls'
    'imap:starttls refuse-starttls starttls-refused starttls'
    'pop3:starttls refuse-starttls starttls-refused starttls'
    'smtp:starttls refuse-starttls starttls-refused starttls'
    'imap:starttls plain-starttls starttls-refused|timeout tls'
    'imap:starttls inject starttls-injection starttls'
    'pop3:starttls inject starttls-injection starttls'
    'smtp:starttls inject starttls-injection starttls'
    'imap:starttls preauth starttls-refused greeting|starttls'
    'imap:tls old-tls tls-version tls'
    'smtp:starttls old-tls tls-version tls'
    'imap:tls client-cert client-certificate tls'
    'smtp:starttls client-cert client-certificate tls'
    'imap:tls rubbish-cert certificate certificate'
    'smtp:starttls rubbish-cert certificate certificate'
    'imap:tls bad-login login login'
    'pop3:tls bad-login login login'
    'smtp:tls bad-login login login'
    'imap:tls unavailable login-unavailable login'
    'pop3:tls unavailable login-unavailable login'
    'smtp:tls unavailable login-unavailable login'
    'imap:tls no-plain - -'
    'smtp:tls no-plain - -'
    'imap:tls bad-mailbox mailbox mailbox'
    'imap:tls escapes@login login login'
    'pop3:tls escapes@login login login'
    'smtp:tls escapes@login login login'
    'imap:tls nul@login protocol login'
    'pop3:tls nul@capability protocol capability'
)
for what in imap pop3 smtp; do
    for stage in capability starttls tls tls-capability login mailbox; do
        # Of POP3 the abilities are asked for inside TLS only.
        case $what-$stage in smtp-mailbox | pop3-capability) continue ;; esac
        for fault in "mute timeout" "drip timeout" "garbage protocol" \
            "endless protocol" "lines protocol" "close closed" "reset closed"
        do
            reason=${fault#* } fault=${fault% *}
            case $stage-$fault in
            tls-garbage | tls-endless | tls-lines)
                reason='starttls-refused|not-tls|tls' ;;
            starttls-garbage) reason='starttls-refused|protocol' ;;
            esac
            cases+=("$what:starttls $fault@$stage $reason $stage")
        done
    done
done

listeners=() urls=()
for i in "${!cases[@]}"; do
    read -r what fault _ <<<"${cases[i]}"
    listeners+=("s$i=$what:good:$fault")
done
start_mailserver "${listeners[@]}"
for i in "${!cases[@]}"; do
    what=${cases[i]%% *}
    scheme=${what%:*}
    [ "${what#*:}" = starttls ] || scheme=${scheme}s
    urls+=("$scheme://localhost:$(port "s$i")")
done

before=$(date +%s)
postseal --ca "$pki/ca.pem" --allow-commands test "${urls[@]}" --user ann \
    --password-command 'printf secret' --json-lines >"$work/json"
is $? 1 "the tests end"
after=$(date +%s)
# 200 tests, 64 at a time, none longer than its deadlines.
[ $((after - before)) -lt 60 ]
ok $? "no server can hold them up"

for i in "${!cases[@]}"; do
    read -r what fault reason stage <<<"${cases[i]}"
    line=$(grep -F "\"target\":\"${urls[i]}\"" "$work/json")
    name="$what $fault"
    if [ "$reason" = - ]; then
        like "$line" '"ok":true' "$name does no harm"
        continue
    fi
    got=$(grep -o '"ok":false,"reason":"[^"]*"' <<<"$line" | cut -d'"' -f6)
    failed=$(grep -o '{"name":"[^"]*","state":"failed"' <<<"$line" | cut -d'"' -f4)
    [[ $got =~ ^($reason)$ && $failed =~ ^($stage)$ ]]
    ok $? "$name: $reason" ||
        echo "#   got: ${got:-nothing} at ${failed:-no stage}; wanted: $reason at $stage"
    sent=$(grep -cE "^s$i .*(LOGIN|AUTH|PASS|USER)" "$work/server.log")
    case $stage in
    login | mailbox) ;;
    *) is "$sent" 0 "$name: nothing secret was sent" ;;
    esac
    is "$(grep -c "^s$i (clear) .*\(LOGIN\|AUTH\|PASS\|USER\)" "$work/server.log")" \
        0 "$name: nothing secret in clear"
done

# A certificate that cannot even be decoded has no fingerprint to print.
for i in "${!cases[@]}"; do
    [[ ${cases[i]} == *rubbish-cert* ]] || continue
    text=$(postseal test "${urls[i]}" 2>&1)
    is $? 4 "a certificate of rubbish ends with status 4"
    like "$text" "cannot be read" "and says so"
done

# Texts of the server are shown, but never raw.
for i in "${!cases[@]}"; do
    [[ ${cases[i]} == *escapes* ]] && shown+=("${urls[i]}")
done
postseal --ca "$pki/ca.pem" --allow-commands test "${shown[@]}" --user ann \
    --password-command 'printf secret' >"$work/text" 2>&1
cat "$work/json" >>"$work/text"
is "$(LC_ALL=C grep -acP '[\x00-\x08\x0b-\x1f\x7f]' "$work/text")" 0 \
    "no control byte is printed"
is "$(LC_ALL=C grep -acP '\xc2[\x80-\x9f]|\xe2\x80\xae' "$work/text")" 0 \
    "nor one of the upper ones, nor a change of direction"
like "$(cat "$work/text")" "owned" "though the text is"
finish
