# A script's mistake fails its case: none of them may pass, be skipped, end the program or keep it for ever.
. "$(dirname "$0")/lib.sh"
need jq
unsound=tests/system/unsound

expect_exit 1 timeout 60 "$meterbench" test $unsound --json "$work/unsound.json"
# Of two scenarios with one name the first is sound; everything else fails.
expect_same "what passes" "twice the same name" \
    "$(jq -r '.cases[] | select(.outcome == "passed").name' "$work/unsound.json")"
expect_same "what neither passes nor fails" "" \
    "$(jq -r '.cases[] | select(.outcome != "passed" and .outcome != "failed").name' "$work/unsound.json")"
expect_text "$work/out" "judge: either seconds, or low and high" "there is no option \"casue\" here" \
    "an expectation that nobody judged" "the name is already that of" "no __gc here" "too many repetitions" \
    "a duration of more than 36500 days" "it never happened" \
    "no appliance \"perpetual motion\"" "mistakes.lua:1: expected whole seconds and watts"

# The line that repeats a case is a command, whatever the name.
mkdir "$work/odd"
cat >"$work/odd/odd.lua" <<'END'
return scenario {
  name = "a tenant's meter",
  fleet = { flats = 1 },
  run = function(bench) bench:check(false, "fails") end,
}
END
expect_exit 1 "$meterbench" test "$work/odd"
again=$(sed -n 's/^again: meterbench //p' "$work/out")
eval "expect_exit 1 \"\$meterbench\" $again"
expect_text "$work/out" "a tenant's meter"
