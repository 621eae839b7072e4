#!/bin/bash
# Hostile certificates and files that are none: each is explained or refused in
# one sentence, soon, in little memory, without a raw control byte, and JSON is
# JSON.
. "$(dirname "$0")/../lib.sh"
hostile=$BUILD/tests/hostile/hostile
files=$work/files out=$work/out taken=0
mkdir "$files" "$out"
"$hostile" make "$files"
ok $? "the files are made"
[ "$(find "$files" -type f | wc -l)" -ge 200 ]
ok $? "and there are at least 200"

# 64 MB of data; AddressSanitizer needs terabytes of its own. Every PART-th file
# is explained and judged, every EVERY-th of these in each form, too: a start a
# form adds up. tests/torture/hostile.test.sh takes all.
limit="ulimit -d 65536" part=${PART:-2} every=${EVERY:-4}
case $BUILD in *asan*) limit=: ;; esac

# run NAME ARGUMENT...: its output goes to NAME.
run() {
    local name=$1
    shift
    (
        $limit
        exec timeout 20 "$POSTSEAL" -c "$config" "$@" \
            >"$out/$name" 2>"$out/$name.errors" </dev/null
    )
}

# One worker takes every second file.
bad=$work/bad
tell() { echo "$1" >>"$bad"; }
show_one() { # FILE all|some
    local file=$1 name=${1##*/} status
    run "$name.text" cert show "$file"
    status=$?
    case $name-$status in
    ok-*-0 | no-*-3 | any-*-0 | any-*-3) ;;
    *) tell "$name: cert show ended with $status" ;;
    esac
    if [ $status = 0 ]; then
        grep -q '  SHA-256  ' "$out/$name.text" ||
            tell "$name: explained without a SHA-256"
    else
        [ ! -s "$out/$name.text" ] || tell "$name: refused, but told"
        [ "$(wc -l <"$out/$name.text.errors")" = 1 ] ||
            tell "$name: not refused in one sentence"
    fi
    [ $2 = all ] || return
    run "$name.json" cert show --json "$file"
    [ $? = $status ] || tell "$name: --json ends with another status"
    [ $status != 0 ] || [ -s "$out/$name.json" ] || tell "$name: no JSON"
    run "$name.pem" cert show --pem "$file"
    [ $? = $status ] || tell "$name: --pem ends with another status"
    [ $status != 0 ] || grep -q BEGIN "$out/$name.pem" || tell "$name: no PEM"
}
verify_one() {
    local file=$1 name=${1##*/} status
    run "$name.verdict" cert verify --json --chain "$file" \
        --roots "$files/ok-must-staple.der" --host mail.example.org
    status=$?
    case $name-$status in
    *-3 | *-4 | ok-must-staple.der-0) ;;
    *) tell "$name: cert verify ended with $status" ;;
    esac
    [ $2 = all ] || return
    run "$name.roots" cert verify --chain "$files/ok-good.pem" \
        --roots "$file" --host mail.example.org
    status=$?
    case $status in
    0 | 3 | 4) ;;
    *) tell "$name: cert verify with it as root ended with $status" ;;
    esac
}
worker() {
    local i forms
    for ((i = $1; i < ${#all[@]}; i += 2)); do
        forms=some
        [ $((i / 2 % every)) != 0 ] || forms=all
        show_one "${all[i]}" $forms
        verify_one "${all[i]}" $forms
    done
}
all=()
for file in "$files"/*; do
    [ $((taken++ % part)) != 0 ] || all+=("$file")
done
worker 0 &
worker 1 &
wait
is "$(head -n 20 "$bad" 2>/dev/null)" "" "each is explained or refused as it has to be"

check() { # KIND SUFFIX TEXT
    local found
    found=$(find "$out" -name "*$2" -print0 |
        xargs -0 "$hostile" check "$1" | head -n 20)
    is "$found" "" "$3"
}
check text .text "no control byte in the explanations"
check json .json "--json is valid"
check text .pem "no control byte in the PEM"
check json .verdict "a verdict in JSON is valid"
check text .roots "no control byte in verdicts"
check text .errors "no control byte in the messages"

# -- what is no ordinary file -------------------------------------------------

refused() { # TEXT PART ARGUMENT...
    local text=$1 part=$2 status
    shift 2
    run special cert show "$@"
    status=$?
    is "$status" 3 "$text: refused"
    like "$(cat "$out/special.errors")" "$part" "$text: and said"
}
mkdir "$work/folder.pem"
refused "a folder" "not a regular file" "$work/folder.pem"
mkfifo "$work/fifo.pem"
refused "a FIFO" "not a regular file" "$work/fifo.pem"
refused "a device" "not a regular file" /dev/zero
truncate -s 1G "$work/sparse.pem"
refused "a file of 1 GB" "too big" "$work/sparse.pem"
rm "$work/sparse.pem"
{
    echo "-----BEGIN CERTIFICATE-----"
    head -c 100000000 /dev/zero | tr '\0' A
    echo "-----END CERTIFICATE-----"
} >"$work/letters.pem"
refused "100 MB of base64" "too big" "$work/letters.pem"
rm "$work/letters.pem"
refused "a missing file" "neither a file" "$work/none.pem"
cp "$files/ok-good.pem" "$work/"$'\e[2J\n.pem'
run special cert show "$work/"$'\e[2J\n.pem'
is $? 0 "a file with an odd name is explained"
run special cert show "$work/"$'\e[3J\n.pem'
"$hostile" check text "$out/special" "$out/special.errors" >/dev/null
ok $? "and its name does not get out raw"

# -- what is said -------------------------------------------------------------

said() { # FILE PART TEXT
    [ -e "$out/$1.text" ] || run "$1.text" cert show "$files/$1"
    like "$(cat "$out/$1.text" "$out/$1.text.errors")" "$2" "$3"
}
said no-only-0.pem "private key" "a private key is told"
said ok-with-0.pem "private key, which was passed over" \
    "and when it was passed over"
said no-pkcs12.p12 "PKCS#12" "PKCS#12 is told"
said no-pkcs12-ber.p12 "PKCS#12" "also in BER"
said no-pkcs7.p7b "PKCS#7" "PKCS#7 is told"
said no-empty "is empty" "an empty file is told"
said no-cut-8.der "ends too early" "a file cut off is told"
said no-trailing-byte.der "more bytes" "bytes behind it are told"
said no-second-cut.pem "Certificate 2 in it is damaged" "and which is damaged"
said ok-san-dns-nul.der 'good.example\x00.evil.example' "a NUL is shown"
said ok-san-dns-bidi.der '\u{202E}gro' "and turning round"
said ok-san-idn.der "xn--bcher-kva.example (bücher.example)" \
    "an A-label with its Unicode form"
said ok-san-idn.der "has to be written xn--bcher-kva.example" \
    "and the other way round"
said ok-serial-minus-one.der "negative" "a negative serial number is told"
said ok-key-rsa-e-1.der "exponent of its RSA key is 1" "an exponent of 1"
said ok-key-rsa-n-even.der "even" "an even modulus"
said ok-critical-unknown.der "1.2.3.4.5" "an unknown critical extension by OID"
said ok-extension-2.5.29.17-twice.der "stands in it" \
    "a doubled extension by name"
said ok-must-staple.der "Must staple" "must-staple"
said ok-path-length-0.der "no further authority" "the path length in words"
said ok-name-constraints.der 'only \x1B[2J' "name constraints in words"
finish
