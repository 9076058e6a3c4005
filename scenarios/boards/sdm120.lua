-- Eastron SDM120: single phase, Modbus RTU, floats, no relay.
local function input(address, scale, unit)
  return { address = address, kind = "input", type = "f32", scale = scale, unit = unit }
end

return board {
  name = "Eastron SDM120",
  source = "volkszaehler/mbmd meters/rs485/sdm220.go; not tried on the meter itself",
  serial = { baud = 2400, parity = "none", stop_bits = 1, slave = 1 },

  registers = {
    voltage        = input(0x0000, 1000, "mV"),
    current        = input(0x0006, 1000, "mA"),
    power          = input(0x000C, 1000, "mW"),
    apparent       = input(0x0012, 1000, "mVA"),
    reactive       = input(0x0018, 1000, "mvar"),
    power_factor   = input(0x001E, 1000, "1e-3"),
    frequency      = input(0x0046, 1000, "mHz"),
    energy         = input(0x0048, 1000000, "mWh"),
    reverse_energy = input(0x004A, 1000000, "mWh"),
  },

  max_registers = 60, -- 30 parameters in one request
  status_lag_ms = 1000,
  capabilities = {},
}
