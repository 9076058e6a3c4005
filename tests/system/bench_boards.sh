# A bench file of several boards: each judges the scenarios for boards, side by side, and every report says which it was.
. "$(dirname "$0")/lib.sh"
need jq xmllint
need_board
one=scenarios/safety/leakage.lua
case="*[[]leak=60 mA]"

# ---- what is asked for must be there
cat >"$work/bench.lua" <<END
return bench { profile = "$source_dir/scenarios/boards/reference.lua", boards = {
    { id = "left", port = "/dev/meterbench-left" }, { id = "right", port = "/dev/meterbench-right" } } }
END
expect_exit 4 "$meterbench" test $one --bench "$work/bench.lua" --board middle
expect_text "$work/err" "no board is called \"middle\"" "left, right"
expect_exit 4 "$meterbench" test $one --bench "$work/bench.lua" --board emulated
expect_text "$work/err" "is one board" "has 2"
expect_exit 4 "$meterbench" test $one --board left
expect_text "$work/err" "left" "--bench"
expect_exit 0 "$meterbench" test $one --name "$case" --bench "$work/bench.lua" --list
expect_text "$work/out" "(board left: flat 7)" "(board right: flat 7)"
expect_exit 10 "$meterbench" test $one --name "$case" --bench "$work/bench.lua" --board right --json "$work/run.json"
expect_same "boards" right "$(jq -r '.cases[].board_id' "$work/run.json")"
expect_text "$work/out" "/dev/meterbench-right" "--board 'right'"

# ---- what is judged is told, also when nobody is there
echo "the firmware" >"$work/meter.hex"
cat >"$work/bench.lua" <<END
return bench { profile = "$source_dir/scenarios/boards/reference.lua", port = "/dev/meterbench-none", firmware = "meter.hex" }
END
expect_exit 10 "$meterbench" test $one --name "$case" --bench "$work/bench.lua" --json "$work/run.json" --junit "$work/junit.xml"
expect_same "hash of the firmware" "$(sha256sum <"$work/meter.hex" | cut -d' ' -f1)" "$(jq -r '.boards[0]["firmware.sha256"]' "$work/run.json")"
expect_same "hash of the profile" "$(sha256sum <scenarios/boards/reference.lua | cut -d' ' -f1)" \
    "$(junit "$work/junit.xml" 'string(//testsuite/properties/property[@name="board.profile.sha256"]/@value)')"
expect_text "$work/out" "meter.hex" "/dev/meterbench-none"
expect_junit "$work/junit.xml"

# ---- two boards at once; a host that could not keep up (10) gets another try with fresh boards
device() { # NAME WHICH
    sed -n "s/^$2 //p" "$work/$1"
}
for attempt in 1 2 3; do
    emulate "$work/left"
    boards=$emulated
    emulate "$work/right"
    boards="$boards $emulated"
    cat >"$work/bench.lua" <<END
return bench { profile = "$source_dir/scenarios/boards/reference.lua", boards = {
    { id = "left", port = "$(device left uart)", rack = "$(device left rack)" },
    { id = "right", port = "$(device right uart)", rack = "$(device right rack)" } } }
END
    "$meterbench" test $one --name "$case" --bench "$work/bench.lua" --json "$work/run.json" \
        --junit "$work/junit.xml" --record "$work/record" --jobs 1 >"$work/out" 2>"$work/err"
    got=$?
    for one_board in $boards; do
        kill "$one_board"
        finish "$one_board"
    done
    [ $got -eq 10 ] || break
    echo "attempt $attempt: $(jq -r '.cases[].message' "$work/run.json")"
done
expect_same "exit code over both boards" 0 $got
expect_same "boards in JSON" "left right " "$(jq -r '.cases[].board_id' "$work/run.json" | tr '\n' ' ')"
expect_same "evidence of both" "contact contact " "$(jq -r '.cases[].verdicts[0].evidence' "$work/run.json" | tr '\n' ' ')"
wall=$(jq '.wall_s * 1000 | floor' "$work/run.json")
simulated=$(jq '[.cases[].simulated_ns] | add / 1000000 | floor' "$work/run.json")
[ "$wall" -lt "$simulated" ] || fail "the boards took $wall ms of wall time, one after the other $simulated ms"
expect_junit "$work/junit.xml"
expect_same "suites in JUnit" 2 "$(junit "$work/junit.xml" 'count(//testsuite)')"
expect_same "property of the first" left "$(junit "$work/junit.xml" 'string((//property[@name="board.id"])[1]/@value)')"
expect_text "$work/out" "[board left]" "[board right]"
expect_same "event logs" 2 "$(find "$work/record" -name '*_on_*.events' | wc -l)"
