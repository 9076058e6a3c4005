# What the bench states about a board at the wall clock's pace holds what the emulator knows, to the cycle, to be true.
. "$(dirname "$0")/lib.sh"
need jq
need_board

# on_board SCENARIO CASE: one case. A host that cannot keep up is the bench's fault (10), and worth another try.
on_board() {
    for attempt in 1 2 3; do
        rm -rf "$work/record" "$work/truth"
        "$meterbench" test "scenarios/$1.lua" --name "$2" --board emulated --truth "$work/truth" \
            --json "$work/run.json" --record "$work/record" >"$work/out" 2>"$work/err"
        got=$?
        expect_same "cases of $1 on the board" 1 "$(jq '[.cases[] | select(.on_board)] | length' "$work/run.json")"
        [ $got -eq 10 ] || break
        echo "attempt $attempt at $1: $(jq -r '.cases[0].message' "$work/run.json")"
    done
    [ $got -eq 0 ] && return
    show
    fail "$1 on the paced board: exit code $got"
}

# interval TEXT: the stated interval of the verdict whose text begins so, in ns.
interval() {
    jq -r --arg text "$1" '[.cases[0].verdicts[] | select(.text | startswith($text))][0] |
        select(.evidence == "contact") | "\(.earliest_ns) \(.latest_ns)"' "$work/run.json"
}

# moved HOW: when the contacts first became open or closed, by the emulator's clock.
moved() {
    awk -v how="$1" '$3 == "contacts" && $4 == how { print $2; exit }' "$work/truth"
}

# holds WHAT EARLIEST LATEST TRUTH
holds() {
    awk -v e="$2" -v l="$3" -v t="$4" 'BEGIN { exit !(e <= t && t <= l) }' ||
        fail "$1: stated $2 to $3 ns, the truth is $4 ns"
    echo "$1: $2 <= $4 <= $3 ns"
}

# trip FRAME OFFSET_NS TEXT: from the stimulus with that rack frame, and an offset, to contacts open.
trip() {
    stated=$(interval "$3")
    true_ns=$(awk -v frame="$1" -v offset="$2" '
        $3 == "applied" && $4 == frame { applied = $2 }
        $3 == "contacts" && $4 == "open" { printf "%.0f", $2 - applied - offset; exit }' "$work/truth")
    [ -n "$stated" ] && [ -n "$true_ns" ] || fail "\"$3\" has no contact evidence or no truth"
    holds "$3" "${stated% *}" "${stated#* }" "$true_ns"
}

on_board safety/leakage "*[[]leak=60 mA]"
trip 0x112 0 "flat 7 tripped (leakage) after leakage of 60 mA"

on_board safety/keep_power "*"
trip 0x112 0 "flat 7 tripped (leakage) after leakage of 60 mA"

on_board safety/overload "*[[]current=60 A]"
trip 0x111 4000000000 "flat 7 tripped (overload) after overload of 60 A" # 4 s: the configured delay

# An order has no stamp of the rack: what can be compared is the time from contacts open to contacts closed.
on_board operations/remote_control "*[[]link=cat1, signal=good]"
ordered() { # in ns, from the event log; 26 is a trip, 28 a close
    awk -v order="command=$1" '$4 == "order" && $5 == order { sub(/\./, "", $1); sub(/^0+/, "", $1); print $1 == "" ? 0 : $1; exit }' "$work"/record/*
}
opened=$(interval "flat 7 tripped (order) after the order to trip")
closed=$(interval "flat 7 supplied after the order to close")
[ -n "$opened" ] && [ -n "$closed" ] || fail "the orders have no contact evidence"
between=$(($(ordered 28) - $(ordered 26)))
holds "from contacts open to closed by order" $((between + ${closed% *} - ${opened#* })) \
    $((between + ${closed#* } - ${opened% *})) $(($(moved closed) - $(moved open)))
