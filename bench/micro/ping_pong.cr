require "../common/bench"

rounds = ARGV[0].to_i64
ping = Channel(Int64).new
pong = Channel(Int64).new
spawn { loop { pong.send ping.receive } }
start = Time.monotonic
rounds.times do |i|
  ping.send i
  pong.receive
end
report rounds, Time.monotonic - start, 2 * rounds, "ns/message"
