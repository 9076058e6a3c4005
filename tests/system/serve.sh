# Virtual meters on a wire: a master of somebody else's finds them, as a user runs them.
. "$(dirname "$0")/lib.sh"

need od

# frame ADDRESS CODE [DATA...]: a frame of DL/T 645 as octal escapes for printf; ADDRESS and DATA are bytes low first.
frame() {
    printf '\\376\\376\\376\\376'
    sum=0
    put() {
        printf '\\%03o' "$1"
        sum=$(((sum + $1) % 256))
    }
    put 104
    for byte in $1; do put $((0x$byte)); done
    put 104
    put $((0x$2))
    shift 2
    put $#
    for byte in "$@"; do put $(((0x$byte + 51) % 256)); done
    put $sum
    printf '\\026'
}

# exchange WIRE: the frame on standard input goes there; what comes back, as hex
exchange() {
    printf "$(cat)" >"$work/frame"
    timeout 20 socat -T 3 - "$1" <"$work/frame" >"$work/reply" 2>"$work/socat" || true
    od -An -v -tx1 "$work/reply" | tr -d ' \n'
}

needs_socat() {
    command -v socat >/dev/null || skip "socat is not installed"
}

serve() {
    : >"$work/out" # so that what is read there is of this run
    start "$meterbench" serve --quiet "$@"
    poll 30 grep -q '^ready$' "$work/out" || {
        show
        fail "serve $*: not ready"
    }
}

# ---- options
expect_exit 0 "$meterbench" serve --help
expect_text "$work/out" "usage: meterbench serve"
expect_exit 4 "$meterbench" serve --flats 0
expect_exit 4 "$meterbench" serve --tcp 192.0.2.1:502
expect_text "$work/err" "an address of this machine"
expect_exit 4 "$meterbench" serve --delay 80ms-20ms
expect_exit 4 "$meterbench" serve "$work/nothing.lua"
expect_exit 10 "$meterbench" serve --port "$work/no-such-port" --for 1s
expect_text "$work/err" "there is no such device"

# ---- it ends by itself, and at Ctrl-C, with its numbers
expect_exit 0 "$meterbench" serve --for 200ms --json --flats 2
expect_text "$work/out" '"protocol":"dlt645"' '"000000100002"' '"requests":0'
serve --flats 2
kill -INT "$pid"
finish "$pid"
expect_same "exit code after Ctrl-C" 0 "$got"
expect_text "$work/out" "0 requests"

# ---- the building of a scenario
serve --for 60s scenarios/safety/leakage.lua
kill -INT "$pid"
finish "$pid"

# ---- DL/T 645 on the pseudo-terminal: voltage, address by wildcard, silence to a stranger's address
needs_socat
serve --flats 1 --preambles 2
wire=$(sed -n 's/^pty //p' "$work/out")
got=$(frame "01 00 10 00 00 00" 11 00 01 01 02 | exchange "$wire")
expect_same "the reply with the voltage" fefe68010010000000689106333434 "$(echo "$got" | cut -c1-30)"
got=$(frame "aa aa aa aa aa aa" 13 | exchange "$wire")
expect_same "the address" fefe68010010000000689306343343333333bd16 "$got"
got=$(frame "02 00 10 00 00 00" 11 00 01 01 02 | exchange "$wire")
expect_same "a stranger's answer" "" "$got"
kill -INT "$pid"
finish "$pid"
expect_text "$work/out" "2 requests: 2 replies" "1 requests to other meters"

# ---- and over TCP, where a trip by order opens the contacts and a word on standard input shows it
serve --flats 3 --tcp 127.0.0.1:0
wire=$(sed -n 's/^tcp //p' "$work/out")
got=$(frame "03 00 10 00 00 00" 1c 04 11 11 11 00 00 00 00 1a 00 59 59 23 31 12 99 | exchange "TCP:$wire")
expect_same "the reply to a trip, executed" fefefefe68030010000000689c023733 "$(echo "$got" | cut -c1-32)"
kill -INT "$pid"
finish "$pid"

# ---- Modbus: RTU on the pseudo-terminal, and TCP
expect_exit 4 "$meterbench" serve --protocol modbus --profile scenarios/boards/ddsu666_dlt645.lua
expect_exit 4 "$meterbench" serve --protocol telegraph
command -v mbpoll >/dev/null || skip "mbpoll is not installed"
serve --flats 3 --profile sdm120
wire=$(sed -n 's/^pty //p' "$work/out")
mbpoll -m rtu -b 2400 -P none -a 2 -t 3:float -B -r 1 -c 1 -o 3 -1 "$wire" >"$work/poll" 2>&1
grep -qE '^\[1\]:[[:space:]]+2[0-9][0-9]' "$work/poll" || fail "an SDM120 tells no voltage: $(cat "$work/poll")"
mbpoll -m rtu -b 2400 -P none -a 2 -t 4 -r 1 -c 1 -o 3 -1 "$wire" >"$work/poll" 2>&1
expect_text "$work/poll" "Illegal function"
kill -INT "$pid"
finish "$pid"
expect_text "$work/out" "2 requests: 2 replies (1 refusals)"

serve --flats 2 --tcp 127.0.0.1:0 --profile scenarios/boards/lx47le_125.lua
wire=$(sed -n 's/^tcp //p' "$work/out")
expect_exit 0 mbpoll -m tcp -p "${wire#*:}" -a 2 -t 4 -r 14 -1 "${wire%:*}" 0 # trips the breaker
poll 20 sh -c "mbpoll -m tcp -p ${wire#*:} -a 2 -t 3:hex -r 1 -c 1 -1 ${wire%:*} | grep -q 0x000F" ||
    fail "the tripped breaker does not show that it is open"
kill -INT "$pid"
finish "$pid"

# ---- a bad line: what happened to it is told, and a doubled start byte or foreign bytes before a frame cost no reply
expect_exit 4 "$meterbench" serve --line-faults drop
expect_text "$work/err" '"drop": expected'
serve --flats 1 --preambles 0 --line-faults "noise=1@0s>,duplicate=1@0s<"
wire=$(sed -n 's/^pty //p' "$work/out")
got=$(frame "01 00 10 00 00 00" 11 00 01 01 02 | exchange "$wire")
expect_same "a reply whose first byte came twice" 6868010010000000689106 "$(echo "$got" | cut -c1-22)"
kill -INT "$pid"
finish "$pid"
expect_text "$work/out" "line faults: 1 duplicate, 1 noise"
