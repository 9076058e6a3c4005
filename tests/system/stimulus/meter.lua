-- A meter without a rack that can fake its inputs for tests.
local function holding(address, scale, unit, type)
  return { address = address, kind = "holding", scale = scale, unit = unit, type = type, write = type and 16 or 6 }
end

return board {
  name = "meter with test inputs",
  serial = { baud = 19200, parity = "none", stop_bits = 1, slave = 1 },
  registers = {
    status   = { address = 0, kind = "input" },
    causes   = { address = 1, kind = "input" },
    last_trip = { address = 2, kind = "input" },
    trips    = { address = 3, kind = "input" },
    voltage  = { address = 4, kind = "input", scale = 100, unit = "mV" },
    current  = { address = 5, kind = "input", scale = 10, unit = "mA" },
    residual = { address = 6, kind = "input", scale = 100, unit = "uA" },
    energy   = { address = 8, kind = "input", scale = 10000, unit = "mWh", type = "u32" },
    control  = { address = 10, kind = "holding", write = 6 },
    rated_residual = holding(20, 1000, "uA"),
    overload_limit = holding(21, 100, "mA"),
    overload_delay = holding(22, 100, "ms"),
    safety_reclose = holding(24, 1, "ms", "u32"),
    overload_reclose = holding(26, 1, "ms", "u32"),
    stimulus_current  = holding(30, 1, "mA", "u32"),
    stimulus_residual = holding(32, 100, "uA"),
    stimulus_smoke    = holding(33),
  },
  status_bits = { contacts_closed = 0, commanded_closed = 1, locked = 2 },
  commands = { trip = 0x1A, close = 0x1C, clear_lock = 0x55 },
  status_lag_ms = 50,
  capabilities = { relay = true, leakage = true, overload = true, smoke = true },
}
