require "../common/bench"

# A thousand at a time: each gets one number and passes it on at its end.
def child(results)
  mailbox = Channel(Int64).new(1)
  spawn { results.send mailbox.receive }
  mailbox
end

count = ARGV[0].to_i64
results = Channel(Int64).new(1000)
sum = 0_i64
start = Time.monotonic
1_i64.step(to: count, by: 1000) do |from|
  (from...from + 1000).each { |i| child(results).send i }
  1000.times { sum += results.receive }
end
report sum, Time.monotonic - start, count, "ns/process"
