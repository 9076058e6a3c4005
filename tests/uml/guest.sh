# What process 1 of the guest does (socketcan.sh): the tests, then one case on the emulated board, whose rack is an interface
# of the kernel's slcan. The host's files are the guest's, so what it writes to $work is there afterwards.
mount -t proc proc /proc
mount -t sysfs sys /sys
mkdir -p /dev/pts
mount -t devpts pts /dev/pts
: >"$work/began"
off() {
    sync
    echo o >/proc/sysrq-trigger
    sleep 10
}

kernel=/usr/lib/uml/modules/$(uname -r)/kernel
for module in net/can/can net/can/can-raw drivers/net/can/dev/can-dev drivers/net/can/vcan drivers/net/can/slcan/slcan; do
    insmod "$kernel/$module.ko" 2>"$work/no_can" || off
done
rm "$work/no_can"
ip link set lo up
for name in vcan0 vcan1; do
    ip link add dev $name type vcan
    ip link set $name up
done

"$test_program" >"$work/tests" 2>&1
echo $? >"$work/tests.code"

# Every command is slow here: no more of them than needed.
poll() { # COMMAND...: for a minute, a long one on a busy machine
    for turn in $(seq 300); do
        "$@" >/dev/null 2>&1 && return
        sleep 0.2
    done
    return 1
}
case_on_slcan() {
    "$meterbench" board emulate >"$work/emulate" 2>&1 &
    poll grep -q '^ready' "$work/emulate" || return 99
    sleep 1000 | "$attach" "$(sed -n 's/^rack //p' "$work/emulate")" >"$work/interface" &
    poll grep -q can "$work/interface" || return 98
    cat >"$work/bench.lua" <<END
return bench { profile = "$source_dir/scenarios/boards/reference.lua", rack = "$(cat "$work/interface")",
               port = "$(sed -n 's/^uart //p' "$work/emulate")" }
END
    cd "$source_dir" || return 97
    for attempt in 1 2 3; do # inconclusive where the board is not heard in time: the guest did not get the processor
        "$meterbench" test scenarios/safety/leakage.lua --name '*[[]leak=60 mA]' --bench "$work/bench.lua" \
            --json "$work/run.json" >"$work/case.out" 2>"$work/case.err"
        code=$?
        [ $code -eq 10 ] || break
    done
    return $code
}
if [ -x "$board/meterbench-emulator" ]; then
    case_on_slcan
    echo $? >"$work/case.code"
fi
off
