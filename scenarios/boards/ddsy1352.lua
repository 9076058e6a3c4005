-- Acrel DDSY1352, prepaid, single phase, Modbus RTU: the measured values. Its manual has balance and relay
-- registers too, on pages that were not at hand: add them here, and their capabilities.
local function holding(address, type, scale, unit)
  return { address = address, kind = "holding", type = type, scale = scale, unit = unit }
end

return board {
  name = "Acrel DDSY1352",
  source = "its manual, page 15; not tried on the meter itself",
  serial = { baud = 9600, parity = "none", stop_bits = 1, slave = 1 },

  registers = {
    energy       = holding(0x0000, "u32", 10000, "mWh"),
    voltage      = holding(0x000B, "u16", 100, "mV"),
    current      = holding(0x000C, "u16", 10, "mA"),
    power        = holding(0x000D, "s16", 1000, "mW"),
    apparent     = holding(0x000F, "u16", 1000, "mVA"),
    power_factor = holding(0x0010, "s16", 1, "1e-3"),
  },

  status_lag_ms = 1000,
  capabilities = {},
}
