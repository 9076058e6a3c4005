-- Hiking DDS238-2 ZN/SR: single phase, Modbus RTU, relay. Function 3 reads, 16 writes (6 is not understood).
local function holding(address, type, scale, unit)
  return { address = address, kind = "holding", type = type, scale = scale, unit = unit }
end

return board {
  name = "Hiking DDS238-2 ZN/SR",
  source = "fawno/Modbus, DDS238-2 ZN-S Modbus.md; not tried on the meter itself",
  serial = { baud = 9600, parity = "none", stop_bits = 1, slave = 1 },

  registers = {
    energy         = holding(0x0000, "u32", 10000, "mWh"),
    reverse_energy = holding(0x0008, "u32", 10000, "mWh"), -- export
    voltage        = holding(0x000C, "u16", 100, "mV"),
    current        = holding(0x000D, "u16", 10, "mA"),
    power          = holding(0x000E, "s16", 1000, "mW"),
    reactive       = holding(0x000F, "u16", 1000, "mvar"),
    power_factor   = holding(0x0010, "u16", 1, "1e-3"),
    frequency      = holding(0x0011, "u16", 10, "mHz"),
    relay          = holding(0x001A), -- 0 off, 1 on: state and control
  },

  status_bits = { contacts_closed = { of = "relay", equals = 1 } },
  commands = {
    trip  = { register = "relay", value = 0 },
    close = { register = "relay", value = 1 },
  },

  status_lag_ms = 1000, -- a cautious guess: measure yours
  capabilities = { relay = true },
}
