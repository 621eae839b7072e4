#!/bin/bash
# run.sh [FILTER...]: runs all test programs (or those whose name holds a
# FILTER), JOBS of them at a time, shows the output of those that fail, and ends with one
# line "N passed, N failed".
#
# A test program prints lines "ok N - text", "not ok N - text" and a plan "1..N"
# (TAP). One that crashes, times out or tells fewer results than it planned
# counts as one failure.
set -u
cd "$(dirname "$0")/.." || exit 1
export BUILD=${BUILD:-build}
export POSTSEAL=${POSTSEAL:-$PWD/$BUILD/postseal}
export CMOCKA_MESSAGE_OUTPUT=TAP
export LC_ALL=C.UTF-8 TZ=UTC
unset NO_COLOR ESCDELAY SSL_CERT_FILE SSL_CERT_DIR XDG_CONFIG_HOME \
    XDG_STATE_HOME
export ASAN_OPTIONS=abort_on_error=1:detect_leaks=1:detect_stack_use_after_return=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export LSAN_OPTIONS=suppressions=$PWD/tests/lint/lsan.supp:print_suppressions=0
limit=${LIMIT:-240}
# Most of a test is waiting; more at once than this make keys and deadlines late.
jobs=${JOBS:-$(($(nproc) * 2))}

programs=()
scripts=(tests/cli/*.test.sh tests/real/*.test.sh tests/screen/*.test.sh)
# Those of other mail programs and the torture take long: only when asked for.
case ${1:-} in
tests/programs/*) scripts=(tests/programs/*.test.sh) ;;
tests/torture/*) scripts=(tests/torture/*.test.sh) ;;
esac
# The long ones first, so that none of them runs alone at the end.
for script in "${scripts[@]}"; do
    [ -e "$script" ] && programs+=("$script")
done
for source in tests/unit/test_*.c tests/widgets/test_*.c; do
    [ -e "$source" ] && programs+=("$BUILD/${source%.c}")
done

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
run_one() {
    local program=$1 log=$2
    case $program in
    *.sh) timeout -k 5 "$limit" bash "$program" >"$log" 2>&1 </dev/null ;;
    *) timeout -k 5 "$limit" ${UNDER:-} "$program" >"$log" 2>&1 </dev/null ;;
    esac
    echo $? >"$log.status"
}

started=0
for program in "${programs[@]}"; do
    if [ $# -gt 0 ]; then
        wanted=
        for filter in "$@"; do
            [[ $program == *$filter* ]] && wanted=1
        done
        [ -n "$wanted" ] || continue
    fi
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do
        wait -n
    done
    echo "$program" >"$out/$started.name"
    run_one "$program" "$out/$started" &
    started=$((started + 1))
done
wait

# cmocka tells one plan for each group.
planned() {
    sed -n 's/^1\.\.\([0-9]*\)$/\1/p' "$1" | awk '{ n += $1 } END { print n + 0 }'
}

# What failed, with what stands around it; of a program that just ended, its end.
why() { # LOG
    grep -B3 -A24 '^not ok' "$1" | head -n 160
    grep -q '^not ok' "$1" || tail -n 80 "$1"
}

passed=0 failed=0 skipped=0
for ((i = 0; i < started; i++)); do
    log=$out/$i
    good=$(grep -c '^ok ' "$log")
    bad=$(grep -c '^not ok ' "$log")
    skip=$(grep -c '^ok .*# SKIP' "$log")
    status=$(cat "$log.status")
    if [ "$status" != 0 ] && [ "$bad" = 0 ]; then
        bad=1
        echo "# ended with status $status" >>"$log"
    elif [ "$good" = 0 ] && [ "$bad" = 0 ]; then
        bad=1
        echo "# told no result" >>"$log"
    elif [ "$bad" = 0 ] && [ "$good" != "$(planned "$log")" ]; then
        bad=1
        echo "# told $good results of $(planned "$log") planned" >>"$log"
    fi
    passed=$((passed + good - skip))
    failed=$((failed + bad))
    skipped=$((skipped + skip))
    printf '%-44s %3d passed, %d failed\n' "$(cat "$log.name")" \
        $((good - skip)) "$bad"
    grep '^ok .*# SKIP' "$log"
    [ "$bad" = 0 ] || why "$log" | sed 's/^/    /'
done
last="$passed passed, $failed failed"
[ $skipped = 0 ] || last="$last, $skipped skipped"
echo "$last"
[ $failed = 0 ] && [ $passed -gt 0 ]
