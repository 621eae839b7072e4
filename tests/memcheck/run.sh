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
errors=$(find "$MEMCHECK" -name '*.log' -size +0 | wc -l)
find "$MEMCHECK" -name '*.log' -size +0 -exec head -n 40 {} +
echo "memcheck: $processes processes, $errors with errors"
[ $status = 0 ] && [ "$errors" = 0 ] && [ "$processes" -gt 0 ]
