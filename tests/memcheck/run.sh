#!/bin/bash
# run.sh [FILTER...]: as tests/run.sh, with every test program and every postseal
# that a script starts under valgrind's memcheck: reading what was never
# written, behind the end or after free is an error, and so is memory that
# nobody can free any more. Its words go into files, for scripts look at what
# postseal itself says. Ends with "N passed, N failed" and "memcheck: N
# processes, N with errors".
set -u
cd "$(dirname "$0")/../.." || exit 1
export MEMCHECK=$PWD/$BUILD/memcheck LIMIT=${LIMIT:-1800}
rm -rf "$MEMCHECK"
mkdir -p "$MEMCHECK"
export UNDER=$PWD/tests/memcheck/under.sh
cat >"$MEMCHECK/postseal" <<END
#!/bin/sh
exec "$UNDER" "$PWD/$BUILD/postseal" "\$@"
END
chmod +x "$MEMCHECK/postseal"
export POSTSEAL=$MEMCHECK/postseal

bash tests/run.sh "$@"
status=$?
processes=$(find "$MEMCHECK" -name '*.log' | wc -l)
# Warnings begin with "--": some versions do not know every system call, and
# answer as a kernel that has not got it.
bad=$(grep -rl --include='*.log' '^==' "$MEMCHECK")
errors=$(grep -c . <<<"$bad")
[ "$errors" = 0 ] || tr '\n' '\0' <<<"$bad" | xargs -0r head -n 40
echo "memcheck: $processes processes, $errors with errors"
[ $status = 0 ] && [ "$errors" = 0 ] && [ "$processes" -gt 0 ]
