return scenario {
  name = "ten gigabytes of strings",
  run = function(bench)
    local hoard = {}
    for i = 1, 10240 do
      hoard[i] = string.rep(string.char(65 + i % 26), 1024 * 1024) .. i
    end
  end,
}
