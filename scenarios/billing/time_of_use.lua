-- Claim 6 with a time-of-use tariff: energy is booked to the rate of its hour, and each rate's register is charged at its
-- price. The bill is worked out here a second time, from the current and the hours alone.
local PEAK, VALLEY = 0.5680, 0.2880 -- yuan a kWh, 8 to 22 h and 22 to 8 h

return scenario {
  name  = "energy is charged at the price of its hour",
  claim = 6,
  tags  = { "billing", "tariff" },
  fleet = { flats = 10, household = false, tariff = "zhejiang", start = "2026-07-15 17:50", balance = "500 yuan", poll = "5 min" },
  run = function(bench)
    local flat = bench:flat(7)
    bench:wait("10 min")
    flat:overload("10 A")
    bench:wait("4 h") -- 22:00
    flat:overload("15 A")
    bench:wait("10 h") -- 08:00
    flat:overload("5 A")
    bench:wait("12 h") -- 20:00
    flat:clear("overload")
    bench:wait("10 min")
    local state = flat:state()
    local peak, valley = 0.22 * (10 * 4 + 5 * 12), 0.22 * 15 * 10 -- 220 V
    bench:check(math.abs(state.register_peak_kwh - peak) < peak / 100, "the peak's register is within its class")
    bench:check(math.abs(state.register_valley_kwh - valley) < valley / 100, "and so is the valley's")
    bench:check(state.register_sharp_kwh == 0 and state.register_flat_kwh == 0, "nothing is booked to rates that the day does not have")
    local sum = state.register_peak_kwh + state.register_valley_kwh
    bench:check(math.abs(sum - state.register_kwh) < 1e-9, "the rates sum up to the total")
    local bill = peak * PEAK + valley * VALLEY
    bench:check(math.abs(state.charged - bill) < bill / 100, "the bill is that of current, hours and prices, within the meter's class")
    local due = state.register_peak_kwh * PEAK + state.register_valley_kwh * VALLEY
    bench:check(state.charged <= due and state.charged > due - 0.01, "and follows the registers to a hundredth of a kWh in each")
    bench:check(math.abs(500 - state.charged - state.balance) < 1e-6, "the balance fell by the bill")
  end,
}
