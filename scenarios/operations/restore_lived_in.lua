-- Sixty homes of a hot evening come back under a feeder's limit. What is on stays on: where the homes want more than the feeder carries, waves
-- hold but shed nothing, so the smaller feeders are a measurement, not a promise.
return scenario {
  name  = "sixty lived-in homes come back under their feeder's limit",
  claim = 9,
  tags  = { "operations", "restore" },
  fleet = { flats = 60, start = "2026-07-15 17:00", balance = "500 yuan" },
  cases = { limit = { "100 A", "150 A", "250 A" }, off = { "10 min", "2 h" } },
  required = function(case) return case.limit == "250 A" and "required" or "measured" end,
  run = function(bench, case)
    bench:wait("2 h")
    local trip = bench:sign_in():order("building", "trip")
    bench:expect(trip:settled()):within("2 min", trip)
    bench:wait(case.off)
    local back = bench:sign_in { user = "operator" }:restore("building", { feeder_limit = case.limit })
    bench:expect(back:settled()):within("1 h", back)
    local result, limit = back:result(), tonumber(case.limit:match("%d+"))
    bench:check(result.max_feeder_current <= limit, string.format("at most %.1f A flowed, the limit is %d A; %d waves, %d homes on, %d left out",
      result.max_feeder_current, limit, result.waves, result.done, result.left_out))
  end,
}
