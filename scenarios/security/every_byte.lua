return scenario {
  name = "an order with any byte changed, cut off or added is refused, and the untouched one works",
  about = "Somebody on the radio path holds an order back, tries every byte of it in two ways, and " ..
          "lets it go at last.",
  claim = 3,
  tags = { "security" },
  cases = { link = { "cat1", "cat1bis", "nbiot", "lora", "rs485" } },
  fleet = function(case)
    return {
      flats = 8, household = false, link = case.link,
      order_validity = "2 h", poll = "10 days", -- what is held is the order, no reading
    }
  end,
  run = function(bench, case)
    local flat, admin = bench:flat(7), bench:sign_in()
    local m = flat:attacker()
    bench:wait("10 min")
    m:hold("down")
    admin:order(flat, "trip", { retries = 30 })
    for _ = 1, 40 do
      if #m:held("down") >= 1 then break end
      bench:wait("30 s")
    end
    local frame = m:held("down")[1]
    bench:check(frame ~= nil, "one is held")
    m:drop("down")
    m:release("down", { order = {} })
    local before, sent = flat:rejected("down").total, 0
    for byte = 0, frame.size - 1 do
      for _, bit in ipairs { 0x01, 0x80 } do
        m:send(m:alter(frame, { byte = byte, xor = bit }))
        sent = sent + 1
      end
    end
    for cut = 1, frame.size - 1, 5 do
      m:send(m:alter(frame, { cut = cut }))
      sent = sent + 1
    end
    m:send(m:alter(frame, { append = "00" }))
    sent = sent + 1
    for _, counter in ipairs { 0, frame.counter + 1, frame.counter + 20000, 65535, 4294967295 } do
      m:send(m:alter(frame, { counter = counter }))
      sent = sent + 1
    end
    bench:expect(flat:tripped()):never_for("1 min")
    bench:check(
      flat:rejected("down").total == before + sent, "each is refused: " .. flat:rejected("down").total - before .. " of " .. sent)
    m:send(frame)
    bench:expect(flat:tripped { cause = "order" }):within("5 s")
  end,
}
