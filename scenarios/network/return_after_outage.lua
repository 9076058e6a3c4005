-- A district's power returns and 5,000 meters want to attach at the same moment: they compete for one cell, back off, and
-- all report. A lone meter needs 20 s. Modems that wait a random while first find the cell as a lone one does. The limits
-- are what one carrier can serve, with room: 5,000 attaches at 25 ms (Cat.1) take 125 s, at 280 ms (NB-IoT) 23 min.
local flats = 5000
local limit = {
  ["cat1"] = "5 min", ["cat1, 5 min of jitter"] = "6 min", ["nbiot"] = "35 min", ["rs485"] = "15 s",
}

return scenario {
  name  = "5,000 meters are back after an outage",
  about = "nobody is lost in the storm of those who return",
  claim = 1,
  tags  = { "network", "statistics" },
  fleet = function(case)
    return {
      flats = flats, household = false, poll = "1 day", link = case.link:match("^%w+"),
      start_jitter = case.link:match("(%d+ min) of jitter") or "0 s",
    }
  end,
  cases = { link = { "cat1", "cat1, 5 min of jitter", "nbiot", "rs485" } },
  run = function(bench, case)
    local returns, times, missing = {}, {}, 0
    for number = 1, flats do bench:flat(number):outage() end
    bench:wait("10 min")
    for number = 1, flats do returns[number] = bench:flat(number):clear("outage") end
    bench:wait(limit[case.link])
    for number = 1, flats do
      local told = bench:flat(number):alarmed { alarm = "power up" }
      local seen = bench:observe(told, limit[case.link], returns[number])
      if seen.holds then times[#times + 1] = seen.seconds else missing = missing + 1 end
    end
    table.sort(times)
    bench:check(missing == 0, string.format("all of %d meters reported; %d did not", flats, missing))
    bench:judge {
      what = string.format("the last meter's report (first %.1f s, p50 %.1f s, p95 %.1f s)", times[1],
                           times[#times // 2], times[#times * 95 // 100]),
      seconds = times[#times], limit = limit[case.link],
    }
  end,
}
