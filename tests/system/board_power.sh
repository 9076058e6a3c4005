# A board whose supply a relay switches, without a rack, runs the cases that cut its power; without the relay they are skipped.
. "$(dirname "$0")/lib.sh"
need jq socat
need_board
one=scenarios/billing/credit_survives.lua

# The relay of this test obeys as the modules of the trade do, and takes the voltage from the emulated board by its rack.
cat >"$work/relay.sh" <<'END'
exec 3<>"$1"
cat <&3 >/dev/null &
reader=$!
trap 'kill $reader' EXIT
printf '\r\rC\rS6\rO\r' >&3
while word=$(dd bs=1 count=4 2>/dev/null | od -An -tx1 | tr -d ' \n') && [ -n "$word" ]; do
    echo "$word" >>"$2"
    case $word in
    a00101a2) printf 't11060100605B0300\r' >&3 ;; # 220 V
    a00100a1) printf 't1106010000000000\r' >&3 ;; # none
    esac
done
END
begin() { # POWER: leaves the bench file; the board is fresh
    emulate "$work/emulated" --truth "$work/truth"
    rm -f "$work/heard"
    socat "PTY,link=$work/relay,raw,echo=0" \
        "SYSTEM:sh $work/relay.sh $rack $work/heard" 2>/dev/null &
    relay=$!
    running="$running $relay"
    poll 10 test -e "$work/relay" || fail "socat made no pseudo-terminal"
    cat >"$work/bench.lua" <<END
return bench { profile = "$source_dir/scenarios/boards/reference.lua", $1
               port = "$uart" }
END
}
end() {
    kill "$relay" "$emulated"
    finish "$relay"
    finish "$emulated"
}

for attempt in 1 2 3 4; do
    begin "power = { relay = \"$work/relay\", on = \"A0 01 01 A2\", off = \"A0 01 00 A1\" },"
    "$meterbench" test $one --bench "$work/bench.lua" --json "$work/run.json" >"$work/out" 2>"$work/err"
    got=$?
    end
    [ $got -eq 10 ] || break # a host that cannot keep up gets another try
    echo "attempt $attempt: $(jq -r '.cases[0].message' "$work/run.json")"
done
[ $got -eq 0 ] || { show; fail "a power cut by relay: exit code $got"; }
expect_same "on the board" true "$(jq .cases[0].on_board "$work/run.json")"
tr '\n' ' ' <"$work/heard" | grep -q "a00101a2 a00100a1 a00101a2" || fail "the relay heard: $(cat "$work/heard")"
grep -q "power off" "$work/truth" || fail "the board never lost its power"

begin ""
expect_exit 5 "$meterbench" test $one --bench "$work/bench.lua" --json "$work/run.json"
jq -r '.cases[0].message' "$work/run.json" >"$work/message"
expect_text "$work/message" "nothing on this bench cuts the board's supply"
end

# ---- what cannot switch is told with a way out
cat >"$work/bench.lua" <<END
return bench { port = "/dev/null", power = { gpio = "/dev/gpiochip77", line = 4 } }
END
expect_exit 10 "$meterbench" test $one --bench "$work/bench.lua" --json "$work/run.json"
