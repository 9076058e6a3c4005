# `meterbench board monitor`: a line decoded live and from captures, and captures that others open.
. "$(dirname "$0")/lib.sh"
question="68 61 01 00 00 00 00 68 11 04 33 33 34 33 14 16"
answer="68 61 01 00 00 00 00 68 91 08 33 33 34 33 59 33 33 33 8A 16"

# monitor CODE ARGUMENT...
monitor() {
    code=$1
    shift
    expect_exit "$code" "$meterbench" board monitor "$@"
}

cat >"$work/capture.txt" <<EOF
# seconds, direction, bytes
1700000000.000000 > $question
1700000000.045000 < $answer
1700000001.000000 > 68 61 01 00 00 00 00 68 11 04 33 33 34 33 15 16
EOF
monitor 1 "$work/capture.txt" --write "$work/a.pcapng"
expect_text "$work/out" "0.000000   +0.000000 > read 00010000 (forward active energy) from 000000000161" \
    "0.045000   +0.045000 < reply 00010000 (forward active energy) 0.26 kWh" \
    "+0.955000 > WRONG at byte 14, checksum 15, computed 14: 68 61" "3 frames, 1 of them wrong"
cp "$work/out" "$work/first"
monitor 1 "$work/a.pcapng" --write "$work/b.txt"
cmp -s "$work/out" "$work/first" || fail "the capture says something else than what it was made from"
monitor 1 "$work/b.txt" --json
expect_text "$work/out" '"time_ns":1700000000045000000,"gap_ns":45000000,"direction":"from meter"'
monitor 0 "$work/a.pcapng" --for 100ms --json
if command -v capinfos >/dev/null && command -v tshark >/dev/null; then
    capinfos "$work/a.pcapng" >"$work/capinfos" 2>&1 || fail "capinfos does not open the capture"
    expect_text "$work/capinfos" "Number of packets:   3" "nanoseconds"
    tshark -r "$work/a.pcapng" -T fields -e frame.len -e frame.comment >"$work/tshark" 2>"$work/err" ||
        fail "tshark does not open the capture"
    expect_text "$work/tshark" "16" "20" "checksum 15, computed 14"
    tshark -X lua_script:hil/wireshark/dlt645.lua -r "$work/a.pcapng" -T fields -E separator=/s -e dlt645.function \
        -e dlt645.address -e dlt645.data >"$work/tshark" 2>"$work/err" || fail "the dissector fails"
    expect_text "$work/tshark" "read 000000000161 0000010026000000"
fi

# what a killed program leaves
head -c 250 "$work/a.pcapng" >"$work/cut.pcapng"
monitor 0 "$work/cut.pcapng"
expect_text "$work/err" "the file ends inside a block; what is before it was shown"
monitor 4 "$work/none"
expect_text "$work/err" "$work/none: No such file"
echo "hello" >"$work/hello"
monitor 4 "$work/hello"
expect_text "$work/err" "$work/hello:1: expected a line as 12.345678 > 68 AA"
monitor 4 "$work/a.pcapng" --write "$work/a.pcapng"
expect_text "$work/err" "that is what is read"
monitor 3 "$work/capture.txt" --write /dev/full
expect_text "$work/err" "--write /dev/full: No space left on device"
monitor 4
monitor 0 --help

# live: what comes out of one end of a pair went into the other
need socat
socat "pty,rawer,link=$work/listen" "pty,rawer,link=$work/talk" &
pair=$!
running="$running $pair"
poll 10 test -e "$work/listen" -a -e "$work/talk" || fail "no pair of pseudo terminals"
start "$meterbench" board monitor "$work/listen" --write "$work/live.pcapng"
say() {
    for byte in "$@"; do
        # shellcheck disable=SC2059
        printf "\\$(printf %03o "0x$byte")"
    done >"$work/talk"
}
poll 20 grep -q "listening on" "$work/err" || fail "the port is not open"
# shellcheck disable=SC2086
say $question
poll 20 grep -q "read 00010000" "$work/out" || fail "the question was not heard"
# shellcheck disable=SC2086
say $answer
poll 20 grep -q "0.26 kWh" "$work/out" || fail "the answer was not heard"
monitor_lines=$(wc -l <"$work/out")
cp "$work/live.pcapng" "$work/copy.pcapng" # whole while it is being written
kill -INT "$pid"
finish "$pid"
expect_same "exit code after Ctrl-C" 0 "$got"
monitor 0 "$work/copy.pcapng"
expect_same "frames kept" "$((monitor_lines + 1))" "$(wc -l <"$work/out")"
kill "$pair"
finish "$pair"

# a board's run keeps its wire
if [ -x "$board/meterbench-emulator" ]; then
    mkdir "$work/record"
    expect_exit 0 "$meterbench" test scenarios/safety/leakage.lua --name '*60 mA*' --board emulated --lockstep \
        --record "$work/record"
    set -- "$work"/record/*.pcapng
    "$meterbench" board monitor "$1" >"$work/out" # the last frame may be cut off where the bench let go
    expect_text "$work/out" "> read input registers 0 to 23 of station 1" "< reply of station 1 to read input registers:"
    awk '/WRONG/ && !/missing/ { exit 1 }' "$work/out" || fail "a good line has broken frames"
fi
