-- Claim 13: the collection cycle falls from 30 to 7 days. From a kWh to its money, money-weighted: the platform's accounts with prepayment and reminders,
-- and the same consumption collected by hand. A home's mean is one value; the claim holds only if all of the 95 % interval does.
local days, begin = 90, 30 -- begin: opening balances are used up by then

-- By hand (E): the meter is read once a month, the bill is out three days later, and is paid so late after that.
local by_hand = {
  read_every = 30, bill_after = 3,
  paid_after = { { 0.35, 0, 3 }, { 0.35, 3, 10 }, { 0.20, 10, 20 }, { 0.10, 20, 45 } }, -- share of the bills, days from, to
}

local function pay_delay()
  local place = math.random()
  for _, band in ipairs(by_hand.paid_after) do
    if place < band[1] then return band[2] + math.random() * (band[3] - band[2]) end
    place = place - band[1]
  end
  return by_hand.paid_after[#by_hand.paid_after][3]
end

-- What each day cost, and when that was collected by hand, as a mean of days.
local function lag_by_hand(charged, first_reading)
  local sum, weight, delay, read_at = 0, 0, 0, -1
  for day = begin + 1, days do
    local reading = day + (first_reading - day) % by_hand.read_every
    if reading ~= read_at then read_at, delay = reading, pay_delay() end
    local cost = charged[day] - charged[day - 1]
    sum, weight = sum + cost * (reading - day + 0.5 + by_hand.bill_after + delay), weight + cost
  end
  return sum / weight
end

-- First in, first out: a day's cost is paid on the day on which all that was paid reaches all that was charged till then. What was paid before is
-- collected at once: 0 days, not less. What is still owed at the end counts up to there.
local function lag_of_account(charged, paid)
  local sum, weight = 0, 0
  for day = begin + 1, days do
    local cost, settled = charged[day] - charged[day - 1], day
    while settled < days and paid[settled] < charged[day] do settled = settled + 1 end
    sum, weight = sum + cost * (settled - day), weight + cost
  end
  return sum / weight
end

return scenario {
  name  = "money follows consumption within 7 days",
  about = "prepaid accounts with reminders and arrears trips; the same with credit, paid after it is used; and homes read and billed by hand",
  claim = 13,
  tags  = { "billing", "statistics" },
  required = function(case) return case.way == "by hand" and "excluded" or "measured" end,
  cases = { way = { "prepaid", "on credit", "by hand" } },
  fleet = function(case)
    return {
      flats = 30, tenants = true, balance = "40 yuan", start = "2026-03-01 00:00", poll = "12 h", meeting = "1 h",
      remind_below = case.way == "on credit" and "0 yuan" or "20 yuan", overdraft = case.way == "on credit" and "20 yuan" or "0 yuan",
    }
  end,
  decides = function(case) return case.way == "prepaid" end,
  run = function(bench, case)
    local charged, paid, owed, longest, lags, payments = {}, {}, {}, {}, {}, 0
    for number = 1, 30 do charged[number], paid[number], owed[number], longest[number] = {}, {}, 0, 0 end
    for day = 0, days do
      for number = 1, 30 do
        local account = bench:flat(number):account()
        charged[number][day], paid[number][day] = account.charged, account.opening + account.paid
        if day > begin and paid[number][day] > paid[number][day - 1] then payments = payments + 1 end
        owed[number] = account.balance < 0 and owed[number] + 1 or 0
        longest[number] = math.max(longest[number], owed[number])
      end
      if day < days then bench:wait("1 day") end
    end
    for number = 1, 30 do
      lags[number] = case.way == "by hand" and lag_by_hand(charged[number], math.random(1, by_hand.read_every))
        or lag_of_account(charged[number], paid[number])
    end
    bench:statistic { what = "from consumption to money", values = lags, unit = "days", at_most = 7 }
    if case.way ~= "by hand" then
      bench:check(payments > 0, string.format("a home pays every %.0f days", 30 * (days - begin) / payments))
      bench:statistic { what = "longest time in arrears", values = longest, unit = "days", at_most = 7, by = "worst" }
    end
  end,
}
