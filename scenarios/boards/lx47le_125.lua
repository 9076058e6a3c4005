-- LX47LE-125: RS-485 residual-current breaker with remote closing. Function 4 reads, 6 writes.
local function input(address, scale, unit)
  return { address = address, kind = "input", scale = scale, unit = unit }
end

return board {
  name = "LX47LE-125",
  source = "public maps of two products with the same registers; not tried on the breaker itself",
  serial = { baud = 9600, parity = "none", stop_bits = 1, slave = 1 },

  registers = {
    status      = input(0), -- high byte 01: locked at the breaker; low byte F0 closed, 0F open
    frequency   = input(4, 10, "mHz"),
    residual    = input(5, 1000, "uA"),
    temperature = input(7, 1000, "mC"),
    voltage     = input(8, 1000, "mV"),
    current     = input(9, 10, "mA"),
    power_factor = input(10, 10, "1e-3"),
    power       = input(11, 1000, "mW"),
    reactive    = input(12, 1000, "mvar"),
    apparent    = input(13, 1000, "mVA"),
    -- input 23 is the cause of the last trip; its codes are not known here
    overvoltage    = { address = 2, kind = "holding", scale = 1000, unit = "mV", write = 6 },
    undervoltage   = { address = 3, kind = "holding", scale = 1000, unit = "mV", write = 6 },
    overload_limit = { address = 4, kind = "holding", scale = 10, unit = "mA", write = 6 },
    control        = { address = 13, kind = "holding", write = 6 },
  },

  status_bits = {
    contacts_closed = { mask = 0xFF, equals = 0xF0 },
    locked = { mask = 0xFF00, equals = 0x0100 },
  },
  commands = { trip = 0x0000, close = 0xFF00 },

  status_lag_ms = 3000, -- a change of state was seen to take 1 to 3 s to show
  capabilities = { relay = true },
}
