# Meters that are not the reference board, by their profiles: a DDS238 behind libmodbus is read, opened and closed without a rack;
# the bench says what it cannot judge on it.
. "$(dirname "$0")/lib.sh"

slave=$(dirname "$meterbench")/tests/hil/foreign_slave
[ -x "$slave" ] || slave=$(dirname "$meterbench")/../tests/hil/foreign_slave
[ -x "$slave" ] || skip "the slave was not built"

mkfifo "$work/orders"
"$slave" <"$work/orders" >"$work/slave" &
running="$running $!"
exec 3>"$work/orders"
tries=0
until [ -s "$work/slave" ]; do # until it says where it listens
    tries=$((tries + 1))
    [ $tries -lt 200 ] || fail "the slave says no device"
    sleep 0.05
done
port=$(head -n 1 "$work/slave")
on_meter="--board $port --profile dds238"

expect_exit 0 "$meterbench" test tests/system/foreign/relay.lua $on_meter --json "$work/one.json" --junit "$work/one.xml"
grep -q "not judged  *leakage, credit, .*rack" "$work/out" || fail "what is not judged is not told"
grep -q '"not judged": "leakage' "$work/one.json" || fail "JSON does not say what is not judged"
grep -q 'board.not judged' "$work/one.xml" || fail "JUnit does not say what is not judged"
[ "$(sed -n 's/^relay //p' "$work/slave" | tr '\n' ' ')" = "0 1 " ] || fail "the relay was not switched once each way"

expect_exit 5 "$meterbench" test tests/system/foreign/leak.lua $on_meter
grep -q 'profile "Hiking DDS238-2 ZN/SR" has no leakage' "$work/out" || fail "the skip has no reason"

sed 's/"relay", "leakage", "rack"/"lekage"/' tests/system/foreign/leak.lua >"$work/unknown.lua"
expect_exit 1 "$meterbench" test "$work/unknown.lua"
grep -q 'needs: "lekage" is not known' "$work/out" || fail "an unknown need is not named"

# Read only: the same meter by a profile without the relay.
grep -v -e status_bits -e 'commands = ' -e 'trip ' -e 'close ' -e '^  },$' scenarios/boards/dds238.lua |
    sed -e 's/^  status_lag_ms/  }, status_lag_ms/' -e 's/relay = true//' -e '/relay  *=/d' >"$work/readonly.lua"
expect_exit 0 "$meterbench" test tests/system/foreign/values.lua --board "$port" --profile "$work/readonly.lua"

# A value that this one of the make does not have.
sed '/^    relay  *=/i\    temperature = holding(100, "u16", 100, "mC"),' scenarios/boards/dds238.lua >"$work/more.lua"
expect_exit 0 "$meterbench" test tests/system/foreign/values.lua --board "$port" --profile "$work/more.lua"
grep -q "not shown  *temperature" "$work/out" || fail "what the meter does not show is not told"

# A meter of DL/T 645 that nobody told the address of, and an Eastron that answers in floats.
on_served() { # PORT PROFILE
    expect_exit 0 "$meterbench" test "$work/served.lua" --board "$1" --profile "$2"
}
read_served() { # PROFILE ARGUMENTS OF SERVE...
    profile=$1
    shift
    : >"$work/served"
    "$meterbench" serve --pty --flats 1 --quiet --profile "$profile" "$@" >"$work/served" 2>&1 &
    pid=$!
    running="$running $pid"
    tries=0
    until grep -q /dev/pts "$work/served"; do
        tries=$((tries + 1))
        [ $tries -lt 200 ] || fail "serve says no device"
        sleep 0.05
    done
    on_served "$(sed -n 's/^pty //p' "$work/served")" "$profile"
    kill "$pid"
    wait "$pid"
}
sed -e 's/230.5/220/' -e 's/"3 s"/"8 s"/' tests/system/foreign/values.lua >"$work/served.lua"
read_served standard_dlt645
grep -q "address 000000100001" "$work/out" || fail "the meter's own address is not told"
read_served sdm120

# A relay that is a coil is switched by a check too, and left as it was.
on_served() {
    if ! "$meterbench" board check --write --only meter.relay_obeys --board "$1" --profile "$2" >"$work/out" 2>"$work/err"; then
        grep -q "machine is busy" "$work/out" || fail "the coil is not switched: $(cat "$work/out" "$work/err")"
    fi
    ! grep -q "NOT put back" "$work/err" || fail "the relay was not put back"
}
read_served tests/system/foreign/coil.lua

# A meter that refuses the request: function 4 is not one of its own.
expect_exit 10 "$meterbench" test tests/system/foreign/values.lua --board "$port" --profile sdm120 --baud 9600
grep -q "refuses to show its input registers 0 to 31 (exception 1, illegal function)" "$work/out" ||
    fail "the refusal is not named"
