require "../common/bench"

count = ARGV[0].to_i64
mailbox = Channel(Int64).new(1024)
done = Channel(Int64).new
start = Time.monotonic
spawn do
  sum = 0_i64
  count.times { sum += mailbox.receive }
  done.send sum
end
count.downto(1) { |i| mailbox.send i }
sum = done.receive
report sum, Time.monotonic - start, count, "ns/message"
