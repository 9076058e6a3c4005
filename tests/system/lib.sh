# What every system test starts with: a directory of its own, checks that say what they expected, a clean end.
# A test is called as `sh SUBJECT.sh METERBENCH SOURCE_DIR`, runs in the source directory and ends at its first failure.
set -u
meterbench=$1
source_dir=$2
board=$(dirname "$meterbench")/board
work=$(mktemp -d "${TMPDIR:-/tmp}/meterbench.XXXXXX") || exit 1
export XDG_STATE_HOME="$work/state" # a killed run is remembered there, and is no other test's
running="" # process ids of ours that nobody has waited for yet, so that they cannot belong to anybody else

end_test() {
    status=$?
    for pid in $running; do
        kill "$pid" 2>/dev/null
    done
    rm -rf "$work"
    exit $status
}
trap end_test EXIT
trap 'exit 1' HUP INT TERM
cd "$source_dir" || exit 1

fail() {
    echo "FAILED: $*" >&2
    exit 1
}

# skip REASON: ctest counts 77 as skipped.
skip() {
    echo "skipped: $*" >&2
    exit 77
}

need() {
    for tool in "$@"; do
        command -v "$tool" >/dev/null || skip "$tool is not installed"
    done
}

need_board() {
    [ -x "$board/meterbench-emulator" ] || skip "built without the emulated board"
}

show() {
    for file in "$work/out" "$work/err"; do
        echo "--- $(basename "$file"), the last lines:"
        tail -n 25 "$file"
    done >&2
}

# expect_exit CODE COMMAND...: runs it; what it prints is left in $work/out and $work/err.
expect_exit() {
    wanted=$1
    shift
    "$@" >"$work/out" 2>"$work/err"
    got=$?
    [ $got -eq "$wanted" ] && return
    show
    fail "expected exit code $wanted, got $got: $*"
}

# expect_text FILE TEXT...: each TEXT stands in FILE.
expect_text() {
    file=$1
    shift
    for text in "$@"; do
        grep -qF -e "$text" "$file" && continue
        tail -n 25 "$file" >&2
        fail "\"$text\" is not in $(basename "$file")"
    done
}

# expect_same WHAT A B
expect_same() {
    [ "$2" = "$3" ] || fail "$1: expected \"$2\", got \"$3\""
}

# poll SECONDS COMMAND...: until it succeeds.
poll() {
    deadline=$(($(date +%s) + $1))
    shift
    until "$@" >/dev/null 2>&1; do
        [ "$(date +%s)" -lt $deadline ] || return 1
        sleep 0.02
    done
}

# start COMMAND...: in the background; its id is $pid, its output goes to $work/out and $work/err.
start() {
    "$@" >"$work/out" 2>"$work/err" &
    pid=$!
    running="$running $pid"
}

# emulate FILE OPTION...: the reference board on pseudo-terminals, which are left in $uart and $rack; its id is $emulated, what it
# prints goes to FILE.
emulate() {
    told=$1
    shift
    "$meterbench" board emulate "$@" >"$told" 2>&1 &
    emulated=$!
    running="$running $emulated"
    poll 10 grep -q '^ready' "$told" || fail "board emulate does not say that it is ready"
    uart=$(sed -n 's/^uart //p' "$told")
    rack=$(sed -n 's/^rack //p' "$told")
}

# finish PID: waits; the exit code is left in $got.
finish() {
    wait "$1"
    got=$?
    left=""
    for other in $running; do
        [ "$other" = "$1" ] || left="$left $other"
    done
    running=$left
}

# hashes JSON: a line with event hash and name for each case, in the order of the listing.
hashes() {
    jq -r '.cases[] | "\(.event_hash) \(.name)"' "$1"
}

# combined_hash JSON: one value for all cases.
combined_hash() {
    hashes "$1" | sha256sum | cut -d' ' -f1
}

# expect_junit FILE: it is what Jenkins reads.
expect_junit() {
    xmllint --noout --schema tests/system/junit.xsd "$1" 2>"$work/xmllint" && return
    head -n 20 "$work/xmllint" >&2
    fail "$(basename "$1") is no JUnit report"
}

# junit FILE XPATH
junit() {
    xmllint --xpath "$2" "$1"
}
