-- Chint DDSU666 in Modbus mode: single phase, floats in holding registers, no relay.
local function holding(address, scale, unit)
  return { address = address, kind = "holding", type = "f32", scale = scale, unit = unit }
end

return board {
  name = "Chint DDSU666",
  source = "public maps of DDSU666 and DTSU666; not tried on the meter itself",
  serial = { baud = 9600, parity = "none", stop_bits = 1, slave = 1 },

  registers = {
    voltage        = holding(0x2000, 1000, "mV"),
    current        = holding(0x2002, 1000, "mA"),
    power          = holding(0x2004, 1000000, "mW"),
    reactive       = holding(0x2006, 1000000, "mvar"),
    power_factor   = holding(0x200A, 1000, "1e-3"),
    frequency      = holding(0x200E, 1000, "mHz"),
    energy         = holding(0x4000, 1000000, "mWh"),
    reverse_energy = holding(0x400A, 1000000, "mWh"),
  },

  status_lag_ms = 1000,
  capabilities = {},
}
