#!/bin/bash
# The harnesses of fuzz/ with their committed seeds, among them what fuzzing has
# found. `make fuzz` looks for more.
. "$(dirname "$0")/../lib.sh"

for source in fuzz/*.c; do
    name=$(basename "$source" .c)
    [ "$name" != main ] || continue
    seeds=(fuzz/seeds/"$name"/*)
    if [ ! -e "${seeds[0]}" ]; then
        # These begin with generated certificates.
        case $name in
        certificate | authority | identity) ;;
        *) ok 1 "$name has seeds" ;;
        esac
        [ -d "$work/certificates" ] || {
            mkdir "$work/certificates"
            "$BUILD/tests/hostile/hostile" make "$work/certificates"
        }
        seeds=("$work"/certificates/*-1*)
    fi
    "$BUILD/fuzz/$name" "${seeds[@]}" >"$work/told" 2>&1
    ok $? "$name: ${#seeds[@]} seeds" || sed 's/^/#   /' "$work/told" | tail
done
finish
