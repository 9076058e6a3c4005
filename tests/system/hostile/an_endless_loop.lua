return scenario {
  name = "an endless loop",
  run = function(bench)
    while true do
      pcall(function() while true do end end)
    end
  end,
}
