-- Chint DDSU666 in DL/T 645-2007 mode: what every single-phase meter of that standard shows.
return board {
  name = "Chint DDSU666 (DL/T 645)",
  protocol = "dlt645",
  source = "DL/T 645-2007, table of data identifiers; not tried on the meter itself",
  serial = { baud = 2400, parity = "even", stop_bits = 1, address = "AAAAAAAAAAAA", preambles = 4 },

  registers = {
    voltage      = { di = 0x02010100, format = "voltage" },
    current      = { di = 0x02020100, format = "current" },
    power        = { di = 0x02030000, format = "power" },
    reactive     = { di = 0x02040000, format = "reactive_power" },
    power_factor = { di = 0x02060000, format = "power_factor" },
    frequency    = { di = 0x02800002, format = "frequency" },
    energy       = { di = 0x00010000, format = "energy" },
  },

  status_lag_ms = 1000,
  capabilities = {},
}
