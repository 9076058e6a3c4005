-- A rental flat of one or two persons in a Chinese city: what it may own, how that is used, when people are at home, and the weather.
-- The program has this file inside: it is what `household = true` means. A copy with other figures is named by
-- `fleet = { household = "FILE.lua" }`. docs/models.md, "Household", says what is done with each figure.
--
-- Sources, by row: C: the CREST demand model (Richardson and others 2010, as published with richardsonpy and StROBe);
-- P: published Chinese surveys of air conditioning; K: common knowledge of the field, not traced to a document that was
-- read; E: a choice of this project.

-- Weights of starts by hour of day, 0 to 23; only their proportions count.
local hours = {
  -- C, from British time-use data
  TV = { 1.5, 0.4, 0.2, 0.1, 0.1, 0.2, 0.4, 1.7, 2.2, 2.8, 3.0, 3.0, 3.2, 4.0, 4.1, 5.0, 6.7, 7.5, 9.0, 10.8, 11.2, 11.1, 8.0, 3.8 },
  LAUNDRY = { 0.1, 0, 0, 0, 0, 0.3, 1.1, 4.9, 7.8, 11.3, 10.7, 10.2, 7.7, 5.9, 6.5, 6.1, 6.7, 5.2, 3.9, 3.7, 3.2, 2.8, 1.3, 0.5 },
  IRON = { 0.1, 0, 0, 0, 0, 0.1, 2.2, 2.4, 2.2, 3.5, 6.9, 7.4, 4.7, 5.9, 9.4, 8.9, 9.1, 6.4, 6.7, 7.7, 7.8, 5.7, 2.2, 1.0 },
  CLEAN = { 0.1, 0, 0, 0, 0, 0.1, 0.7, 3.2, 7.2, 13.3, 15.0, 12.5, 7.8, 6.4, 6.0, 5.2, 4.7, 3.9, 4.3, 3.4, 2.6, 1.6, 1.1, 0.7 },
  ACTIVE = { 1.3, 0.5, 0.4, 0.3, 0.4, 0.8, 2.3, 4.9, 5.1, 5.1, 4.7, 4.5, 4.7, 4.7, 4.5, 5.0, 6.0, 6.9, 7.2, 7.3, 7.4, 7.2, 5.8, 3.2 },
  -- C, shifted E: meals at 11 to 12 and 18 to 19 h
  COOK = { 0.6, 0.1, 0, 0.1, 0.1, 0.5, 2.5, 6.5, 5.7, 3.5, 5.0, 12.0, 9.0, 3.5, 2.0, 2.5, 6.0, 11.0, 13.5, 8.5, 4.0, 2.0, 1.0, 0.4 },
  -- C, shifted E: 60 % in the evening, from 19 h to an hour after midnight, most of it from 20 to 24 h
  WASHDRESS = { 3.4, 0.1, 0.1, 0.1, 0.3, 0.7, 3.0, 7.2, 5.4, 3.3, 2.3, 1.6, 1.0, 0.7, 0.6, 0.8, 1.1, 1.6, 2.3, 7.0, 13.5, 15.0, 15.0, 13.5 },
  -- E. Three habits of bathing, of which a home has one: a third of the homes bathe, or heat the tank for it, when they have come
  -- home, a third before they go to bed, a third in the morning (C). Together 59 % from 18 h to an hour after midnight, 42 % from
  -- 20 to 24 h: wider than WASHDRESS, as some heat the tank before the bath and some leave that to after it.
  BATH_EARLY = { 0, 0, 0, 0, 0, 0, 1, 2, 2, 1.5, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0, 6, 14, 20, 22, 16, 8, 4 },
  BATH_LATE = { 13, 3, 0, 0, 0, 0, 1, 2, 2, 1.5, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0, 0, 0, 2, 8, 16, 23, 25 },
  BATH_MORNING = { 0.3, 0.1, 0.1, 0.1, 0.6, 1.6, 7, 16.5, 12.3, 7.6, 5.2, 3.6, 2.4, 1.6, 1.4, 1.9, 2.5, 3, 2, 1, 0.5, 0.5, 0.5, 0.5 },
  -- P: peaks from 11 to 15 h and from 20 to 01 h
  COOLING = { 6, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 6, 7, 7, 7, 6, 0, 0, 0, 0, 8, 9, 9, 9 },
  -- E
  EVENING = { 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 7, 8, 9, 10, 9, 5 },
  ARRIVAL = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 25, 25, 18, 12, 10, 0 },
  BEDTIME = { 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 8, 6 },
}

local WINTER = { 12, 1, 2 }
local COLD = { 11, 12, 1, 2, 3 }

return {
  -- Homes differ in how much they use everything, and each appliance: standard deviations of the logarithm (E). Who owns what makes
  -- homes differ too; all together come to a third of the mean, in the middle of C's 0.25 to 0.41.
  home_spread = 0.25,
  use_spread = 0.20,

  -- units: in a home, on average. watts: while on, at nominal voltage. standby: watts while off. length: minutes, drawn for each
  -- run. cycles: starts a year of a unit. leakage: mA while plugged in. inrush: times the running current, ms. kwh: a year, as the
  -- source of the row has it, for comparison.
  appliances = {
    -- C and K. One or the other: `from` says where among the homes its owners begin.
    { name = "refrigerator, fixed speed", owners = "refrigerator", units = 0.55, watts = 95, power_factor = 0.75, start = "alone",
      length = { "normal", 17, 3 }, pause = { "normal", 36, 6 }, cycles = 9900, inrush = { 7, 300 }, leakage = 0.35, kwh = 266 },
    { name = "refrigerator, inverter", owners = "refrigerator", units = 0.45, from = 0.55, watts = 45, power_factor = 0.85, start = "alone",
      length = { "normal", 40, 8 }, pause = { "normal", 20, 5 }, cycles = 8760, standby = 3, inrush = { 1.5, 500 }, leakage = 0.50, kwh = 272 },
    -- P and K. The compressor pulls the room down in the first minutes, and what it then draws makes 480 W the mean of a whole run.
    { name = "air conditioner, cooling", device = "air conditioner", units = 1.20, watts = 480, power_factor = 0.97,
      length = { "lognormal", 190, 0.7 }, phases = { { watts = 1100, minutes = 12 }, { watts = 448 } }, cycles = 110,
      hours = hours.COOLING, above = 27, serves = "cooling", standby = 2, inrush = { 1.3, 1000 }, leakage = 0.80, kwh = 228 },
    { name = "air conditioner, heating", device = "air conditioner", units = 0.80, watts = 900, power_factor = 0.97,
      length = { "lognormal", 108, 0.6 }, cycles = 60, hours = hours.ACTIVE, below = 10, serves = "heating", inrush = { 1.3, 1000 }, kwh = 117 },
    -- K. 60 litres, one element: for a bath, at the home's own hours, and against what the tank loses.
    { name = "water heater, early bath", device = "water heater", units = 0.20, watts = 2000, power_factor = 1, resistive = true,
      length = { "normal", 42, 10 }, cycles = 400, hours = hours.BATH_EARLY, serves = "bath", kwh = 560 },
    { name = "water heater, late bath", device = "water heater", units = 0.20, from = 0.20, watts = 2000, power_factor = 1, resistive = true,
      length = { "normal", 42, 10 }, cycles = 400, hours = hours.BATH_LATE, serves = "bath", kwh = 560 },
    { name = "water heater, morning bath", device = "water heater", units = 0.20, from = 0.40, watts = 2000, power_factor = 1, resistive = true,
      length = { "normal", 42, 10 }, cycles = 400, hours = hours.BATH_MORNING, serves = "bath", kwh = 560 },
    { name = "water heater, standing", device = "water heater", units = 0.60, watts = 2000, power_factor = 1, resistive = true, start = "alone",
      length = { "normal", 9, 2 }, pause = { "normal", 575, 35 }, cycles = 900, serves = "tank", leakage = 0.25, kwh = 270 },
    { name = "kettle", units = 0.95, watts = 1600, power_factor = 1, resistive = true, -- C, scaled
      length = { "normal", 4, 1 }, cycles = 800, hours = hours.ACTIVE, leakage = 0.10, kwh = 85 },
    { name = "rice cooker", units = 0.85, watts = 650, power_factor = 1, resistive = true, -- K; an hour of keeping warm; no standby (E): its source counts none
      length = { "normal", 32, 6 }, extra = 60, phases = { { watts = 650, all_but = 60 }, { watts = 40 } },
      cycles = 230, hours = hours.COOK, leakage = 0.10, kwh = 88 },
    { name = "induction hob", units = 0.60, watts = 1300, power_factor = 0.98, -- C and K; its pulses below 1 kW are averaged
      length = { "normal", 16, 6 }, cycles = 280, hours = hours.COOK, standby = 2, inrush = { 1.2, 10 }, leakage = 0.50, kwh = 114 },
    { name = "microwave oven", units = 0.45, watts = 1150, power_factor = 0.92, -- C and K
      length = { "exponential", 4 }, cycles = 260, hours = hours.COOK, standby = 2, inrush = { 3, 50 }, leakage = 0.30, kwh = 37 },
    { name = "range hood", units = 0.70, watts = 190, power_factor = 0.90, -- K
      length = { "normal", 20, 6 }, cycles = 300, hours = hours.COOK, standby = 1, inrush = { 3, 300 }, leakage = 0.10, kwh = 28 },
    { name = "washing machine", owners = "laundry", units = 0.93, watts = 190, power_factor = 0.70, -- C; cold fill; bursts of the motor averaged
      length = { "normal", 48, 8 }, phases = { { watts = 167, all_but = 6 }, { watts = 350 } }, cycles = 170,
      hours = hours.LAUNDRY, standby = 1, inrush = { 5, 200 }, leakage = 0.30, kwh = 34 },
    { name = "television", owners = "television", units = 0.60, watts = 100, power_factor = 0.92, -- C: 70 (-ln u)^1.1 min
      length = { "weibull", 70, 1.1 }, cycles = 900, hours = hours.TV, standby = 1, inrush = { 15, 1 }, leakage = 0.30, kwh = 117 },
    { name = "set-top box", owners = "television", units = 0.35, watts = 25, power_factor = 0.90, with = "television", -- C
      cycles = 900, standby = 8, inrush = { 10, 1 }, leakage = 0.20, kwh = 89 },
    { name = "router", units = 1, watts = 12, power_factor = 0.60, start = "always", leakage = 0.10, kwh = 105 }, -- K
    { name = "desktop computer", units = 0.35, watts = 170, power_factor = 0.95, -- C: 141 W, 300 min, 449 a year
      length = { "lognormal", 120, 0.7 }, cycles = 330, hours = hours.ACTIVE, standby = 3, inrush = { 25, 2 }, leakage = 0.70, kwh = 164 },
    { name = "laptop", units = 0.75, watts = 45, power_factor = 0.55, -- K
      length = { "lognormal", 130, 0.6 }, cycles = 420, hours = hours.ACTIVE, standby = 1, inrush = { 20, 1 }, leakage = 0.10, kwh = 58 },
    { name = "phone charger", units = 1.5, watts = 15, power_factor = 0.55, -- K
      length = { "normal", 90, 25 }, cycles = 480, hours = hours.EVENING, standby = 0.1, inrush = { 15, 1 }, leakage = 0.02, kwh = 12 },
    { name = "lamp", units = 8, watts = 11, power_factor = 0.60, -- C: nine lengths; by day a tenth as often as in the dark (E)
      length = { "light" }, cycles = 1100, hours = hours.ACTIVE, daylight = 0.1, standby = 0.1, inrush = { 20, 1 }, leakage = 0.02, kwh = 7 },
    { name = "hair dryer", units = 0.75, watts = 1400, power_factor = 0.99, resistive = true, -- K
      length = { "normal", 6, 2 }, cycles = 230, hours = hours.WASHDRESS, inrush = { 1.5, 20 }, leakage = 0.05, kwh = 32 },
    { name = "electric fan", units = 0.80, watts = 45, power_factor = 0.90, -- K
      length = { "lognormal", 200, 0.6 }, cycles = 90, hours = hours.ACTIVE, above = 25, inrush = { 2, 300 }, leakage = 0.05, kwh = 16 },
    { name = "space heater", units = 0.25, watts = 1600, power_factor = 1, resistive = true, -- K; the length E, from its kWh
      length = { "lognormal", 63, 0.6 }, duty = { 90, 60 }, cycles = 70, hours = hours.ACTIVE, below = 10,
      inrush = { 1.1, 20 }, leakage = 0.20, kwh = 84 },
    { name = "electric blanket", units = 0.30, watts = 80, power_factor = 1, resistive = true, -- K
      length = { "normal", 360, 80 }, cycles = 70, hours = hours.BEDTIME, months = WINTER, leakage = 0.05, kwh = 34 },
    -- K. It is on while somebody bathes, so it keeps the hours of the home's baths; it hangs where there is a tank (E).
    { name = "bathroom heater, early bath", owners = "water heater", units = 0.20, watts = 1500, power_factor = 1, resistive = true,
      length = { "normal", 14, 4 }, cycles = 130, hours = hours.BATH_EARLY, months = COLD, inrush = { 2, 50 }, leakage = 0.20, kwh = 46 },
    { name = "bathroom heater, late bath", owners = "water heater", units = 0.20, from = 0.20, watts = 1500, power_factor = 1, resistive = true,
      length = { "normal", 14, 4 }, cycles = 130, hours = hours.BATH_LATE, months = COLD, inrush = { 2, 50 }, leakage = 0.20, kwh = 46 },
    { name = "bathroom heater, morning bath", owners = "water heater", units = 0.20, from = 0.40, watts = 1500, power_factor = 1, resistive = true,
      length = { "normal", 14, 4 }, cycles = 130, hours = hours.BATH_MORNING, months = COLD, inrush = { 2, 50 }, leakage = 0.20, kwh = 46 },
    -- K. 48 V, 20 Ah: constant current for three quarters of the time, then an exponential fall, in steps.
    { name = "e-bike charger", units = 0.30, watts = 140, power_factor = 0.62,
      length = { "lognormal", 319, 0.25 }, cycles = 190, hours = hours.ARRIVAL,
      phases = { { watts = 170, share = 0.75 }, { watts = 100, share = 0.0625 }, { watts = 55, share = 0.0625 }, { watts = 30, share = 0.0625 }, { watts = 15 } },
      inrush = { 30, 1 }, leakage = 0.25, kwh = 146 },
    -- K. Its pause follows from the cycles and the time in which somebody is active.
    { name = "water dispenser", units = 0.25, watts = 500, power_factor = 1, resistive = true, start = "while active",
      length = { "normal", 4, 1 }, pause = { "normal", 28, 6 }, cycles = 5500, leakage = 0.20, kwh = 183 },
    { name = "oven", units = 0.35, watts = 1400, power_factor = 1, resistive = true, -- C: 27 min, 220 a year; scaled; duty E, from its kWh
      length = { "normal", 18, 5 }, duty = { 50, 40 }, cycles = 75, hours = hours.COOK, inrush = { 1.05, 0 }, leakage = 0.30, kwh = 17 },
    { name = "iron", units = 0.40, watts = 1500, power_factor = 1, resistive = true, -- C: 30 min, 35 a year; scaled
      length = { "exponential", 12 }, duty = { 30, 30 }, cycles = 35, hours = hours.IRON, leakage = 0.20, kwh = 6 },
    { name = "vacuum cleaner", units = 0.35, watts = 500, power_factor = 0.95, -- C: 20 min, 110 a year; scaled
      length = { "normal", 15, 5 }, cycles = 70, hours = hours.CLEAN, standby = 3, inrush = { 6, 100 }, leakage = 0.10, kwh = 35 },
    { name = "tumble dryer", owners = "laundry", units = 0.08, watts = 650, power_factor = 0.85, after = "washing machine", -- C: 60 min; heat pump K
      length = { "normal", 140, 20 }, cycles = 110, standby = 1, inrush = { 5, 200 }, leakage = 0.50, kwh = 175 },
    { name = "dish washer", units = 0.05, watts = 900, power_factor = 0.97, delay = 40, -- C: 60 min, 241 a year; two heating phases E
      length = { "normal", 75, 10 }, cycles = 180, hours = hours.COOK,
      phases = { { watts = 1800, share = 0.22 }, { watts = 120, share = 0.28 }, { watts = 1800, share = 0.24 }, { watts = 144 } },
      standby = 0.5, inrush = { 2, 50 }, leakage = 0.50, kwh = 207 },
    -- Forbidden in most rental flats, and in none by default: give them units to have them (E).
    { name = "heating rod", units = 0, watts = 1000, power_factor = 1, resistive = true,
      length = { "normal", 20, 5 }, cycles = 200, hours = hours.WASHDRESS, kwh = 67 },
    { name = "hotplate", units = 0, watts = 1500, power_factor = 1, resistive = true,
      length = { "normal", 25, 8 }, cycles = 250, hours = hours.COOK, kwh = 156 },
  },

  -- Somebody is active, by hour, for one and two persons: C, from British time-use data. Tenants who work are away from 9 to 18 h on
  -- weekdays: 0.35 of that (E). The shares of the kinds are E.
  occupancy = {
    kinds = {
      { share = 0.40, works = 0.35, active = { .09, .03, .02, .01, .03, .06, .17, .40, .52, .50, .45, .44, .46, .44, .40, .44, .53, .63, .70, .71, .72, .69, .51, .26 } },
      { share = 0.10, works = 1.00, active = { .09, .03, .02, .01, .03, .06, .17, .40, .52, .50, .45, .44, .46, .44, .40, .44, .53, .63, .70, .71, .72, .69, .51, .26 } },
      { share = 0.35, works = 0.35, active = { .16, .08, .07, .06, .07, .12, .29, .56, .63, .61, .55, .53, .57, .57, .55, .59, .68, .78, .83, .84, .85, .83, .66, .35 } },
      { share = 0.15, works = 1.00, active = { .16, .08, .07, .06, .07, .12, .29, .56, .63, .61, .55, .53, .57, .57, .55, .59, .68, .78, .83, .84, .85, .83, .66, .35 } },
    },
    working_hours = { 9, 18 },
    -- Of those who are not active, how many sleep (E).
    asleep = { .93, .96, .98, .98, .98, .95, .85, .60, .35, .20, .10, .05, .08, .12, .06, .02, .01, .01, .01, .02, .05, .20, .55, .82 },
    -- How long things stay as they are, median minutes by the hour in which that begins (E): a night, a working day, an evening.
    weekday = { 420, 420, 360, 300, 240, 180, 150, 150, 480, 480, 300, 150, 150, 150, 150, 150, 150, 180, 180, 180, 180, 180, 420, 420 },
    weekend = { 420, 420, 360, 300, 240, 210, 180, 150, 150, 150, 150, 150, 150, 150, 150, 150, 150, 180, 180, 180, 180, 180, 420, 420 },
    sigma = 0.5,
  },

  -- Hangzhou, K: monthly means in C; a day's wave to either side; days differ from the season and remember the day before (E).
  climate = {
    means = { 4.6, 6.4, 10.5, 16.5, 21.8, 25.2, 29.2, 28.6, 24.4, 19.1, 13.1, 7.1 },
    swing = 4,
    noise = 2.5,
    memory = 0.7,
    sunrise = { "6:56", "6:40", "6:09", "5:33", "5:06", "4:57", "5:07", "5:25", "5:43", "6:01", "6:25", "6:48" },
    sunset = { "17:17", "17:44", "18:05", "18:24", "18:44", "19:01", "19:01", "18:40", "18:06", "17:30", "17:05", "17:02" },
  },

  -- Of homes with energy management only (docs/energy.md): what the air conditioner and the water heater heat and cool. All E, chosen so
  -- that without any limit they use about what their rows have; temperatures in C, loss in W a K, gain in W.
  room = {
    kj_per_k = 450, -- the air and what follows it within the hour: half an hour and more with this loss
    loss = 220, gain = 700, -- walls, window and draught; people, sun and appliances
    cooling_cop = 3.2, heating_cop = 2.8,
    cooling = 26, heating = 20, -- set-points
    comfort = 2, -- as many K beyond them a room is still comfortable
  },
  tank = {
    litres = 60, loss = 0.55, around = 20,
    thermostat = 70, hysteresis = 5,
    bath = 40, least = 35, -- a bath that ends with a colder tank is a cold one; below the second it is given up
    bath_minutes = 10,
  },
}
