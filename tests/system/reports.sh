# JUnit and JSON say what the console says, survive any text, and are written whole or not at all.
. "$(dirname "$0")/lib.sh"
need jq xmllint
one=scenarios/safety/leakage.lua

# ---- the three agree
cat >"$work/rude.lua" <<'END'
return scenario {
  name = "a <rude> & \"quoted\" name",
  fleet = { flats = 1 },
  run = function(bench) error("no \1\2\27[31m <tag> & \"quote\" 'tick' ]]> \xff\xc3 end\n\tof it \0 all") end,
}
END
expect_exit 1 "$meterbench" test scenarios tests/system/hostile "$work/rude.lua" --seed 7 \
    --junit "$work/junit.xml" --json "$work/run.json"
expect_junit "$work/junit.xml"
totals=$(jq -r '.outcomes | "\(.passed) passed, \(.failed) failed, \(.inconclusive) inconclusive, \(.error) errors, \(.skipped) skipped"' "$work/run.json")
expect_text "$work/out" "$totals"
expect_same "exit_code in JSON" 1 "$(jq .exit_code "$work/run.json")"
expect_same "cases in JSON" "$(jq '.outcomes | add' "$work/run.json")" "$(jq '.cases | length' "$work/run.json")"
expect_same "cases in JUnit" "$(jq '.cases | length' "$work/run.json")" "$(junit "$work/junit.xml" 'count(//testcase)')"
failed=$(jq .outcomes.failed "$work/run.json")
expect_same "failures in JUnit" "$failed" "$(junit "$work/junit.xml" 'count(//failure)')"
expect_same "failures attribute" "$failed" "$(junit "$work/junit.xml" 'string(/testsuites/@failures)')"
expect_same "failures of the suites" "$failed" "$(junit "$work/junit.xml" 'sum(//testsuite/@failures)')"
expect_same "failures on the console" "$failed" "$(grep -c '^failed ' "$work/out")"
expect_same "names, in order" "$(jq -r '.cases[].name' "$work/run.json" | sha256sum)" \
    "$(junit "$work/junit.xml" '//testcase/@name' | sed 's/^ name="//; s/"$//; s/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&amp;/\&/g' | sha256sum)"

# ---- any text
rude=$(junit "$work/junit.xml" "string(//testcase[starts-with(@name, 'a <rude>')]/failure/@message)")
case $rude in
*"rude.lua:4: no ???[31m <tag> & \"quote\" 'tick' ]]> "*) ;;
*) fail "the message of the rude script became: $rude" ;;
esac

# ---- the figures of a case
name="a leak trips the flat in its break time and it stays open [leak=60 mA]"
property() {
    junit "$work/junit.xml" "string(//testcase[@name='$name']/properties/property[@name='$1']/@value)"
}
figure() {
    jq -r --arg name "$name" ".cases[] | select(.name == \$name) | $1" "$work/run.json"
}
expect_same "seed" 7 "$(property seed)"
expect_same "case_seed" "$(figure .seed)" "$(property case_seed)"
expect_same "event_hash" "$(figure .event_hash)" "$(property event_hash)"
expect_same "limit_s" 0.150000000 "$(property limit_s)"
expect_same "simulated time in ns" "$(figure .simulated_ns)" "$(property simulated_s | tr -d . | sed 's/^0*//')"
for end in earliest latest; do
    expect_same "measured_${end}_s in ns" "$(figure "[.verdicts[] | select(.limit_ns == 150000000)][0].${end}_ns")" \
        "$(property measured_${end}_s | tr -d . | sed 's/^0*//')"
done

# ---- standard output
"$meterbench" test $one --json - >"$work/stdout.json" 2>"$work/err" || fail "--json - failed"
expect_same "cases on standard output" 3 "$(jq '.cases | length' "$work/stdout.json")"

# ---- a full disk; through a link, lest a mistake replace the device itself
ln -s /dev/full "$work/full"
for report in --json --junit; do
    expect_exit 3 "$meterbench" test $one $report "$work/full"
    expect_text "$work/err" "$report $work/full: No space left on device"
    [ -c "$work/full" ] || fail "$report replaced the device by a file"
done
rm -f "$work/run.json"
expect_exit 3 "$meterbench" test $one --junit "$work/full" --json "$work/run.json"
expect_same "exit code in the other report, which is written all the same" 0 "$(jq .exit_code "$work/run.json")"
"$meterbench" test $one >/dev/full 2>"$work/err"
expect_same "exit code with a full standard output" 3 $?
expect_text "$work/err" "standard output: No space left on device"

# Whoever closes the pipe has read enough: the exit code is still the verdict.
{
    "$meterbench" test $one
    echo $? >"$work/code"
} 2>"$work/err" | head -n 1 >/dev/null
expect_same "exit code with a closed pipe" 0 "$(cat "$work/code")"

# ---- a report that cannot be finished leaves the old one
echo "the old report" >"$work/old"
(
    trap '' XFSZ
    ulimit -f 4
    exec "$meterbench" test $one --quiet --junit "$work/old"
) >/dev/null 2>"$work/err"
expect_same "exit code with a file that may not grow" 3 $?
expect_same "what is left" "old:the old report" "$(cd "$work" && grep -H . old*)"
