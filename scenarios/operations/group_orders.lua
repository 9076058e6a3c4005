-- One word switches a flat, a floor, a list or the building, each flat by its own right: what the person has no right to stays as it is.
local inside = {
  flat     = function(number) return number == 7 end,
  floor    = function(number) return number >= 9 and number <= 12 end,
  list     = function(number) return number == 2 or number == 7 or number == 30 end,
  building = function() return true end,
}

return scenario {
  name  = "an order reaches the flats that are meant, and no other",
  claim = { 1, 9 },
  tags  = { "operations", "groups" },
  fleet = function(case) return { flats = 32, household = false, link = case.link:match("^%w+"), lora_class = case.link:match("C$") or "A" } end,
  cases = { target = { "flat", "floor", "list", "building" }, by = { "administrator", "warden of floor 2" },
            link = { "cat1", "nbiot", "lora, C", "rs485" } },
  run = function(bench, case)
    bench:person { name = "warden", role = "operator", password = "around the house", floors = 2 }
    local session = bench:sign_in { user = case.by == "administrator" and "admin" or "warden" }
    local meant = { flat = bench:flat(7), floor = { floor = 2 }, list = { flats = { 2, bench:flat(7), 30 } }, building = "building" }
    local mine = function(number) return case.by == "administrator" or inside.floor(number) end
    local any = false
    for number = 1, 32 do any = any or inside[case.target](number) and mine(number) end
    local function give(name, closed_after)
      local order, why = session:order(meant[case.target], name)
      if not any then
        bench:check(order == nil, "nobody's right: " .. tostring(why))
        bench:wait("1 min")
        return
      end
      bench:expect(order:settled()):within("5 min", order)
      local seen = 0
      for _, each in ipairs(order:result().flats) do
        seen = seen + 1
        bench:check(inside[case.target](each.flat), "flat " .. each.flat .. " is meant")
        bench:check(each.outcome == (mine(each.flat) and "done" or "refused"), "flat " .. each.flat .. ": " .. each.outcome .. " " .. each.why)
      end
      for number = 1, 32 do
        if inside[case.target](number) then seen = seen - 1 end
        local should = closed_after or not (inside[case.target](number) and mine(number))
        bench:check(bench:flat(number):state().contacts_closed == should, "flat " .. number .. " is " .. (should and "on" or "off"))
      end
      bench:check(seen == 0, "each flat is told once")
    end
    give("trip", false)
    bench:wait("20 s")
    give("close", true)
  end,
}
