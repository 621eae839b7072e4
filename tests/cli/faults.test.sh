#!/bin/bash
# Servers that misbehave, at every stage; see faults.sh. Here IMAP with STARTTLS,
# and what is no matter of a stage for all protocols; `make torture` has all.
. "$(dirname "$0")/faults.sh"
add_stages imap starttls
add_others
play_cases
judge_cases
show_cases

# A certificate that cannot even be decoded has no fingerprint to print.
for i in "${!cases[@]}"; do
    [[ ${cases[i]} == *rubbish-cert* ]] || continue
    text=$(postseal test "${urls[i]}" 2>&1)
    is $? 4 "a certificate of rubbish ends with status 4"
    like "$text" "cannot be read" "and says so"
done
finish
