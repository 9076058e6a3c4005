# Exit codes, and messages that name the option or file and the way out.
. "$(dirname "$0")/lib.sh"
one=scenarios/safety/leakage.lua

# refuses CODE TEXT ARGUMENT...: nothing on standard output, TEXT on standard error.
refuses() {
    code=$1 text=$2
    shift 2
    expect_exit "$code" "$meterbench" "$@"
    expect_text "$work/err" "$text"
    [ ! -s "$work/out" ] || fail "something on standard output: meterbench $*"
}

expect_exit 0 "$meterbench" --help
expect_text "$work/out" "usage: meterbench COMMAND" "test"
expect_exit 0 "$meterbench" --version
expect_exit 0 "$meterbench" test --help
expect_text "$work/out" "usage: meterbench test" "--seed N" "exit: 0 all passed"
expect_exit 0 "$meterbench" test --list scenarios
expect_text "$work/out" "a leak trips the flat in its break time and it stays open [leak=60 mA]  (claims 4, 5)  (board: flat 7)"

refuses 4 "usage: meterbench COMMAND"
refuses 4 'no command "frobnicate"; meterbench --help' frobnicate
refuses 4 "meterbench test --help lists the options" test --no-such-option
refuses 4 "'--no-such-option'" test --no-such-option
refuses 4 "no/such/path: not found (give a scenario file or a directory of them)" test no/such/path
refuses 4 "--seed -1: expected a number from 0 to" test --seed -1
refuses 4 "--seed one: expected a number" test --seed one
refuses 4 "--seed 18446744073709551616: expected a number" test --seed 18446744073709551616
refuses 4 "--jobs 0: expected a number from 1" test --jobs 0
refuses 4 "--timeout 5: expected a duration with its unit" test --timeout 5
refuses 4 "--junit $work/no/dir.xml: the directory is not there" test --junit "$work/no/dir.xml" $one
refuses 4 "--json $work: it is a directory" test --json "$work" $one
refuses 4 "--record /dev/null: it is no directory" test --record /dev/null $one
refuses 4 "--lockstep needs --board emulated" test --lockstep $one
refuses 4 "--firmware needs a board" test --firmware x.elf $one
refuses 4 "$work/none.lua: No such file" test --bench "$work/none.lua" $one
refuses 5 "no case matches (meterbench test --list" test --name "no such case" scenarios
refuses 5 "no case matches" test --tag no-such-tag scenarios

expect_exit 0 "$meterbench" test --seed 18446744073709551615 $one
expect_text "$work/out" "seed 18446744073709551615,"
if [ "$(id -u)" -ne 0 ]; then # nothing is unwritable to root
    mkdir -m 555 "$work/closed"
    refuses 4 "--junit $work/closed/x.xml: the directory is not there or cannot be written" \
        test --junit "$work/closed/x.xml" $one
fi
if [ -x "$board/meterbench-emulator" ]; then
    refuses 4 "firmware $work/none.elf: no such file" test --board emulated --firmware "$work/none.elf" $one
    echo "not an ELF file" >"$work/text.elf"
    expect_exit 10 "$meterbench" test --board emulated --lockstep --firmware "$work/text.elf" $one
    expect_text "$work/out" "$work/text.elf"
fi
