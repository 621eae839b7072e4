#!/bin/bash
# How the program is built: what makes a mistake in it harder to use.
. "$(dirname "$0")/../lib.sh"
readelf -hldW "$POSTSEAL" >"$work/elf"
readelf -sW --dyn-syms "$POSTSEAL" >"$work/symbols"
elf=$(cat "$work/elf") symbols=$(cat "$work/symbols") flags=$(cat "$BUILD/flags")

like "$elf" "DYN (Position-Independent Executable file)" "it can lie anywhere"
like "$elf" "GNU_RELRO" "tables of addresses are read-only ..."
like "$elf" "BIND_NOW" "... from the start"
grep -q 'GNU_STACK.* RW ' "$work/elf"
ok $? "the stack holds no code"
[ "$(awk '$1 == "LOAD" && / RWE /' "$work/elf")" = "" ]
ok $? "and no page can be written and run"
unlike "$elf" "TEXTREL" "the code needs no changes"
unlike "$elf" "RUNPATH" "no library comes from a place of its own"
unlike "$elf" "RPATH" "nor by the older word for it"
like "$symbols" "__stack_chk_fail" "stacks are guarded"
like "$flags" "-fstack-protector-strong" "strongly"
like "$flags" "-fstack-clash-protection" "and cannot run into the heap"
case $flags in
*-fsanitize*)
    skip "functions that write know their room" "sanitizers look instead" ;;
*)
    like "$symbols" "__snprintf_chk" "functions that write know their room" ;;
esac
# The linker keeps the mark only where the C library's own start files have it,
# which those of Debian 12 have not; so our part is looked at.
if [[ $flags == *-fcf-protection* ]]; then
    like "$(readelf -nW "$BUILD/cli/main.o" 2>/dev/null)" "IBT, SHSTK" \
        "jumps end where they may"
else
    skip "jumps end where they may" "only x86-64"
fi
finish
