-- Mistakes that must fail, never pass: each case is one.
local mistakes = {
  ["a figure without a number"] = function(bench, flat)
    local seen = bench:observe(flat:tripped(), "1 s")
    bench:judge { what = "a response", seconds = seen.seconds, limit = "5 s" }
  end,
  ["a misspelt key of a figure"] = function(bench)
    bench:judge { what = "a response", second = 99, limit = "5 s" }
  end,
  ["a negative time"] = function(bench)
    bench:judge { what = "a response", seconds = -99, limit = "5 s" }
  end,
  ["a condition where true or false belongs"] = function(bench, flat)
    bench:check(flat:tripped(), "flat 1 is tripped")
  end,
  ["an expectation without a verb"] = function(bench, flat)
    bench:check(true, "something else holds")
    bench:expect(flat:tripped())
  end,
  ["a misspelt cause"] = function(bench, flat)
    flat:smoke()
    bench:expect(flat:tripped { casue = "leakage" }):within("5 s")
  end,
  ["an alarm to nobody"] = function(bench, flat)
    local fault = flat:smoke()
    bench:expect(flat:alarmed { cause = "smoke", to = "tennant" }):within("1 min", fault)
  end,
  ["a misspelt filter"] = function(bench)
    bench:check(bench:count("appliance", { flatt = 99 }) >= 0, "counted")
  end,
  ["a failure that pcall hides"] = function(bench, flat)
    pcall(function() bench:check(false, "this must hold") end)
    bench:check(true, "and this does")
  end,
  ["another order's answer"] = function(bench, flat)
    local session = bench:sign_in()
    bench:expect(flat:order_done()):within("60 s", session:order(flat, "trip"))
    local permit, time = session:order(flat, "permit"), session:order(flat, "broadcast_time") -- nobody answers a broadcast
    bench:expect(flat:order_done()):within("60 s", permit)
    bench:expect(flat:order_done()):within("60 s", time)
  end,
  ["a wait to the end of time"] = function(bench, flat)
    bench:wait("2 days")
    bench:expect(flat:tripped()):never_for("106751 days")
  end,
  ["an appliance that nobody has"] = function(bench, flat)
    flat:load("perpetual motion")
    bench:expect(flat:supplied()):now()
  end,
  ["a recording that is not there"] = function(bench, flat)
    flat:play("mistakes.lua")
    bench:expect(flat:supplied()):now()
  end,
  ["a current that does not fit"] = function(bench, flat)
    flat:leak("2147 A")
    bench:expect(flat:supplied()):now()
  end,
}

local names = {}
for name in pairs(mistakes) do names[#names + 1] = name end

return scenario {
  name  = "a mistake of a script fails",
  fleet = { flats = 2 },
  cases = { mistake = names },
  run = function(bench, case) mistakes[case.mistake](bench, bench:flat(1)) end,
}
