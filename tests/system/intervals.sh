# A paced trip, again and again with another phase of the mains each time: the stated interval holds what the emulator knows, to the
# cycle, to be true. METERBENCH_RUNS says how often, by default 3 times; 20 make a table worth keeping.
. "$(dirname "$0")/lib.sh"
need jq
need_board
runs=${METERBENCH_RUNS:-3}
text="flat 7 tripped (leakage) after leakage of 60 mA"

# measure SEED: leaves "EARLIEST LATEST TRUTH" in ns, or nothing when a busy host spoilt the run. The case ends at its time limit,
# after the trip: what follows takes 10 s more and is no matter here.
measure() {
    rm -f "$work/run.json" "$work/truth"
    "$meterbench" test scenarios/safety/leakage.lua --name '*[[]leak=60 mA]' --board emulated --seed "$1" --timeout 3s \
        --truth "$work/truth" --json "$work/run.json" >"$work/out" 2>"$work/err"
    stated=$(jq -r --arg text "$text" '[.cases[0].verdicts[] | select(.text == $text)][0] |
        select(.evidence == "contact") | "\(.earliest_ns) \(.latest_ns)"' "$work/run.json")
    true_ns=$(awk '$3 == "applied" && $4 == "0x112" { applied = $2 }
        $3 == "contacts" && $4 == "open" { printf "%.0f", $2 - applied; exit }' "$work/truth")
    [ -z "$stated" ] || [ -z "$true_ns" ] || echo "$stated $true_ns"
}

measured=0
seed=0
: >"$work/table"
while [ "$measured" -lt "$runs" ]; do
    seed=$((seed + 1))
    [ $seed -le $((3 * runs + 3)) ] || fail "only $measured of $((seed - 1)) runs measured anything; is this host busy?"
    line=$(measure $seed)
    [ -n "$line" ] || continue
    measured=$((measured + 1))
    echo "seed $seed $line" >>"$work/table"
done
awk '{ width = $4 - $3; inside = $3 <= $5 && $5 <= $4; held += inside
       if (NR == 1 || width < least) least = width
       if (width > most) most = width
       printf "seed %d: %.6f to %.6f ms, truth %.6f ms%s\n", $2, $3 / 1e6, $4 / 1e6, $5 / 1e6, inside ? "" : " OUTSIDE" }
     END { printf "%d of %d runs hold the truth; widths %.3f to %.3f us\n", held, NR, least / 1e3, most / 1e3; exit held != NR }' \
    "$work/table" || fail "a stated interval does not hold the truth"
