return { name = "a table that is no scenario" }
