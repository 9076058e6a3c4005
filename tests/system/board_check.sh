# The conformance suite: the reference board passes every row, each wire bug of a firmware fails the row that is
# there for it, and nothing of a meter on a port is written without leave.
. "$(dirname "$0")/lib.sh"
need jq xmllint
need_board

check() {
    code=$1
    shift
    expect_exit "$code" "$meterbench" board check "$@"
}

rows() {
    jq -r ".rows[] | select(.outcome == \"$2\").id" "$1"
}

# bug NAME PROTOCOL ROW WORDS: the firmware with the bug fails that row, in these words
bug() {
    expect_exit 1 "$meterbench" board check --board emulated --lockstep --protocol "$2" \
        --firmware "$board/reference-$1.elf" --json "$work/bug.json"
    rows "$work/bug.json" FAILS >"$work/failed"
    grep -qxF "$3" "$work/failed" || { cat "$work/failed" >&2; fail "reference-$1 does not fail $3"; }
    jq -r ".rows[] | select(.id == \"$3\").message" "$work/bug.json" >"$work/message"
    expect_text "$work/message" "$4"
}

check 0 --board emulated --lockstep --json "$work/one.json" --junit "$work/one.xml"
expect_text "$work/out" "stamps are exact" " 0 fail, 0 inconclusive"
expect_same "rows that do not pass" "$(jq '[.rows[] | select(.outcome != "passes")] | length' "$work/one.json")" 0
expect_junit "$work/one.xml"
expect_same "rows in JUnit" "$(junit "$work/one.xml" 'count(//testcase)')" "$(jq '.rows | length' "$work/one.json")"
check 0 --board emulated --lockstep --json "$work/again.json"
cmp -s "$work/one.json" "$work/again.json" || fail "in lockstep the same seed sees other bytes or times"

check 0 --board emulated --lockstep --protocol dlt645
expect_text "$work/out" "address 000000000001" " 0 fail, 0 inconclusive"

bug ignores_crc modbus modbus.bad_crc "it answered a frame whose CRC is wrong"
bug falls_silent modbus modbus.endurance "of 100 met silence"

# A paced board on a port: no profile is named, nothing may be written.
start "$meterbench" board emulate
poll 10 grep -q ready "$work/out" || fail "the emulator is not ready"
port=$(sed -n 's/^uart //p' "$work/out")
check 0 --board "$port" --only 'modbus.[aw]*' --json "$work/port.json"
rows "$work/port.json" "not judged" >"$work/rows"
expect_text "$work/rows" modbus.write_to_absent modbus.all_items
expect_text "$work/out" "it writes to the meter, which takes --write" "no profile says what the meter has"

# The probe finds it, and its bench file is one; the file is not written over.
expect_exit 0 "$meterbench" board probe "$port" --write "$work/bench.lua"
expect_text "$work/out" "Modbus RTU, 9600 8N1, slave 1" "like reference board: voltage 230"
check 0 --bench "$work/bench.lua" --only modbus.all_items
expect_exit 4 "$meterbench" board probe "$port" --write "$work/bench.lua"
expect_text "$work/err" "it is there already; --force"
expect_exit 10 "$meterbench" board probe /dev/null
expect_text "$work/err" "/dev/null: it is not a serial port"

check 0 --list
expect_text "$work/out" modbus.bad_crc "(--write)"
check 4
expect_text "$work/err" "name the meter: --board emulated"
check 4 --board emulated --protocol dlms
expect_text "$work/err" "it is modbus or dlt645"
check 10 --board /dev/null
expect_text "$work/err" "/dev/null: it is not a serial port"
check 5 --board emulated --lockstep --only nothing
