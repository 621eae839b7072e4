#!/bin/bash
# run.sh SECONDS [HARNESS...]: fuzzes each harness (or those named) for that
# long, one after another, at the lowest priority. Begins with the committed
# seeds, generated certificates and what earlier runs found. Ends with a line
# "N harnesses, N findings"; the inputs of findings are kept in $BUILD/findings.
# FUZZER=afl uses AFL++.
set -u
cd "$(dirname "$0")/.." || exit 1
export LC_ALL=C.UTF-8
seconds=$1
shift
corpus=$BUILD/corpus findings=$BUILD/findings
export ASAN_OPTIONS=abort_on_error=1:detect_leaks=1:symbolize=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
export LSAN_OPTIONS=suppressions=$PWD/tests/lint/lsan.supp:print_suppressions=0
mkdir -p "$corpus" "$findings"

names=("$@")
[ $# -gt 0 ] || for source in fuzz/*.c; do
    [ "$source" = fuzz/main.c ] || names+=("$(basename "$source" .c)")
done

# The folders of seeds of a harness. HOSTILE is built as usual: with all that
# fuzzing watches, its thousands of signatures take minutes.
certificates() {
    [ -d "$BUILD/certificates" ] || {
        rm -rf "$BUILD/certificates.new"
        mkdir -p "$BUILD/certificates.new"
        "$HOSTILE" make "$BUILD/certificates.new" >&2 || exit 1
        find "$BUILD/certificates.new" -size +64k -delete
        mv "$BUILD/certificates.new" "$BUILD/certificates"
    }
    echo "$BUILD/certificates"
}
seeds() {
    [ ! -d "fuzz/seeds/$1" ] || echo "fuzz/seeds/$1"
    case $1 in
    certificate | authority | identity) certificates ;;
    esac
}

by_libfuzzer() { # NAME
    local name=$1 log=$BUILD/$1.log
    mkdir -p "$corpus/$name"
    # shellcheck disable=SC2046
    nice -n 19 "$BUILD/fuzz/$name" -max_total_time="$seconds" -timeout=20 \
        -rss_limit_mb=2048 -artifact_prefix="$findings/$name-" \
        -print_final_stats=1 -max_len=8192 -use_value_profile=1 \
        "$corpus/$name" $(seeds "$name") >"$log" 2>&1 </dev/null
    status=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
    covered=$(sed -n 's/.* cov: \([0-9]*\) .*/\1/p' "$log" | tail -n 1)
}
by_afl() {
    local name=$1 log=$BUILD/$1.log in=$BUILD/in/$1
    rm -rf "$in" "$corpus/$name"
    mkdir -p "$in"
    echo seed >"$in/seed"
    for folder in $(seeds "$name"); do
        cp "$folder"/* "$in"
    done
    nice -n 19 env -u ASAN_OPTIONS -u UBSAN_OPTIONS -u LSAN_OPTIONS \
        AFL_SKIP_CPUFREQ=1 AFL_NO_UI=1 AFL_NO_AFFINITY=1 \
        AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
        afl-fuzz -V "$seconds" -t 2000+ -i "$in" -o "$corpus/$name" -- \
        "$BUILD/fuzz/$name" >"$log" 2>&1 </dev/null
    status=$?
    runs=$(sed -n 's/^execs_done *: *//p' \
        "$corpus/$name/default/fuzzer_stats" 2>/dev/null)
    covered=$(sed -n 's/^edges_found *: *//p' \
        "$corpus/$name/default/fuzzer_stats" 2>/dev/null)
    for crash in "$corpus/$name"/default/{crashes,hangs}/id*; do
        [ -e "$crash" ] || continue
        cp "$crash" "$findings/$name-$(basename "$crash")"
        status=1
    done
}

total=0
for name in "${names[@]}"; do
    "by_${FUZZER:-libfuzzer}" "$name"
    printf '%-22s %10s runs, %5s edges, %ss' "$name" "${runs:-0}" \
        "${covered:-0}" "$seconds"
    if [ "$status" = 0 ]; then
        echo ", no finding"
    else
        total=$((total + 1))
        echo ", FINDING: see $findings and $BUILD/$name.log"
    fi
done
echo "${#names[@]} harnesses, $total findings"
[ $total = 0 ]
