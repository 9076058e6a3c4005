-- Each order that the platform can give does at the meter what it says, over each kind of link. How fast is what remote_control and
-- the statistics of answers judge; here each may take a second attempt, a minute later.
local limit = { sim = "2 min", board = "10 s" }

return scenario {
  name  = "every order does at the meter what it says",
  claim = 1,
  tags  = { "operations", "orders" },
  fleet = function(case)
    return { flats = 10, household = false, link = case.link, lora_class = case.link == "lora" and "C" or "A" }
  end,
  board = 7,
  needs = function(case)
    local own = { permit = "permit", ["keep-power"] = "keep_power" }
    return { "relay", own[case.order] }
  end,
  board_time = "20 s",
  cases = {
    order  = { "trip", "permit", "alarm", "keep-power", "warning", "warning, then close", "warning, then keep-power", "for a time", "for a time, then the key" },
    link   = { "cat1", "nbiot", "lora", "rs485" },
    signal = { "good", "fair" },
  },
  skip_on_board = function(case)
    local too_long = case.link ~= "cat1" or case.signal ~= "good"
    return too_long and "one link shows it; the virtual run shows the others" or nil
  end,
  run = function(bench, case)
    local flat, admin = bench:flat(7), bench:sign_in()
    flat:signal(case.signal)
    bench:wait("1 s")
    local function give(order, options)
      local given = admin:order(flat, order, options)
      bench:expect(given:settled()):within(limit, given)
      return given, given:result().flats[1]
    end
    local function done(order, options)
      local given, each = give(order, options)
      bench:check(each.outcome == "done", order .. ": " .. each.outcome .. " " .. each.why)
      return given
    end
    local function is(field, value)
      bench:wait("1 s") -- a board tells it when it is polled
      bench:check(flat:state()[field] == value, field .. " is " .. tostring(value))
    end

    if case.order == "trip" then
      done("trip") is("contacts_closed", false)
      done("close") is("contacts_closed", true)
    elseif case.order == "permit" then
      done("trip")
      done("permit")
      if not bench:on_board() then is("close_permitted", true) end -- not every board tells it
      is("contacts_closed", false)
    elseif case.order == "alarm" then
      done("alarm_on")
      if not bench:on_board() then is("alarm", true) end
      done("alarm_off")
      if not bench:on_board() then is("alarm", false) end
    elseif case.order == "keep-power" then
      done("keep_power_on") is("keep_power", true)
      local _, each = give("trip")
      bench:check(each.outcome == "refused" and each.why == "keep-power is on", "a trip is refused: " .. each.why)
      is("contacts_closed", true)
      done("keep_power_off") is("keep_power", false)
    elseif case.order == "warning" then
      local warned = done("pre_trip", { delay = "2 min" })
      is("alarm", true)
      bench:expect(flat:tripped()):never_for("85 s")
      bench:expect(flat:tripped { cause = "order" }):within("3 min", warned)
      is("alarm", false)
    elseif case.order == "warning, then close" then
      done("pre_trip", { delay = "2 min" })
      done("close") is("alarm", false)
      bench:expect(flat:tripped()):never_for("10 min")
    elseif case.order == "warning, then keep-power" then
      done("pre_trip", { delay = "2 min" })
      done("keep_power_on") is("alarm", false)
      bench:expect(flat:tripped()):never_for("10 min")
    elseif case.order == "for a time" then
      local given = done("trip_then_close", { lasts = "10 min" })
      is("contacts_closed", false)
      bench:expect(flat:closed()):never_for("9 min")
      bench:expect(flat:closed()):within("11 min", given)
    else
      done("trip_then_permit", { lasts = "5 min" })
      bench:wait("6 min")
      is("contacts_closed", false) is("close_permitted", true)
      flat:press_key()
      bench:expect(flat:closed()):within("4 s")
    end
  end,
}
