# `meterbench decode`: bytes in any form, the wrong byte named, exit codes, JSON.
. "$(dirname "$0")/lib.sh"
good="68 61 01 00 00 00 00 68 91 08 33 33 34 33 59 33 33 33 8A 16"

# refuses CODE TEXT ARGUMENT...: nothing on standard output, TEXT on standard error.
refuses() {
    code=$1 text=$2
    shift 2
    expect_exit "$code" "$meterbench" decode "$@"
    expect_text "$work/err" "$text"
    [ ! -s "$work/out" ] || fail "something on standard output: decode $*"
}

# every usual form is the same bytes
for form in "$good" "68,61,01,00,00,00,00,68,91,08,33,33,34,33,59,33,33,33,8a,16" \
    "6861010000000068910833333433593333338A16" "[0x68, 0x61, 0x1, 0, 0x0]" \
    '\x68\x61\x01\x00\x00\x00\x00\x68\x91\x08\x33\x33\x34\x33\x59\x33\x33\x33\x8a\x16' \
    '"68H 61H 01H 00H 00H 00H 00H 68H 91H 08H 33H 33H 34H 33H 59H 33H 33H 33H 8AH 16H"'; do
    case $form in
    *", 0,"*) refuses 4 'an odd number of digits in "0, 0x0]"' "$form" ;; # a bare digit is no byte
    *)
        expect_exit 0 "$meterbench" decode "$form"
        expect_text "$work/out" "reply 00010000 (forward active energy) 0.26 kWh from 000000000161" \
            "= 26 00 00 00  value 0.26 kWh"
        ;;
    esac
done
# shellcheck disable=SC2086
expect_exit 0 "$meterbench" decode $good
echo "$good # a remark" >"$work/bytes"
expect_exit 0 "$meterbench" decode --file "$work/bytes"
expect_exit 0 sh -c "'$meterbench' decode - <'$work/bytes'"

expect_exit 1 "$meterbench" decode FE FE FE FE 68 43 10 00 11 34 00 68 D1 06 33 34 34 35 CA 55 EE 16
expect_text "$work/out" "byte 20: checksum EE, computed 2E"
expect_exit 1 "$meterbench" decode "$good 00 $good" --brief
expect_text "$work/out" "byte 20: noise, 1 byte of no frame"
expect_exit 1 "$meterbench" decode 68 61 01 00 00 00 00 00 11 04 33 33 34 33 14 16
expect_text "$work/out" "byte 7: 68 expected, is 00"
expect_exit 0 "$meterbench" decode 01 04 04 46 2A 75 21 29 8C
expect_text "$work/out" "f32 10909.28"
expect_exit 1 "$meterbench" decode --request 01 04 04 46 2A 75 21 29 8C

expect_exit 0 "$meterbench" decode --json "$good"
expect_text "$work/out" '"ok": true' '"protocol": "dlt645"' '"without_33": "26 00 00 00"'
expect_exit 1 "$meterbench" decode --json "$good 00"
expect_text "$work/out" '"ok": false' '"reason": "noise, 1 byte of no frame"'

expect_exit 0 "$meterbench" decode --help
expect_text "$work/out" "usage: meterbench decode"
refuses 4 "no bytes" ""
refuses 4 "no bytes"
refuses 4 'an odd number of digits in "686"' 68 686
refuses 4 '"xyz" is not hexadecimal' 68 xyz
refuses 4 "--protocol dlms: expected dlt645, modbus" --protocol dlms 68
refuses 4 "$work/none: No such file" --file "$work/none"
refuses 4 "meterbench decode --help lists the options" --no-such-option
