-- An order that gets no answer is sent again as often and as far apart as was said; then nobody claims to know what became of it.
return scenario {
  name  = "an order without an answer is sent again as often as was said",
  claim = { 1, 3 },
  tags  = { "operations", "retries" },
  fleet = function(case) return { flats = 10, household = false, link = case.link, lora_class = case.link == "lora" and "C" or "A" } end,
  cases = { link = { "cat1", "nbiot", "lora", "rs485" }, retries = { 0, 2, 5 }, spacing = { "30 s", "2 min" } },
  run = function(bench, case)
    local flat, admin = bench:flat(7), bench:sign_in()
    flat:outage()
    bench:wait("1 s") -- the meter's supply lasts for a moment
    local order = admin:order(flat, "trip", { retries = case.retries, spacing = case.spacing })
    local spacing = case.spacing == "30 s" and 30 or 120
    bench:expect(order:settled()):within("20 min", order)
    local each = order:result().flats[1]
    bench:check(each.outcome == "unanswered" and each.sent == case.retries + 1, each.outcome .. " after " .. each.sent .. " attempts")
    bench:check(math.abs(each.seconds - spacing * (case.retries + 1)) < 0.001, "it was given up after " .. each.seconds .. " s")
    -- Whatever the meter does with a copy that waited on the way: nobody else closes what somebody wanted off.
    flat:clear("outage")
    bench:wait("12 min")
    local again = bench:sign_in():order(flat, "close")
    bench:expect(again:settled()):within("5 min", again)
    bench:check(again:result().done == 1, "the next order is done")
    bench:expect(flat:supplied()):now()
  end,
}
