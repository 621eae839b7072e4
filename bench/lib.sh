# shellcheck shell=bash
# lib.sh: measuring, for bench/run.sh: medians of runs that take turns, so that
# a busy moment hits all of them, and tables with the ratio to the first row.

: "${RUNS:=15}"
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
# One run in microseconds; one that fails is told, and counts as none.
run_once() {
    local began ended
    began=$(now)
    eval "$1" >"$work/out" 2>"$work/err" </dev/null
    local status=$?
    ended=$(now)
    if [ $status != 0 ]; then
        echo "# status $status: $1" >&2
        tail -n 3 "$work/err" >&2
        return 1
    fi
    echo $((ended - began))
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
            printf '| %s | failed | |\n' "${titles[i]}"
            continue
        fi
        : "${first:=$value}"
        awk -v t="${titles[i]}" -v v="$value" -v u="$unit" -v f="$first" \
            'BEGIN { printf "| %s | %.1f | %.2f |\n", t, v / u, v / f }'
    done
    titles=() commands=()
}
