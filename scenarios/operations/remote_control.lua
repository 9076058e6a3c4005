-- Claim 1: an administrator trips and closes a flat over the radio; the clock runs from the platform's acceptance. NB-IoT
-- and the wired gateway's turn come near 5 s: measured. What listens only after it has sent cannot do it: excluded.
local requirement = {
  cat1 = "required", cat1bis = "required", ["lora, C"] = "required",
  nbiot = "measured", rs485 = "measured",
  ["nbiot, edrx"] = "excluded", ["nbiot, psm"] = "excluded", lora = "excluded",
}

return scenario {
  name  = "an administrator trips and closes a flat by radio",
  claim = 1,
  tags  = { "operations", "smoke" },
  fleet = function(case)
    return {
      flats = 20, household = false, link = case.link:match("^%w+"),
      power_saving = case.link:match("edrx") or case.link:match("psm") or "drx",
      lora_class = case.link:match("C$") or "A",
    }
  end,
  board = 7,
  needs = { "relay" },
  board_time = "20 s",
  cases = {
    link   = { "cat1", "cat1bis", "nbiot", "nbiot, edrx", "nbiot, psm", "lora", "lora, C", "rs485" },
    signal = { "good", "fair" },
  },
  required = function(case) return requirement[case.link] end,
  skip_on_board = function(case)
    return case.link ~= "cat1" and "its minutes would pass in real time; the virtual run shows them" or nil
  end,
  run = function(bench, case)
    local flat = bench:flat(7)
    flat:signal(case.signal)
    local admin = bench:sign_in()
    local trip = admin:order(flat, "trip")
    bench:expect(flat:tripped { cause = "order" }):within("5 s", trip)
    bench:expect(flat:supplied()):never_for { sim = "10 min", board = "3 s" }
    local close = admin:order(flat, "close")
    bench:expect(flat:supplied()):within("5 s", close)
  end,
}
