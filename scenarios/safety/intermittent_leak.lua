-- Claim 4: a loose wire leaks in bursts. Those below half of the rating never trip; one that is high and long enough does.
return scenario {
  name  = "an intermittent leak trips only when a burst is high and long enough",
  claim = 4,
  tags  = { "safety", "leakage" },
  fleet = { flats = 10, household = false },
  run = function(bench)
    local low, high = bench:flat(2), bench:flat(3)
    low:leak { shape = "intermittent", from = "5 mA", level = "15 mA", rise = "200 ms", fall = "10 s" }
    high:leak { shape = "intermittent", from = "5 mA", level = "60 mA", rise = "200 ms", fall = "10 s" }
    bench:expect(high:tripped { cause = "leakage" }):within "1 h"
    bench:expect(low:tripped()):never_for "1 day"
  end,
}
