# The events do not depend on compiler or optimisation: gcc -O0, gcc -O3 and clang -O2 give the hashes that this build gives, of
# the suite without its long statistics and of a fleet.
. "$(dirname "$0")/lib.sh"
need jq cmake ninja gcc clang sha256sum

build() { # NAME COMPILER FLAGS; "None" is a build type without flags of its own
    cmake -S . -B "$work/$1" -G Ninja -DCMAKE_C_COMPILER="$2" -DCMAKE_C_FLAGS="$3" -DCMAKE_BUILD_TYPE=None \
        -DMETERBENCH_BOARD=OFF -DMETERBENCH_GUI=OFF >"$work/log" 2>&1 &&
        cmake --build "$work/$1" --target meterbench -j2 >>"$work/log" 2>&1
}
fleet_hash() { # METERBENCH
    expect_exit 0 "$1" fleet --flats 60 --building 20 --days 2 --hazards 20 --link cat1,nbiot,lora --json "$work/fleet.json"
    hash=$(jq -r .hash "$work/fleet.json")
}
fleet_hash "$meterbench"
here=$hash
expect_exit 0 "$meterbench" test scenarios --exclude-tag statistics --json "$work/here.json"
for variant in "gcc-O0 gcc -O0" "gcc-O3 gcc -O3" "clang-O2 clang -O2"; do
    set -- $variant
    if ! build "$@"; then
        tail -n 25 "$work/log" >&2
        fail "$2 $3 does not build it"
    fi
    expect_exit 0 "$work/$1/meterbench" test scenarios --exclude-tag statistics --json "$work/$1.json"
    expect_same "hash of the suite with $2 $3" "$(combined_hash "$work/here.json")" "$(combined_hash "$work/$1.json")"
    fleet_hash "$work/$1/meterbench"
    expect_same "hash of a fleet with $2 $3" "$here" "$hash"
    rm -rf "${work:?}/$1"
done
