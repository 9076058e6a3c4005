# One-time codes are those of another implementation, oathtool: for the secrets of the bench and for a given one, in many steps.
. "$(dirname "$0")/lib.sh"
need oathtool
given=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ # 12345678901234567890, RFC 6238

# by_hand HEXKEY TIME: RFC 6238 and 4226 in the shell, with openssl's HMAC: oathtool stands on the library that the bench has
by_hand() {
    # shellcheck disable=SC2046 # eight words are wanted
    counter=$(printf '\\0%o' $(for shift in 56 48 40 32 24 16 8 0; do echo $((($2 / 30) >> shift & 255)); done))
    mac=$(printf '%b' "$counter" | openssl dgst -sha1 -mac HMAC -macopt "hexkey:$1" | sed 's/.*= *//')
    at=$((2 * 0x$(echo "$mac" | cut -c40) + 1))
    printf '%06d' $(((0x$(echo "$mac" | cut -c$at-$((at + 7))) & 0x7fffffff) % 1000000))
}

# codes NAME SECRET: Lua that holds the bench's codes of NAME against oathtool's
codes() {
    for time in 0 29 30 59 60 1111111109 1111111111 1234567890 1784088000 2000000000 2147483647 2147483648 4102444800 20000000000 \
        $(seq 1784088000 100003 1794088000); do
        when=$(date -u -d "@$time" '+%Y-%m-%d %H:%M:%S UTC')
        echo "    bench:check(bench:code(\"$1\", $time) == \"$(oathtool --totp --base32 "$2" --now "$when")\", \"$1 at $time\")"
    done
}

cat >"$work/secret.lua" <<'LUA'
return scenario {
  name  = "codes are those of oathtool",
  fleet = { flats = 1, household = false },
  run = function(bench) bench:check(false, "secret " .. bench:secret("admin")) end,
}
LUA
expect_exit 1 "$meterbench" test "$work/secret.lua"
drawn=$(grep -oE 'secret [A-Z2-7]+' "$work/out" | head -n 1 | cut -d' ' -f2)
[ ${#drawn} -eq 32 ] || fail "no secret of 20 bytes: $drawn"
{
    cat <<LUA
return scenario {
  name  = "codes are those of oathtool",
  fleet = { flats = 1, household = false },
  run = function(bench)
    bench:person { name = "rfc", role = "operator", password = "eight or more", secret = "$given" }
    bench:check(bench:secret("rfc") == "$given", "the secret is the given one")
LUA
    echo "    bench:check(bench:code(\"rfc\") == \"$(oathtool --totp --base32 "$given" --now '2026-07-15 12:00 UTC')\", \"at the fleet's start\")"
    codes rfc "$given"
    codes admin "$drawn"
    if command -v openssl >/dev/null; then
        for time in 59 1111111109 1784088000 2147483648 20000000000; do
            code=$(by_hand 3132333435363738393031323334353637383930 $time)
            echo "    bench:check(bench:code(\"rfc\", $time) == \"$code\", \"by hand at $time\")"
        done
    fi
    echo '    local step = bench:code("rfc", "30 s")'
    echo '    bench:wait("30 s")'
    echo '    bench:check(bench:code("rfc") == step, "the next code is that of 30 s later")'
    echo '  end,'
    echo '}'
} >"$work/codes.lua"
expect_exit 0 "$meterbench" test "$work/codes.lua"
