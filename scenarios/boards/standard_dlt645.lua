-- A single-phase meter with a relay as DL/T 645-2007 and State Grid's extensions describe it: the standard's own
-- identifiers, status word 3, relay orders by 1C. `meterbench serve` puts such meters on a wire.
return board {
  name = "DL/T 645 meter with a relay",
  protocol = "dlt645",
  source = "DL/T 645-2007, tables of data identifiers; tried on the virtual meters of `meterbench serve`",
  serial = { baud = 9600, parity = "even", stop_bits = 1, address = "AAAAAAAAAAAA", preambles = 4 },
  authority = {
    write = { level = 4, password = "111111" },
    relay = { level = 4, password = "111111" },
    operator = "00000000",
  },

  registers = {
    status       = { di = 0x04000503, type = "u16" },
    voltage      = { di = 0x02010100, format = "voltage" },
    current      = { di = 0x02020100, format = "current" },
    power        = { di = 0x02030000, format = "power" },
    reactive     = { di = 0x02040000, format = "reactive_power" },
    power_factor = { di = 0x02060000, format = "power_factor" },
    frequency    = { di = 0x02800002, format = "frequency" },
    residual     = { di = 0x02900100, format = "residual_current" },
    energy       = { di = 0x00010000, format = "energy" },
    balance      = { di = 0x00900200, format = "money" },
    overdrawn    = { di = 0x00900201, format = "money" },
    trips        = { di = 0x1D000001, format = "count" },
    clock        = { di = 0x0400010C, format = "date_time" },
    holdoff_current = { di = 0x04001402, format = "current" },
    set_clock    = { di = 0x0400010C, format = "date_time" },
  },

  status_bits = { -- 1 is open
    contacts_closed  = { mask = 0x0010, equals = 0 },
    commanded_closed = { mask = 0x0040, equals = 0 },
    alarm = 7, keep_power = 12,
  },
  commands = { -- N1 of 1CH
    trip = 0x1A, close = 0x1C, permit_close = 0x1B,
    keep_power_on = 0x3A, keep_power_off = 0x3B,
    alarm_on = 0x2A, alarm_off = 0x2B,
  },

  status_lag_ms = 1000, -- meters look at their contacts each second
  capabilities = { relay = true, clock = true, keep_power = true, permit = true },
}
