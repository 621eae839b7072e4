#!/bin/bash
# lint.sh: format, layer rules, clang-tidy (not with QUICK=1), cppcheck, shell
# syntax. Ends with a line "N passed, N failed".
set -u
cd "$(dirname "$0")/../.." || exit 1
export LC_ALL=C.UTF-8
passed=0 failed=0
out=$(mktemp)
trap 'rm -f "$out"' EXIT

check() { # NAME COMMAND...
    local name=$1
    shift
    if "$@" >"$out" 2>&1; then
        passed=$((passed + 1))
        echo "ok - $name"
    else
        failed=$((failed + 1))
        echo "not ok - $name"
        grep -vE '^ok |^1\.\.|warnings generated|^Suppressed|^Use -' "$out" |
            head -n 80 | sed 's/^/    /'
    fi
}

mapfile -t c_files < <(find core tui cli tests fuzz -name '*.c' | sort)
mapfile -t formatted < <(find core tui cli tests fuzz -name '*.[ch]' | sort)
mapfile -t scripts < <(find tests fuzz -name '*.sh' | sort)
flags=(-std=c11 -D_GNU_SOURCE -DOPENSSL_NO_DEPRECATED
    -DOPENSSL_API_COMPAT=30000 -I. -DBUILD_FOLDER='""')

tidy() {
    printf '%s\0' "${c_files[@]}" |
        xargs -0 -n 1 -P "${JOBS:-2}" sh -c '
            tidy=$1; shift
            clang-tidy --quiet "$@" -- $tidy' sh "${flags[*]}"
}
analyse() {
    cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 -I . \
        --enable=warning,performance,portability -j "${JOBS:-2}" \
        --suppress=missingIncludeSystem --suppress=checkersReport \
        --suppress=normalCheckLevelMaxBranches \
        -D_GNU_SOURCE core tui cli tests fuzz
}
syntax() {
    local script shell status=0
    for script in "${scripts[@]}" .ci/run; do
        shell=bash
        [ "$(head -n 1 "$script")" != '#!/bin/sh' ] || shell=sh
        $shell -n "$script" || status=1
    done
    return $status
}

check "clang-format" clang-format --dry-run -Werror "${formatted[@]}"
check "layer rules" bash tests/lint/layers.sh
check "shell syntax" syntax
check "cppcheck" analyse
# It takes longer than all the others: QUICK=1 leaves it out.
[ -n "${QUICK:-}" ] || check "clang-tidy" tidy
echo "$passed passed, $failed failed"
[ $failed = 0 ]
