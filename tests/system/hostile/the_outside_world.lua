return scenario {
  name = "a script that reaches out",
  run = function(bench)
    bench:check(io == nil and os == nil and load == nil and dofile == nil and require ~= nil and debug == nil, "nothing to reach out with")
    io.open("/etc/passwd")
  end,
}
