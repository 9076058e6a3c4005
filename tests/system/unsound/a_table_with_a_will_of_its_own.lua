local sound = scenario {
  name = "a table with a will of its own",
  fleet = { flats = 1 },
  run = function(bench) bench:check(true, "fine") end,
}
return setmetatable(sound, { __index = function(_, key) if key == "timeout" then error("boom") end end })
