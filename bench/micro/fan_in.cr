require "../common/bench"

count = ARGV[0].to_i64
mailbox = Channel(Int64).new(1024)
done = Channel(Int64).new
start = Time.monotonic
spawn do
  sum = 0_i64
  (8 * count).times { sum += mailbox.receive }
  done.send sum
end
8.times { spawn { count.downto(1) { |i| mailbox.send i } } }
sum = done.receive
report sum, Time.monotonic - start, 8 * count, "ns/message"
