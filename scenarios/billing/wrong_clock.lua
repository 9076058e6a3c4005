-- A bill is as right as the meter's clock: one that is twelve hours wrong books the valley's energy to the peak. The bill shows
-- it, and after the clock was set the next day's is right. Charges follow the registers all the while (invariant 4).
return scenario {
  name  = "a wrong clock shows in the bill and a set clock mends it",
  claim = 6,
  tags  = { "billing", "tariff", "clock" },
  fleet = { flats = 10, household = false, tariff = "zhejiang", start = "2026-07-15 00:00", balance = "500 yuan", poll = "5 min" },
  run = function(bench)
    local wrong, right = bench:flat(7), bench:flat(8)
    wrong:step_clock("12 h")
    local function night() -- 6.6 kWh from 0:10 to 3:10, in the valley
      local before = { wrong:state().charged, right:state().charged }
      bench:wait("10 min")
      wrong:overload("10 A")
      right:overload("10 A")
      bench:wait("3 h")
      wrong:clear("overload")
      right:clear("overload")
      bench:wait("20 min")
      return wrong:state().charged - before[1], right:state().charged - before[2]
    end
    local charged, due = night()
    bench:check(math.abs(due - 6.6 * 0.2880) < 0.03, "a night's energy costs the valley's price")
    bench:check(math.abs(charged - 6.6 * 0.5680) < 0.05, "with a clock twelve hours wrong it costs the peak's")
    bench:check(wrong:state().register_valley_kwh == 0, "and the meter's registers say why")
    local admin = bench:sign_in()
    bench:expect(wrong:order_done()):within("5 s", admin:order(wrong, "set_clock"))
    bench:wait("1230 min") -- midnight again
    charged, due = night()
    bench:check(math.abs(charged - due) < 0.04, "once it was set both bills are alike")
  end,
}
