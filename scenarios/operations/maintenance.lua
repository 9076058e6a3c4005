-- Somebody works behind the meter: until an administrator says that it is over, nothing closes the contacts, and its end closes nothing by itself.
return scenario {
  name  = "nothing closes a flat in maintenance but its end and then an order",
  claim = { 4, 9 },
  tags  = { "operations", "maintenance" },
  fleet = { flats = 10, household = false, reminders = 0, grace = "0 s", safety_reclose = "30 s" },
  board = 7,
  needs = { "relay" },
  board_time = "25 s",
  cases = { tries = { "payment", "key", "administrator's close", "operator's close", "permit", "restore", "trip for a time",
    "emergency switch", "keep-power", "end of smoke", "power cut" } },
  skip_on_board = function(case)
    local own = { ["emergency switch"] = true, ["trip for a time"] = true, ["payment"] = true, ["end of smoke"] = true, ["power cut"] = true,
      ["key"] = true }
    return own[case.tries] and "the virtual run shows it" or nil
  end,
  run = function(bench, case)
    local flat, admin, operator = bench:flat(7), bench:sign_in(), bench:sign_in { user = "operator" }
    if case.tries == "payment" then flat:set_balance("-1 yuan") bench:wait("10 s") end
    if case.tries == "keep-power" and not bench:on_board() then
      local keep = admin:order(flat, "keep_power_on")
      bench:expect(flat:order_done()):within("5 s", keep)
    end
    bench:check(operator:maintenance(flat, true) == nil, "an operator begins none")
    local begin = admin:maintenance(flat, true)
    bench:expect(flat:in_maintenance()):within("5 s", begin)
    bench:expect(flat:tripped()):now()
    bench:wait("1 s")

    local refused = {
      ["administrator's close"] = function() return admin:order(flat, "close") end,
      ["operator's close"] = function() return operator:order(flat, "close") end,
      ["permit"] = function() return admin:order(flat, "permit") end,
      ["trip for a time"] = function() return admin:order(flat, "trip_then_close", { lasts = "5 min" }) end,
    }
    local attempt = {
      ["payment"] = function() flat:pay("50 yuan") end,
      ["key"] = function() flat:press_key() end,
      ["restore"] = function()
        local back = admin:restore("building")
        bench:expect(back:settled()):within("10 s", back)
        bench:check(back:result().flats[7].why == "the flat is in maintenance", "it is left out: " .. back:result().flats[7].why)
      end,
      ["emergency switch"] = function() flat:emergency_switch() end,
      ["keep-power"] = function() admin:order(flat, "keep_power_on") end,
      ["end of smoke"] = function() flat:smoke() bench:wait("5 s") flat:clear("smoke") end,
      ["power cut"] = function() flat:outage() bench:wait("5 s") flat:clear("outage") end,
    }
    if refused[case.tries] then
      local order, why = refused[case.tries]()
      bench:check(order == nil and why == "the flat is in maintenance", "it is refused: " .. tostring(why))
    else
      attempt[case.tries]()
    end
    bench:expect(flat:closed()):never_for { sim = "10 min", board = "4 s" }

    local again = bench:sign_in { user = "admin", code = bench:code("admin", "30 s") } or admin
    bench:check(operator:maintenance(flat, false) == nil, "an operator ends none")
    local over = again:maintenance(flat, false)
    bench:expect(over:settled()):within({ sim = "1 min", board = "5 s" }, over)
    bench:expect(flat:in_maintenance()):never_for("1 s")
    if case.tries == "emergency switch" then flat:emergency_switch(false) end
    bench:expect(flat:closed()):never_for { sim = "10 min", board = "3 s" }
    local close = again:order(flat, "close")
    bench:expect(flat:supplied()):within("5 s", close)
  end,
}
