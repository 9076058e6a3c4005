-- The reference board (docs/board.md). Values are raw x scale in the unit that stands beside it.

local function input(address, type, scale, unit)
  return { address = address, kind = "input", type = type, scale = scale, unit = unit }
end
-- min and max are raw
local function holding(address, type, scale, unit, min, max)
  return { address = address, kind = "holding", type = type, scale = scale, unit = unit, min = min, max = max }
end

return board {
  name = "reference board",
  source = "docs/board.md",
  serial = { baud = 9600, parity = "none", stop_bits = 1, slave = 1 },

  registers = {
    -- one block of input registers, read by every poll
    status        = input(0),
    causes        = input(1),
    last_trip     = input(2),
    trips         = input(3),
    voltage       = input(4, "u16", 100, "mV"),
    current       = input(5, "u16", 10, "mA"),
    power         = input(6, "u16", 1000, "mW"),
    residual      = input(7, "u16", 100, "uA"),
    energy        = input(10, "u32", 1000, "mWh"),
    balance       = input(12, "s32", 100, "1e-4 yuan"),
    clock         = input(14, "u32", 1, "s"),
    resets        = input(17),
    version       = input(19),
    result        = input(20),
    last_sequence = input(23),
    -- settings, written at attach and read back
    rated_residual        = holding(0, "u16", 100, "uA", 60, 5000),
    overload_limit        = holding(1, "u16", 10, "mA", 100, 8000),
    overload_delay        = holding(2, "u16", 100, "ms", 1, 6000),
    overload_reclose      = holding(3, "u16", 1000, "ms", 1, 3600),
    overload_recloses_max = holding(4, "u16", 1, "", 0, 10),
    holdoff_current       = holding(5, "u16", 10, "mA", 100, 8000),
    holdoff_max           = holding(6, "u16", 60000, "ms", 1, 1440),
    heat_trip             = holding(7, "u16", 100, "mC", 400, 1200),
    set_balance           = holding(8, "s32", 100, "1e-4 yuan", -100000000, 100000000),
    price                 = holding(10, "u32", 1, "1e-4 yuan/kWh", 0, 1000000),
    overdraft             = holding(12, "u32", 100, "1e-4 yuan", 0, 10000000),
    credit_mode           = holding(14), -- 0 the platform's, 1 the meter's own
    set_energy            = holding(15, "u32", 1000, "mWh"),
    set_clock             = holding(17, "u32", 1, "s"),
    safety_reclose        = holding(19, "u16", 1000, "ms", 1, 3600),
    control               = holding(32), -- key, then sequence
    seal                  = holding(40),
  },

  status_bits = {
    contacts_closed = 0, commanded_closed = 1, locked = 2, keep_power = 3,
    close_permitted = 4, held_by_current = 5, alarm = 6, weld = 7,
  },
  commands = {
    trip = 0x1A1A, close = 0x1C1C, permit_close = 0x1B1B,
    keep_power_on = 0x3A3A, keep_power_off = 0x3B3B,
    alarm_on = 0x2A2A, alarm_off = 0x2B2B, clear_lock = 0x5C5C,
  },
  results = {
    executed = 1, refused_keep_power = 2, refused_cause = 3, held = 4, sequence_not_new = 5,
  },
  seal_key = 0x5EA1,

  -- contact feedback follows the armature; until the arc is out it may be 10 ms ahead of the contacts
  status_lag_ms = 20,

  capabilities = {
    relay = true, leakage = true, credit = true, clock = true, smoke = true, heat = true,
    overload = true, voltage = true,
  },
}
