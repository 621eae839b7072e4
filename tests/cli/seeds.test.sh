#!/bin/bash
# The harnesses of fuzz/ with their committed seeds, among them what fuzzing has
# found. `make fuzz` looks for more.
. "$(dirname "$0")/../lib.sh"

for source in fuzz/*.c; do
    name=$(basename "$source" .c)
    [ "$name" != main ] || continue
    seeds=()
    [ ! -d "fuzz/seeds/$name" ] || seeds=(fuzz/seeds/"$name"/*)
    case $name in
    certificate | authority | identity)
        # These begin with generated certificates; some do for a replay.
        [ -d "$work/certificates" ] || {
            mkdir "$work/certificates"
            "$BUILD/tests/hostile/hostile" make "$work/certificates"
        }
        seeds+=("$work"/certificates/*-1*)
        ;;
    esac
    [ ${#seeds[@]} -gt 0 ] || ok 1 "$name has seeds"
    "$BUILD/fuzz/$name" "${seeds[@]}" >"$work/told" 2>&1
    ok $? "$name: ${#seeds[@]} seeds" || sed 's/^/#   /' "$work/told" | tail
done
finish
