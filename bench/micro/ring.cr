require "../common/bench"

def node(mailbox : Channel(Int64), following : Channel(Int64), ended : Channel(Int32), number : Int32)
  loop do
    n = mailbox.receive
    break ended.send number if n == 0
    following.send n - 1
  end
end

def start_node(mailbox, following, ended, number)
  spawn { node mailbox, following, ended, number }
end

hops = ARGV[0].to_i64
ended = Channel(Int32).new
mailboxes = Array.new(503) { Channel(Int64).new(1) }
503.times { |i| start_node mailboxes[i], mailboxes[(i + 1) % 503], ended, i }
start = Time.monotonic
mailboxes[0].send hops
result = ended.receive
report result, Time.monotonic - start, hops, "ns/hop"
