-- Claim 4: electronics leak half waves and smooth direct current. A type A meter sees half waves and bears 6 mA smooth; a type B sees both; a type AC
-- sees neither, which is why no rectifier may stand behind one (IEC 61008-1, IEC 62423).
local sees = {
  A  = { ["ac"] = "30 mA", ["pulsating 0"] = "42 mA", ["pulsating 90"] = "42 mA", ["pulsating 135"] = "42 mA" },
  AC = { ["ac"] = "30 mA" },
  B  = { ["ac"] = "30 mA", ["pulsating 0"] = "42 mA", ["pulsating 90"] = "42 mA", ["pulsating 135"] = "42 mA",
         ["smooth dc"] = "60 mA" },
}

return scenario {
  name  = "a meter sees the residual currents of its type",
  claim = 4,
  tags  = { "safety", "leakage" },
  cases = { type = { "A", "AC", "B" },
            waveform = { "ac", "pulsating 0", "pulsating 90", "pulsating 135", "smooth dc" } },
  fleet = function(case)
    return { flats = 3, household = false, residual_type = case.type }
  end,
  run = function(bench, case)
    local flat, level = bench:flat(2), sees[case.type][case.waveform]
    local leak = flat:leak { waveform = case.waveform, level = level or "100 mA" }
    if level then
      bench:expect(flat:tripped { cause = "leakage" }):within("300 ms", leak)
    else
      bench:expect(flat:tripped()):never_for "1 h"
    end
    if case.type == "A" then
      local blinded = bench:flat(3)
      blinded:leak { waveform = "smooth dc", level = "6 mA" }
      local fault = blinded:leak "30 mA"
      bench:expect(blinded:tripped { cause = "leakage" }):within("300 ms", fault)
    end
  end,
}
