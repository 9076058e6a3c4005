-- What a meter costs over its years, in yuan: three levels each, low, typical, high. All are assumptions (E) of the order that Chinese list prices and
-- operators' offers have; nothing here was read in a price list. A copy with your own figures beside your scenario, in a folder lib, goes before
-- this one. What is counted and not assumed (messages, locks, relay operations) is measured by energy/cost.lua.
return {
  years = 10,
  discount = { 0, 0, 0 }, -- a year; 0.05 for 5 %

  -- Once, for each meter.
  meter = { 150, 190, 240 },   -- single phase, 100 A latching relay, DL/T 645, residual current sensing
  branch = { 15, 25, 40 },     -- the heavy-appliance branch: a second relay and an infrared sender
  installation = { 30, 60, 100 },
  module = { -- the radio, or the meter's share of a gateway for 32
    cat1 = { 30, 45, 70 }, nbiot = { 18, 25, 40 }, lora = { 25, 40, 65 }, rs485 = { 12, 20, 40 },
  },

  -- Data plans: the smallest that holds a month's bytes, yuan a year for a SIM. `sims` says how many meters share one.
  plans = { -- MB a month
    { 5, { 8, 12, 20 } }, { 30, { 15, 24, 40 } }, { 100, { 24, 36, 60 } }, { 500, { 60, 90, 150 } }, { 1e9, { 120, 200, 360 } },
  },
  sims = { cat1 = 1, nbiot = 1, lora = 32, rs485 = 32 },

  -- Bytes beside what a frame has: envelope, TCP, TLS and MQTT of docs/models.md; a keep-alive both ways.
  frame_bytes = 20, envelope_bytes = 28, transport_bytes = 90, keep_alive_bytes = 104,
  keep_alive_s = { cat1 = 120, nbiot = 600, lora = 300, rs485 = 120 },

  -- Every year, for each meter.
  platform = { 2, 4, 8 }, -- servers, SMS, people who watch
  failure_rate = { 0.004, 0.008, 0.015 }, -- of meters a year, replaced at the price of hardware and a visit
  visit = { 50, 80, 150 }, -- somebody goes there: a lock after leakage or short circuit, a meter that failed
  company_visits = { 0.3, 0.6, 1 }, -- of such locks, the share for which somebody of the company has to go
  relay_life = 20000, relay_shape = 2.2, -- operations, Weibull: docs/models.md, "Relay"
}
