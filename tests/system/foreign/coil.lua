-- A breaker whose relay is a coil: function 5 takes FF00 and 0000 and nothing else.
return board {
  name = "breaker with a coil",
  serial = { baud = 9600, slave = 1 },
  registers = {
    voltage = { address = 0, kind = "input", scale = 100, unit = "mV" },
    relay = { address = 0, kind = "coil" },
  },
  status_bits = { contacts_closed = { of = "relay", equals = 1 } },
  commands = { trip = { register = "relay", value = 0 }, close = { register = "relay", value = 1 } },
  status_lag_ms = 100,
  capabilities = { relay = true },
}
