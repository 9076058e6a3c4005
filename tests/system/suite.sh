# The whole suite on virtual meters passes, and every invariant had occasion to apply.
. "$(dirname "$0")/lib.sh"

expect_exit 0 "$meterbench" test
grep -Eq '^[1-9][0-9]* passed, 0 failed, 0 inconclusive, 0 errors, 0 skipped' "$work/out" ||
    fail "the totals do not say that all passed: $(tail -n 1 "$work/out")"

applied=$(sed -n '/^invariants/,/^$/p' "$work/out" | awk '/^[1-9] / && $(NF-1) > 0 && $NF == 0' | wc -l)
expect_same "invariants that applied and held" 9 "$applied"

# A slow machine is no failure, but somebody should notice.
wall=$(sed -n 's/^seed 1, .* simulated in \([0-9.]*\) s$/\1/p' "$work/out")
[ -n "$wall" ] || fail "seed and wall time are not printed"
[ "${wall%.*}" -lt 10 ] || echo "the suite took $wall s; 10 s is what it should take at most"
