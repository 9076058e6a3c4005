-- Claim 3: a key that the meter cannot unwrap is refused, and the one that it has goes on.
return scenario {
  name  = "a key under a wrong wrapping key is refused, and the old one stays",
  about = "the meter refuses and raises an alarm; orders work as before; with the right wrapping key the next change is done",
  claim = 3,
  tags  = { "security" },
  cases = { link = { "cat1", "nbiot", "lora", "rs485" } },
  fleet = function(case) return { flats = 1, household = false, link = case.link } end,
  run = function(bench)
    local flat, admin = bench:flat(1), bench:sign_in()
    flat:bug("wrong_wrapping_key")
    local change = admin:change_key(flat)
    bench:expect(flat:alarmed { alarm = "security" }):within("12 min", change)
    bench:check(bench:count("key_change", { flat = 1, a = 5 }) == 1, "the platform knows that it was refused")
    bench:check(flat:state().key_number == 0, "the meter kept its key")
    bench:wait("1 min")
    bench:expect(flat:tripped()):within("10 min", bench:sign_in():order(flat, "trip"))
    flat:bug("wrong_wrapping_key", false)
    bench:wait("1 min") -- a code serves once
    bench:expect(flat:key_changed()):within("30 min", bench:sign_in():change_key(flat))
    bench:wait("1 min")
    bench:expect(flat:supplied()):within("10 min", bench:sign_in():order(flat, "close"))
  end,
}
