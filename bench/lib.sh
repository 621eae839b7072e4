# shellcheck shell=bash
# lib.sh: measuring, for bench/run.sh: medians of runs that take turns, so that
# a busy moment hits all of them, and tables with the ratio to the first row.

: "${RUNS:=9}" "${LIMIT:=20}" # runs of each; seconds that one may take
now() { # microseconds
    local t=$EPOCHREALTIME
    echo $((${t%[.,]*} * 1000000 + 10#${t#*[.,]}))
}
median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# A row of the table below: its title, and a command to run.
titles=() commands=()
row() { # TITLE COMMAND...
    titles+=("$1")
    commands+=("$(printf '%q ' "${@:2}")")
}
# Ends, once LIMIT has passed, the run that $work/running names.
watch_runs() {
    local group due
    while sleep 1; do
        read -r group due <"$work/running" || continue
        [ "$EPOCHSECONDS" -lt "$due" ] || kill -- "-$group" 2>/dev/null
    done
}
# One run in microseconds; one that fails is told, and counts as none. With
# LIMIT=0 it is not bounded, and costs a process less.
run_once() {
    local began ended group status
    began=$(now)
    if [ "$LIMIT" = 0 ]; then
        eval "$1" >"$work/out" 2>"$work/err" </dev/null
        status=$?
    else
        set -m # a group of its own, to end it with all that it started
        (eval "$1") >"$work/out" 2>"$work/err" </dev/null &
        group=$!
        set +m
        echo "$group $((EPOCHSECONDS + LIMIT))" >"$work/running"
        wait "$group" 2>/dev/null
        status=$?
        : >"$work/running"
    fi
    ended=$(now)
    if [ $((ended - began)) -ge $((LIMIT * 1000000)) ] && [ "$LIMIT" != 0 ]; then
        echo "# did not end within $LIMIT seconds: $1" >&2
        return 1
    elif [ $status != 0 ]; then
        echo "# status $status: $1" >&2
        tail -n 3 "$work/err" >&2
        return 1
    fi
    echo $((ended - began))
}

# Where another program takes less; told at the end.
behind=()
note_behind() { # WHAT TITLE VALUE POSTSEALS
    [[ $2 == postseal* ]] || awk "BEGIN { exit !($3 < $4) }" || return 0
    [[ $2 == postseal* ]] ||
        behind+=("$1: $2 takes $(awk "BEGIN { printf \"%.2f\", $3 / $4 }") of postseal's")
}
tell_behind() {
    printf '\n## Where postseal is behind\n\n'
    [ ${#behind[@]} = 0 ] && echo 'Nowhere.' || printf -- '- %s\n' "${behind[@]}"
}

# Runs all rows in turn, RUNS times and one to warm up; prints the median of
# each, divided by UNIT-US (1000: ms), and how often the first row goes into it.
measure() { # WHAT UNIT-NAME [UNIT-US]
    local i turn unit=${3:-1000} first='' value
    local -a samples=()
    for ((turn = 0; turn <= RUNS; turn++)); do
        for i in "${!titles[@]}"; do
            [ "${samples[i]:-}" != failed ] || continue
            if ! value=$(run_once "${commands[i]}"); then
                samples[i]=failed
            elif [ $turn != 0 ]; then
                samples[i]+="$value "
            fi
        done
    done
    printf '\n| %s | %s | times as much |\n|---|---|---|\n' "$1" "$2"
    for i in "${!titles[@]}"; do
        value=$(tr ' ' '\n' <<<"${samples[i]#failed}" | grep . | median)
        if [ -z "$value" ]; then
            printf '| %s | left out: it failed or took more than %s s | |\n' \
                "${titles[i]}" "$LIMIT"
            continue
        fi
        : "${first:=$value}"
        note_behind "$1" "${titles[i]}" "$value" "$first"
        awk -v t="${titles[i]}" -v v="$value" -v u="$unit" -v f="$first" \
            'BEGIN { printf "| %s | %.1f | %.2f |\n", t, v / u, v / f }'
    done
    titles=() commands=()
}
