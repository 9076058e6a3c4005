# The rack on SocketCAN, under user-mode Linux: a kernel with CAN that is a process of ours and needs no privilege.
# sh socketcan.sh METERBENCH SOURCE_DIR TEST_PROGRAM ATTACH_SLCAN
# The guest's exit code says nothing, so the verdicts are in files.
test_program=$3
attach=$4
. "$(dirname "$0")/../system/lib.sh"
need linux.uml ip insmod jq
modules=$(echo /usr/lib/uml/modules/*/kernel/net/can/can.ko)
[ -e "$modules" ] || skip "user-mode Linux has no CAN modules in /usr/lib/uml/modules"
case $source_dir:$meterbench:$work in
*[\ \']*) skip "a path with a space or a quote in it cannot be handed to the guest" ;;
esac

cat >"$work/variables" <<END
meterbench=$meterbench
source_dir=$source_dir
test_program=$test_program
attach=$attach
board=$board
work=$work
PATH=$PATH
export PATH
END
# Process 1 of the guest has no arguments of its own: where things are is told by a script that includes the rest.
cat >"$work/init" <<END
#!/bin/sh
. "$work/variables"
. "$source_dir/tests/uml/guest.sh"
END
chmod +x "$work/init"

timeout -k 1 500 linux.uml mem=192M root=/dev/root rootfstype=hostfs rootflags=/ rw con=null con0=fd:0,fd:1 quiet \
    "init=$work/init" </dev/null >"$work/boot" 2>&1
[ -e "$work/began" ] || {
    tail -n 5 "$work/boot" >&2
    skip "user-mode Linux does not start here"
}
[ -e "$work/no_can" ] && skip "the guest has no CAN: $(cat "$work/no_can")"
cat "$work/tests" 2>/dev/null
[ -e "$work/tests.code" ] || fail "the guest did not end its tests; boot: $(tail -n 3 "$work/boot")"
expect_same "exit code of the tests in the guest" 0 "$(cat "$work/tests.code")"

[ -x "$board/meterbench-emulator" ] || exit 0
case $(cat "$work/case.code" 2>/dev/null) in
0) ;;
"" | 98 | 99) skip "the tests passed; for a case on the emulated board this machine is too busy: it was not reached" ;;
10) skip "the tests passed; a case on the emulated board is inconclusive: $(jq -r '.cases[0].message' "$work/run.json")" ;;
*)
    cat "$work/case.out" "$work/case.err"
    fail "exit code $(cat "$work/case.code") of a case with the rack on slcan"
    ;;
esac
cat "$work/case.out" "$work/case.err"
expect_same "evidence of the trip" contact "$(jq -r '.cases[0].verdicts[0].evidence' "$work/run.json")"
