-- A meter books by its own clock. It drifts, a fault may step it, a power cut leaves it to its battery; a written time sets it,
-- and so does a broadcast within the limits of DL/T 645-2007: at most 5 min, once a day, not near midnight.
local function error_of(flat)
  return flat:state().clock_error
end

local parts = {}

function parts.drift(bench, flat)
  flat:clock_drift("50 ppm")
  bench:wait("30 days")
  bench:check(math.abs(error_of(flat) - 129.6) < 0.001, "50 ppm gain 129.6 s in 30 days")
  flat:clock_drift("-50 ppm")
  bench:wait("30 days")
  bench:check(math.abs(error_of(flat)) < 0.001, "and lose them again")
  flat:clock_swing("2 s", "1 day")
  bench:wait("6 h")
  bench:check(error_of(flat) > 0.5, "warm, it is ahead")
  bench:wait("12 h")
  bench:check(error_of(flat) < -0.5, "cold, it is behind")
end

function parts.switch(bench, flat)
  flat:step_clock("-1 h")
  bench:wait("119 min") -- 07:59
  bench:check(flat:state().rate == "valley", "before 8 h it is valley")
  bench:wait("2 min")
  bench:check(flat:state().rate == "valley", "at 8 h a clock that is an hour slow still says valley")
  bench:check(bench:flat(1):state().rate == "peak", "while a right one says peak")
  bench:wait("58 min") -- 08:59
  bench:check(flat:state().rate == "valley", "until its own 8 h,")
  bench:wait("2 min")
  bench:check(flat:state().rate == "peak", "an hour later")
end

function parts.set(bench, flat)
  flat:step_clock("-1 h")
  bench:wait("150 min") -- 08:30: peak, and the meter says valley
  bench:check(flat:state().rate == "valley", "the wrong clock says valley")
  local admin = bench:sign_in()
  local order = admin:order(flat, "set_clock")
  bench:expect(flat:order_done()):within("5 s", order)
  bench:check(math.abs(error_of(flat)) < 3, "the written time is right, but for its way there")
  bench:check(flat:state().rate == "peak", "and with it the rate")
  bench:wait("31 s")
  local tenant = bench:sign_in { user = "tenant" }
  bench:check(tenant:order(flat, "set_clock") == nil, "a tenant sets no clock")
end

function parts.broadcast(bench, flat)
  local function tell()
    local admin = bench:sign_in()
    admin:order(flat, "broadcast_time")
    bench:wait("1 min")
  end
  flat:step_clock("4 min")
  tell()
  bench:check(math.abs(error_of(flat)) < 3, "4 min are put right")
  flat:step_clock("-2 min")
  tell()
  bench:check(error_of(flat) < -117, "but only once a day")
  bench:wait("1 day")
  tell()
  bench:check(math.abs(error_of(flat)) < 3, "the next day again")
  bench:wait("1 day")
  flat:step_clock("6 min")
  tell()
  bench:check(error_of(flat) > 357, "6 min are too much for a broadcast")
  flat:step_clock("-5 min")
  bench:wait("1073 min") -- from 06:04 to 23:57
  tell()
  bench:check(error_of(flat) > 57, "nor does it follow one near midnight")
end

function parts.power(bench, flat)
  flat:clock_drift("100 ppm")
  bench:wait("1 h")
  flat:outage()
  bench:wait("10 h")
  flat:clear("outage")
  bench:wait("1 min")
  bench:check(math.abs(error_of(flat) - 3.966) < 0.001, "its battery carries it over a power cut, drift and all")
  flat:bug("clock_battery_bad")
  flat:outage()
  bench:wait("1 h")
  flat:clear("outage")
  bench:wait("1 min")
  bench:check(error_of(flat) < -26 * 365 * 86400, "without one it begins in 2000")
  local admin = bench:sign_in()
  bench:expect(flat:order_done()):within("5 s", admin:order(flat, "set_clock"))
  bench:check(math.abs(error_of(flat)) < 3, "until it is set")
end

return scenario {
  name  = "a meter's rates follow its own clock, which can be set",
  claim = 6,
  about = "what a wrong clock does, and what mends it",
  tags  = { "billing", "tariff", "clock" },
  fleet = { flats = 10, household = false, tariff = "zhejiang", start = "2026-07-15 06:00", poll = "6 h" },
  cases = { part = { "drift", "switch", "set", "broadcast", "power" } },
  run = function(bench, case)
    local flat = bench:flat(7)
    parts[case.part](bench, flat)
  end,
}
