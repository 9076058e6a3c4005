-- The reference board strapped for DL/T 645 (docs/board.md). What the bench judges by stands in one vendor block of
-- its input registers, low byte first; settings are vendor identifiers of its holding registers.

-- input register `register` of the block
local function shown(register, type, scale, unit)
  return { di = 0x02FE00FF, offset = 2 * register, type = type, scale = scale, unit = unit }
end
-- holding register `register`; min and max are raw
local function holding(register, type, scale, unit, min, max)
  return { di = 0x04FE0000 + register, type = type, scale = scale, unit = unit, min = min, max = max }
end

return board {
  name = "reference board (DL/T 645)",
  protocol = "dlt645",
  source = "docs/board.md",
  serial = { baud = 9600, parity = "even", stop_bits = 1, address = "000000000001", preambles = 4 },
  authority = {
    write = { level = 2, password = "123456" },
    relay = { level = 4, password = "111111" },
    operator = "00000000",
  },

  registers = {
    status      = shown(0),
    causes      = shown(1),
    last_trip   = shown(2),
    trips       = shown(3),
    voltage     = shown(4, "u16", 100, "mV"),
    current     = shown(5, "u16", 10, "mA"),
    power       = shown(6, "u16", 1000, "mW"),
    residual    = shown(7, "u16", 100, "uA"),
    energy      = shown(10, "u32", 1000, "mWh"),
    balance     = shown(12, "s32", 100, "1e-4 yuan"),
    clock       = shown(14, "u32", 1, "s"),
    resets      = shown(17),
    version     = shown(19),
    frequency   = { di = 0x02800002, format = "frequency" },
    temperature = { di = 0x02800007, format = "temperature" },

    rated_residual        = { di = 0x02910100, format = "residual_current" },
    overload_limit        = holding(1, "u16", 10, "mA", 100, 8000),
    overload_delay        = holding(2, "u16", 100, "ms", 1, 6000),
    overload_reclose      = holding(3, "u16", 1000, "ms", 1, 3600),
    overload_recloses_max = holding(4, "u16", 1, "", 0, 10),
    holdoff_current       = { di = 0x04001402, format = "current" },
    holdoff_max           = holding(6, "u16", 60000, "ms", 1, 1440),
    heat_trip             = holding(7, "u16", 100, "mC", 400, 1200),
    set_balance           = holding(8, "s32", 100, "1e-4 yuan", -100000000, 100000000),
    price                 = { di = 0x04050101, format = "price" },
    overdraft             = { di = 0x04001003, format = "money" },
    credit_mode           = holding(14), -- 0 the platform's, 1 the meter's own
    set_energy            = holding(15, "u32", 1000, "mWh"),
    set_clock             = { di = 0x0400010C, format = "date_time" },
    safety_reclose        = holding(19, "u16", 1000, "ms", 1, 3600),
    unlock                = { di = 0x04FE00F0, type = "u8" },
  },

  status_bits = {
    contacts_closed = 0, commanded_closed = 1, locked = 2, keep_power = 3,
    close_permitted = 4, held_by_current = 5, alarm = 6, weld = 7,
  },
  commands = { -- N1 of 1CH
    trip = 0x1A, close = 0x1C, permit_close = 0x1B,
    keep_power_on = 0x3A, keep_power_off = 0x3B,
    alarm_on = 0x2A, alarm_off = 0x2B,
    clear_lock = { register = "unlock", value = 0x5C },
  },

  -- contact feedback follows the armature; until the arc is out it may be 10 ms ahead of the contacts
  status_lag_ms = 20,

  capabilities = {
    relay = true, leakage = true, credit = true, clock = true, smoke = true, heat = true,
    overload = true, voltage = true,
  },
}
