# What a run saw is kept, and judged again without the board; what was changed or is missing is told.
. "$(dirname "$0")/lib.sh"
need jq sqlite3

# ask SQL: of the run file
ask() {
    sqlite3 "$work/run.db" "$1"
}

# ---- virtual meters: texts and seeds are enough, the files are not needed
mkdir -p "$work/mine/lib"
cp scenarios/safety/leakage.lua scenarios/billing/arrears.lua "$work/mine/"
cp scenarios/lib/*.lua "$work/mine/lib/" 2>/dev/null
expect_exit 0 "$meterbench" test "$work/mine" --seed 7 --run-file "$work/run.db" --json "$work/run.json"
rm -r "$work/mine"
expect_exit 0 "$meterbench" replay "$work/run.db" --json "$work/replay.json" --junit "$work/replay.xml"
expect_junit "$work/replay.xml"
expect_same "hashes of run and replay" "$(hashes "$work/run.json")" "$(hashes "$work/replay.json")"
expect_same "complete" 1 "$(ask 'SELECT complete FROM run')"
expect_exit 5 "$meterbench" replay "$work/run.db" --name 'nothing has this name'

# ---- an event that was changed is found
ask "UPDATE event SET a = a + 1 WHERE case_id = 1 AND n = 5"
expect_exit 1 "$meterbench" replay "$work/run.db"
expect_text "$work/out" "event 6: recorded"

# ---- what is no run file is neither read nor overwritten
echo "a letter" >"$work/letter"
expect_exit 4 "$meterbench" test scenarios/safety/leakage.lua --run-file "$work/letter"
expect_text "$work/err" "is no run file"
expect_same "the letter" "a letter" "$(cat "$work/letter")"
expect_exit 4 "$meterbench" replay "$work/letter"
expect_exit 4 "$meterbench" replay "$work/nowhere.db"
expect_exit 0 "$meterbench" test scenarios/safety/leakage.lua --run-file "$work/run.db" # an old one makes way

# ---- a full disk costs the file, not the verdicts
full() {
    (
        trap '' XFSZ
        ulimit -f 3000
        exec "$meterbench" test scenarios/billing/arrears.lua --repeat 20 --run-file "$work/full.db"
    )
}
if [ -z "${METERBENCH_SANITIZE:-}" ]; then
    expect_exit 3 full
    expect_text "$work/out" " passed, 0 failed"
    expect_text "$work/err" "cannot be replayed"
fi

# ---- a run that is killed leaves what was until then
# enough RUN.db N: at least N cases are finished in it
enough() {
    [ "$(sqlite3 "$1" 'SELECT count(outcome) FROM case_result')" -ge "$2" ]
}
start "$meterbench" test scenarios/billing --repeat 30 --jobs 1 --run-file "$work/killed.db"
poll 60 enough "$work/killed.db" 3 || fail "no case was written within a minute"
kill -0 "$pid" || fail "the run was over before it could be killed"
kill -KILL "$pid"
finish "$pid"
expect_exit 10 "$meterbench" replay "$work/killed.db"
expect_text "$work/out" "the run was killed" " 0 differ"

# ---- with a board
need_board
expect_exit 0 "$meterbench" test scenarios/safety/leakage.lua scenarios/operations/remote_control.lua \
    --board emulated --lockstep --run-file "$work/run.db" --json "$work/run.json"
facts=$(ask "SELECT count(*) FROM board_fact")
[ "$facts" -gt 100 ] || fail "only $facts facts of the board were kept"
[ "$(ask "SELECT count(*) FROM wire WHERE direction = 'from board'")" -gt 10 ] || fail "the wire was not kept"
# The emulator and the profile are beside the program: a copy elsewhere has neither.
mkdir "$work/elsewhere"
cp "$meterbench" "$work/elsewhere/"
(cd "$work/elsewhere" && ./meterbench replay ../run.db --json ../replay.json) >"$work/out" 2>&1 ||
    fail "the replay without a board differs: $(cat "$work/out")"
expect_same "hashes of run and replay" "$(hashes "$work/run.json")" "$(hashes "$work/replay.json")"
verdicts='.cases[] | [.name, .outcome, .message, .board, .verdicts]'
expect_same "verdicts" "$(jq -c "$verdicts" "$work/run.json")" "$(jq -c "$verdicts" "$work/replay.json")"
expect_same "properties of the board" "$(jq -cS .boards "$work/run.json")" "$(jq -cS .boards "$work/replay.json")"
[ "$(jq '.boards | length' "$work/replay.json")" -eq 1 ] || fail "the replay's report names no board"

# ---- killed in the middle of a case on a board: as far as it goes it is the same
start "$meterbench" test scenarios/safety/leakage.lua --board emulated --lockstep --repeat 100 --jobs 1 \
    --run-file "$work/killed.db"
poll 60 enough "$work/killed.db" 1 || fail "no case on a board was written within a minute"
kill -0 "$pid" || fail "the run was over before it could be killed"
kill -KILL "$pid"
finish "$pid"
expect_exit 10 "$meterbench" replay "$work/killed.db"
expect_text "$work/out" "identical" "the run was killed" " 0 differ"

# ---- by DL/T 645, on a bad line; a case that this board cannot serve is skipped for the same reason
cat >"$work/needs.lua" <<'END'
return scenario {
  name = "a meter on another protocol is wanted", board = 7, needs = { "modbus" },
  fleet = { flats = 8 },
  run = function(bench) bench:expect(bench:flat(7):supplied()):now() end,
}
END
expect_exit 0 "$meterbench" test scenarios/safety/leakage.lua "$work/needs.lua" --board emulated --lockstep \
    --profile reference_dlt645 --line-faults drop=200ppm,noise=200ppm --run-file "$work/line.db" --json "$work/run.json"
expect_text "$work/out" "1 skipped"
expect_exit 0 "$meterbench" replay "$work/line.db" --json "$work/replay.json"
expect_same "verdicts on a bad line" "$(jq -c "$verdicts" "$work/run.json")" "$(jq -c "$verdicts" "$work/replay.json")"
expect_text "$work/replay.json" "speaks DL/T 645"

# ---- a file of another version is refused, and told how it can be read
sqlite3 "$work/line.db" "PRAGMA user_version = 1"
expect_exit 4 "$meterbench" replay "$work/line.db"
expect_text "$work/err" "have version 1, this program reads version"

# ---- a fact of the board that was changed is found
ask "UPDATE board_fact SET at_ns = at_ns + 1000000 WHERE kind = 'event' AND event =
    (SELECT kind FROM event_kind WHERE name = 'contacts')"
expect_exit 1 "$meterbench" replay "$work/run.db"
expect_text "$work/out" "flat 7 contacts" "differs"

# ---- so is a row that no recorder writes; a file that is cut short is refused, or what is left of it is replayed
ask "UPDATE board_fact SET kind = 'nonsense' WHERE case_id = 1 AND n = 20"
expect_exit 1 "$meterbench" replay "$work/run.db"
expect_text "$work/out" "the recorded rows of this case are damaged"
size=$(wc -c <"$work/run.db")
for part in 15 12 8 4 1; do
    head -c $((size * part / 16)) "$work/run.db" >"$work/cut.db"
    "$meterbench" replay "$work/cut.db" >"$work/out" 2>"$work/err"
    got=$?
    case $got in
    1 | 4 | 10) ;;
    *) fail "a file cut to $part sixteenths: exit code $got" ;;
    esac
done
