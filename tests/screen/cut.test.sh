#!/bin/bash
# A save in place that is killed: the commands say so, and the screens offer the
# whole text, without a password in it.
. "$(dirname "$0")/lib.sh"
shim=$PWD/$BUILD/tests/torture/shim.so
cat >"$config" <<INI
; mine
[account work]
label = Work
host = mail.example.org
port = 993
password = Kn0bl4uch
INI
chmod 600 "$config"
ln "$config" "$work/second"
cp "$config" "$work/old"
sed 's/host = .*/host = mail.much-longer.example.org/' "$work/old" >"$work/new"
copies() { find "$XDG_STATE_HOME/postseal" -name 'accounts.ini.*' 2>/dev/null; }
# The save of the longer host is killed before its N-th CALL on the file.
cut() { # CALL N
    cp "$work/old" "$config"
    (
        export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
        LD_PRELOAD=$shim SHIM_UNDER=${config%/*} SHIM_CALL=$1 SHIM_AT=$2 \
            SHIM_DO=kill SHIM_MARK=$work/mark "$POSTSEAL" -c "$config" \
            set "account work" host mail.much-longer.example.org
    ) >/dev/null 2>&1
} 2>/dev/null # the shell tells that it was killed

cut write 1
is "$(copies | wc -l)" 1 "the save is killed, and its copy there"
is "$(stat -c %a "$(copies)")" 600 "for nobody else"
is "$(grep -c Kn0bl4uch "$(copies)")" 0 "no password is in it"
is "$(tr -d '\0' <"$config" | cmp - "$work/old" && wc -c <"$config")" \
    "$(wc -c <"$work/new")" "room was reserved behind the old text"
told=$(postseal get "account work" host 2>&1)
is $? 0 "commands go on"
like "$told" "mail.much-longer.example.org" "with the whole text"
like "$told" "was cut short" "and say so"
start 80x24
shows "A save that was cut short" "the screens offer it"
shows "cannot be read any more" "and say how the file is"
shows_not "Throw away" "which is all there is"
deaf
keys '?'
shows "decide later" "help"
keys Escape
shows_no_more "decide later" "and back"
deaf
keys Escape
shows "you are asked again" "not now"
keys q
ended >/dev/null
is "$(copies | wc -l)" 1 "it is still there"
for size in 60x20 40x12; do
    start $size
    shows "cut short" "$size: it is offered"
    shows "Write it whole" "$size: the buttons are to be seen"
    deaf
    keys Escape q
    ended >/dev/null
done
start 80x24
shows "Write it whole" "asked again"
deaf
keys Enter
shows "whole again" "written"
cmp "$config" "$work/new"
ok $? "the file is the new one, with its password"
is "$(stat -c %h "$config")" 2 "under both names"
is "$(copies)" "" "and the copy is gone"
keys q
is "$(ended)" 0 "it ends"

cut allocate 1
start 80x24
shows "A save that was cut short" "before the first byte"
shows_not "cannot be read" "the old text is whole"
deaf
keys Tab Tab Enter
shows "thrown away" "the new one is not wanted"
cmp "$config" "$work/old"
ok $? "nothing is written"
is "$(copies)" "" "the copy is gone"
keys q
is "$(ended)" 0 "it ends"

cut write 1
postseal set "account work" port 1993 2>"$work/told"
is $? 0 "the next save goes on"
sed 's/port = .*/port = 1993/' "$work/new" | cmp - "$config"
ok $? "and writes the whole text"
is "$(copies)" "" "the copy is gone"
is "$(postseal list 2>&1 | grep -c "cut short")" 0 "nothing more is said"
finish
