#!/bin/bash
# Servers that misbehave: every protocol, every kind of security, every fault at
# every stage, side by side; see tests/cli/faults.sh. Then what they answer to
# an OAuth login.
. "$(dirname "$0")/../cli/faults.sh"
for protocol in imap pop3 smtp; do
    for security in starttls tls none; do
        add_stages $protocol $security
    done
done
add_others
echo "# ${#cases[@]} cases"
[ ${#cases[@]} -ge 750 ]
ok $? "all cases are there"
play_cases
judge_cases
show_cases

# -- tokens ------------------------------------------------------------------

token=t0ken-Kn0bl4uch-$$
kill "${pids[@]}"
wait "${pids[@]}" 2>/dev/null
pids=() listeners=()
# FAULT, what is to come, and in which words
oauth=("none login invalid_token" "json@login login owned" "base64@login login ."
    "close@login closed closed" "cut@login closed closed" "reset@login closed .")
for protocol in imap pop3 smtp; do
    for mechanism in XOAUTH2 OAUTHBEARER; do
        for i in "${!oauth[@]}"; do
            listeners+=("$protocol-$mechanism-$i=$protocol:tls:good:auth=$mechanism,${oauth[i]%% *}")
        done
    done
done
start_mailserver --token "another" "${listeners[@]}"
targets=()
for listener in "${listeners[@]}"; do
    name=${listener%%=*} protocol=${listener%%-*}
    if [ $protocol = smtp ]; then
        printf '[smtp %s]\n' "$name"
        targets+=("smtp:$name")
    else
        printf '[account %s]\ntype = %s\n' "$name" $protocol
        targets+=("$name/incoming")
    fi
    printf 'host = localhost\nport = %s\nsecurity = tls\nuser = ann\n' \
        "$(port "$name")"
    printf 'timeout = %s\ntoken-command = printf %s\n' $GENEROUS "$token"
done >"$config"
chmod 600 "$config"
postseal --ca "$pki/ca.pem" test "${targets[@]}" --json-lines >"$work/tokens" 2>&1
for target in "${targets[@]}"; do
    read -r fault reason words <<<"${oauth[$(tr -dc 0-9 <<<"${target##*-}")]}"
    line=$(grep -F "\"target\":\"$target\"" "$work/tokens")
    name="${target#smtp:} $fault"
    like "$line" "\"ok\":false,\"reason\":\"$reason\"" "$name: $reason"
    [[ $line == *$words* ]]
    ok $? "$name: in words"
done
is "$(grep -c "$token" "$work/tokens")" 0 "the token is nowhere"
no_raw_bytes "$work/tokens" "of an OAuth login"
finish
