#!/bin/bash
# Every system call of saving fails in turn (EIO, ENOSPC, EDQUOT, EROFS, EACCES,
# a short write) or is the last one of the program: the old or the new file is
# there, whole, and what is told is true. Then real full and read-only disks.
. "$(dirname "$0")/../lib.sh"
shim=$PWD/$BUILD/tests/torture/shim.so
folder=$XDG_CONFIG_HOME/postseal
errors=(5 28 122 30 13) # EIO ENOSPC EDQUOT EROFS EACCES
runs=0 bad=$work/bad

prepare() {
    rm -rf "$folder" "$XDG_STATE_HOME/postseal" "$work/second"
    mkdir -m 700 "$folder"
    cp -p "$work"/start/* "$folder"
}
mkdir "$work/start"
cat >"$work/start/accounts.ini" <<END
; kept
[account work]
host = mail.example.org
port = 993
smtp = relay

[smtp relay]
host = smtp.example.org
END
{
    for number in 1 2; do
        printf '[exception %d]\nhost = h%d.example.org\nport = 993\n' $number $number
        printf 'sha256 = %064d\nspki-sha256 = %064d\n' $number $number
        printf 'faults = self-signed\nuntil = removed\n'
        printf 'added = 2026-01-01T00:00:00Z\nchecked = typed\n\n'
    done
} >"$work/start/exceptions.ini"
echo "# of the person" >"$work/start/msmtprc"
# Longer than a page, so that a save in place has several parts.
{
    cat "$work/start/accounts.ini"
    yes "# long" | head -n 3000
} >"$work/long.ini"
chmod 600 "$work"/start/*

# Each: FILE that is saved, then the command.
declare -A file command
file[set]=$folder/accounts.ini command[set]="set 'account work' port 1993"
file[remove]=$folder/exceptions.ini command[remove]="exception remove 1"
file[export]=$folder/msmtprc
command[export]="export msmtp --output $folder/msmtprc"

under() { # ENVIRONMENT... : runs the command of $kind
    (
        export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
        eval "env LD_PRELOAD=$shim SHIM_UNDER=$folder SHIM_MARK=$work/mark \
            $* '$POSTSEAL' ${command[$kind]}" >"$work/out" 2>"$work/errors" \
            </dev/null
    )
}
tell() { echo "$kind, $*: $(head -c 300 "$work/errors")" >>"$bad"; }
is_old() { cmp -s "${file[$kind]}" "$work/old"; }
is_new() { cmp -s "${file[$kind]}" "$work/new"; }
leftovers() {
    find "$folder" -name ".${file[$kind]##*/}.*" ! -name '*.lock' | grep -q .
}

# One call fails.
fail_at() { # CALL N DO
    local status what="$1 $2 $3"
    rm -f "$work/mark"
    prepare
    under SHIM_CALL="$1" SHIM_AT="$2" SHIM_DO="$3" 2>/dev/null
    status=$?
    [ -e "$work/mark" ] || return 1
    runs=$((runs + 1))
    if [ "$3" = kill ]; then
        is_old || is_new || tell "$what: neither old nor new"
        return 0
    fi
    case $status in
    0) is_new || tell "$what: told as saved, but it is not" ;;
    1 | 3)
        # What a program puts beside it can fail without the file (1 warns).
        is_old || { [ "$status$kind" != 3set ] && is_new; } ||
            tell "$what: neither old nor new"
        [ -s "$work/errors" ] || tell "$what: nothing was said"
        ;;
    *) tell "$what: ended with $status" ;;
    esac
    [ "$1" = unlink ] || ! leftovers || tell "$what: leaves a temporary file"
}

for kind in set remove export; do
    prepare
    cp -p "${file[$kind]}" "$work/old"
    under SHIM_CALL=none SHIM_AT=0 SHIM_DO=0 || tell "does not work at all"
    cp -p "${file[$kind]}" "$work/new"
    is_old && tell "changes nothing"
    before=$runs
    for call in open create read write fsync close rename link unlink chmod chown; do
        for error in "${errors[@]}"; do
            for ((at = 1; at < 100; at++)); do
                fail_at $call $at "$error" || break
            done
        done
    done
    for ((at = 1; at < 100; at++)); do
        fail_at write $at short || break
    done
    for ((at = 1; at < 1000; at++)); do
        fail_at any $at kill || break
    done
    is "$(cat "$bad" 2>/dev/null)" "" "$kind: $((runs - before)) faults"
    rm -f "$bad"
done

# -- in place: a file with two names ------------------------------------------

kind=set
prepare_long() {
    prepare
    cp "$work/long.ini" "$folder/accounts.ini"
    ln "$folder/accounts.ini" "$work/second"
}
prepare_long
cp "$folder/accounts.ini" "$work/old"
under SHIM_CALL=none SHIM_AT=0 SHIM_DO=0
ok $? "a file with two names is written in place"
cp "$folder/accounts.ini" "$work/new"
cmp -s "$work/second" "$work/new"
ok $? "under both"
before=$runs
for call in open create read write fsync close truncate allocate; do
    for error in "${errors[@]}" short; do
        [ $error != short ] || [ $call = write ] || continue
        for ((at = 1; at < 100; at++)); do
            rm -f "$work/mark"
            prepare_long
            under SHIM_CALL=$call SHIM_AT=$at SHIM_DO=$error
            status=$?
            [ -e "$work/mark" ] || break
            runs=$((runs + 1))
            kept=$(sed -n 's/.*whole new text is in \(.*\)\.$/\1/p' "$work/errors")
            case $status in
            0) is_new || tell "$call $at $error: told as saved" ;;
            3) is_old || { [ -n "$kept" ] && cmp -s "$kept" "$work/new"; } ||
                tell "$call $at $error: neither the old nor a copy of the new" ;;
            *) tell "$call $at $error: ended with $status" ;;
            esac
        done
    done
done
for ((at = 1; at < 1000; at++)); do
    rm -f "$work/mark"
    prepare_long
    under SHIM_CALL=any SHIM_AT=$at SHIM_DO=kill 2>/dev/null
    [ -e "$work/mark" ] || break
    runs=$((runs + 1))
    is_old || is_new ||
        cat "$XDG_STATE_HOME"/postseal/accounts.ini.* 2>/dev/null |
        cmp -s - "$work/new" || tell "killed at $at"
    # Whatever is left of the file, it opens, with the old or the new text.
    [[ $(postseal get "account work" port 2>"$work/errors") =~ ^(993|1993)$ ]] ||
        tell "killed at $at: does not open"
    is_old || is_new || {
        postseal set "account work" port 1993 2>"$work/errors" &&
            postseal set "account work" label x 2>"$work/errors" &&
            postseal unset "account work" label 2>"$work/errors" && is_new
    } || tell "killed at $at: is not mended"
done
is "$(cat "$bad" 2>/dev/null)" "" "in place: $((runs - before)) faults"
rm -f "$bad"

# -- real disks ---------------------------------------------------------------

if [ "$(id -u)" = 0 ] && mkdir "$work/disk" &&
    mount -t tmpfs -o size=16k,mode=700 none "$work/disk" 2>/dev/null; then
    on_exit="umount '$work/disk'"
    full=$work/disk/accounts.ini
    cp "$work/start/accounts.ini" "$full"
    dd if=/dev/zero of="$work/disk/filler" bs=4k count=3 2>/dev/null
    cp "$full" "$work/old"
    told=$("$POSTSEAL" -c "$full" set "account work" port 1993 2>&1)
    is $? 3 "a full disk: not saved"
    like "$told" "No space left" "and why"
    cmp -s "$full" "$work/old"
    ok $? "and the old file is whole"
    is "$(find "$work/disk" -name '.accounts.ini.?*' ! -name '*.lock')" "" \
        "and nothing is left of it"
    rm "$work/disk/filler"
    "$POSTSEAL" -c "$full" set "account work" port 1993
    ok $? "with room again it is saved"
    cp "$full" "$work/old"
    mount -o remount,ro "$work/disk"
    told=$("$POSTSEAL" -c "$full" set "account work" port 993 2>&1)
    is $? 3 "a read-only disk: not saved"
    like "$told" "Read-only" "and why"
    cmp -s "$full" "$work/old"
    ok $? "and the old file is whole"
else
    skip "full and read-only disks" "only root can mount one"
fi
finish
