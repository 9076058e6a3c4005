# The same seed gives the same events, to the byte: for any number of jobs, alone or in the suite, today and after
# every change that does not mean to change them; and docs/claims.md is what they come to.
. "$(dirname "$0")/lib.sh"
need jq
golden=tests/system/golden.txt

expect_exit 0 "$meterbench" test scenarios --jobs 1 --record "$work/one" --json "$work/one.json"
expect_exit 0 "$meterbench" test scenarios --jobs 2 --record "$work/two" --claims "$work/claims.md"
diff -rq "$work/one" "$work/two" >&2 || fail "event logs differ between --jobs 1 and --jobs 2"
expect_same "event logs recorded" "$(jq '.cases | length' "$work/one.json")" \
    "$(find "$work/one" -name '*.events' | wc -l)"

alone() {
    expect_exit 0 "$meterbench" test scenarios --name "$1" --json "$work/alone.json"
    expect_same "hash of \"$1\" alone" "$(hashes "$work/one.json" | grep -F " $1")" \
        "$(hashes "$work/alone.json")"
}
alone "a leak trips the flat in its break time and it stays open [leak=60 mA]"
alone "arrears trip after three reminders and a payment restores [signal=fair]"
alone "an order is answered within 5 s on average [link=cat1, signal=garage]"

expect_exit 0 "$meterbench" test scenarios/network scenarios/safety --exclude-tag statistics --repeat 3 --json "$work/repeat.json"
runs=$(jq '.cases | length' "$work/repeat.json")
different=$(jq -r '.cases[] | "\(.seed) \(.event_hash)"' "$work/repeat.json" | sort -u | wc -l)
expect_same "different logs of $runs runs" $((runs / 3)) "$different"

expect_exit 0 "$meterbench" test scenarios/safety --seed 2 --json "$work/other.json"
hashes "$work/other.json" | sort >"$work/other.txt"
hashes "$work/one.json" | sort | comm -12 - "$work/other.txt" >"$work/same.txt"
[ ! -s "$work/same.txt" ] || fail "seed 2 gives the same events as seed 1: $(head -n 3 "$work/same.txt")"

value=$(combined_hash "$work/one.json")
[ "$value" = "$(cat "$golden")" ] || fail "the events of the suite at seed 1 have changed.
New value: $value
If the change of model or scenarios is meant, write it to tests/system/golden.txt:
    echo $value > tests/system/golden.txt
and say in the commit why. If not, meterbench test --record DIR before and after shows which event differs."

diff docs/claims.md "$work/claims.md" >&2 || fail "docs/claims.md is not what is measured: make claims"
