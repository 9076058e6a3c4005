# `meterbench test --audit` and `meterbench audit verify`: a log is whole, and whatever is done to it shows, with the line.
. "$(dirname "$0")/lib.sh"
need jq sha256sum

cat >"$work/one.lua" <<'LUA'
return scenario {
  name  = "somebody trips a flat",
  fleet = { flats = 10, household = false },
  run = function(bench)
    bench:sign_in { user = "operator", password = "a guess" }
    local operator = bench:sign_in { user = "operator" }
    operator:order(bench:flat(7), "trip")
    bench:wait("10 s")
    bench:check(operator:sign_out(), "out")
  end,
}
LUA
head -c 32 /dev/urandom >"$work/key"
head -c 32 /dev/urandom >"$work/other"
log="$work/audit/somebody_trips_a_flat.audit.jsonl"
expect_exit 0 "$meterbench" test "$work/one.lua" --audit "$work/audit" --audit-key "$work/key" --json "$work/run.json"
head=$(jq -r '.cases[0].audit.head' "$work/run.json")
lines=$(wc -l <"$log")
expect_same "lines in the report" "$lines" "$(jq -r '.cases[0].audit.lines' "$work/run.json")"
expect_same "who tripped it" operator "$(jq -r 'select(.action == "trip" and .result == "accepted").who' "$log")"

# the same run writes the same log
expect_exit 0 "$meterbench" test "$work/one.lua" --audit "$work/again" --audit-key "$work/key"
cmp -s "$log" "$work/again/somebody_trips_a_flat.audit.jsonl" || fail "the same run writes another audit log"

# another implementation comes to the same hashes
before=0000000000000000000000000000000000000000000000000000000000000000
while read -r line; do
    hash=$(printf '%s%s' "$before" "${line%%,\"hash\"*}" | sha256sum | cut -d' ' -f1)
    expect_same "hash by sha256sum" "$hash" "$(printf '%s' "$line" | jq -r .hash)"
    before=$hash
done <"$log"
expect_same "the last hash" "$head" "$before"
if command -v openssl >/dev/null; then
    seal=$(printf '%s' "$head" | openssl dgst -sha256 -mac HMAC -macopt "hexkey:$(od -An -tx1 "$work/key" | tr -d ' \n')" |
        sed 's/.*= *//')
    expect_same "seal by openssl" "$seal" "$(tail -n 1 "$log" | jq -r .seal)"
fi

verify() { # verify CODE TEXT FILE [OPTION...]
    code=$1 text=$2
    shift 2
    expect_exit "$code" "$meterbench" audit verify "$@"
    expect_text "$work/out" "$text"
}
verify 0 "whole, $lines lines, sealed with this key" "$log" --key "$work/key"
verify 0 "whole, $lines lines, sealed: --key FILE" "$log" --head "$head"
verify 1 "the seal is not of this key" "$log" --key "$work/other"
expect_exit 0 sh -c "'$meterbench' audit verify - <'$log'"

# each line in turn: removed, or doubled; the end cut off
n=1
while [ $n -le "$lines" ]; do
    sed "${n}d" "$log" >"$work/broken"
    if [ $n -lt "$lines" ]; then
        verify 1 "broken, line $n: it is number $n, and $((n - 1)) should come: lines are missing" "$work/broken"
    else
        verify 1 "broken, line $n: the end is missing" "$work/broken"
    fi
    sed "${n}p" "$log" >"$work/broken"
    verify 1 "broken, line $((n + 1)): it" "$work/broken"
    n=$((n + 1))
done
sed 's/"who":"operator"/"who":"landlord"/' "$log" >"$work/broken"
verify 1 "broken, line 2: its hash does not follow" "$work/broken"
: >"$work/broken"
verify 1 "broken, line 1: the end is missing" "$work/broken"
verify 1 "broken, line 1: it is no line of an audit log" "$work/one.lua"

# all written anew, with right numbers and hashes: only the key and the head tell
before=0000000000000000000000000000000000000000000000000000000000000000
sed 's/operator/landlord/g' "$log" | while read -r line; do
    text=${line%%,\"hash\"*}
    before=$(printf '%s%s' "$before" "$text" | sha256sum | cut -d' ' -f1)
    printf '%s,"hash":"%s"}\n' "$text" "$before"
done >"$work/forged"
verify 0 "not sealed: one that was written anew as a whole would not show" "$work/forged"
verify 1 "the end has no seal" "$work/forged" --key "$work/key"
verify 1 "its last hash is not that of --head" "$work/forged" --head "$head"

# JSON, several logs, mistakes
expect_exit 1 "$meterbench" audit verify --json "$log" "$work/forged" "$work/broken"
expect_same "whole" "true true false" "$(jq -r 'map(.whole) | join(" ")' "$work/out")"
expect_same "line" 1 "$(jq -r '.[2].line' "$work/out")"
refuses() { # refuses TEXT ARGUMENT...
    text=$1
    shift
    expect_exit 4 "$meterbench" "$@"
    expect_text "$work/err" "$text"
}
refuses "what is to be done" audit
refuses "no file" audit verify
refuses "No such file" audit verify "$work/nowhere"
refuses "a directory" audit verify "$work"
refuses "expected 64 hexadecimal digits" audit verify --head 12 "$log"
refuses "is of one log" audit verify --head "$head" "$log" "$log"
refuses "a key is a file of 16 to 4096 bytes" audit verify --key /dev/null "$log"
refuses "there is no --audit" test "$work/one.lua" --audit-key "$work/key"
refuses "no directory that can be written" test "$work/one.lua" --audit "$work/one.lua"
expect_exit 0 "$meterbench" audit --help
