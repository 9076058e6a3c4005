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
    expect_exit 1 "$meterbench" board check --board emulated --lockstep --protocol "$2" --only "$3" \
        --firmware "$board/reference-$1.elf" --json "$work/bug.json"
    jq -r ".rows[] | select(.id == \"$3\" and .outcome == \"FAILS\").message" "$work/bug.json" >"$work/message"
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
bug answers_broadcast modbus modbus.broadcast_write "it answered a broadcast write"
bug answers_others modbus modbus.other_address "it answer"
bug wrong_exception modbus modbus.count_of_zero "not exception 3"
bug writes_half modbus modbus.half_value "half of"
bug limit_off_by_one modbus meter.settings "which is out of its range"
bug hangs_on_bad_frame modbus modbus.bad_crc "answers good requests no more"
bug wrong_scale modbus meter.values_follow "current is told as 0.8"
bug forgets_credit modbus meter.keeps_settings "set_balance was"
bug forgets_energy modbus meter.keeps_settings "set_energy was"
bug forgets_settings modbus meter.keeps_settings "before the supply failed"
bug forgets_causes modbus meter.keeps_contacts "a supply failure it shows the contacts closed"
bug fast_clock modbus meter.clock_rate "its clock runs at 1.0"
bug ignores_keep_power modbus meter.keep_power "was not refused"
bug accepts_replayed_sequence modbus modbus.replay "the used sequence number"
bug ignores_checksum dlt645 dlt645.bad_checksum "it answered a frame whose checksum is wrong"
bug ignores_end dlt645 dlt645.bad_marks "whose end byte is 17"
bug ignores_gap dlt645 dlt645.split_long "with a pause of 800 ms"
bug hasty_reply dlt645 dlt645.reply_delay "sooner than 20 ms"
bug late_reply dlt645 dlt645.reply_delay "later than 500 ms"
bug no_wildcard dlt645 dlt645.wildcard "met silence"
bug echoes_wrong_di dlt645 dlt645.well_formed "not the one asked for"
bug plain_last_byte dlt645 dlt645.well_formed "two decimal digits"
bug no_password dlt645 dlt645.order_password "was not refused"
bug ignores_valid_until dlt645 dlt645.valid_until "valid until ten seconds ago was not refused"

# A paced board on a port: no profile is named, nothing may be written.
emulate "$work/emulated"
check 0 --board "$uart" --only 'modbus.[aw]*' --json "$work/port.json"
rows "$work/port.json" "not judged" >"$work/rows"
expect_text "$work/rows" modbus.write_to_absent modbus.all_items
expect_text "$work/out" "it writes to the meter, which takes --write" "no profile says what the meter has"

# The probe finds it, and its bench file is one; the file is not written over.
expect_exit 0 "$meterbench" board probe "$uart" --write "$work/bench.lua"
expect_text "$work/out" "Modbus RTU, 9600 8N1, slave 1" "like reference board: voltage 230"
check 0 --bench "$work/bench.lua" --only modbus.all_items
expect_exit 4 "$meterbench" board probe "$uart" --write "$work/bench.lua"
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
