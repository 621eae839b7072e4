#!/bin/sh
# under.sh PROGRAM [ARGUMENT...]: runs it under memcheck; see run.sh. A child
# that only waits for its exec is not looked at.
here=$(dirname "$0")
exec valgrind --quiet --error-exitcode=99 --leak-check=full \
    --show-leak-kinds=definite --errors-for-leak-kinds=definite \
    --child-silent-after-fork=yes --suppressions="$here/valgrind.supp" \
    --log-file="$MEMCHECK/%p.log" "$@"
