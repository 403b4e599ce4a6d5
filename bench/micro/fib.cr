require "../common/bench"

def fib(n : Int64) : Int64
  n < 2 ? n : fib(n - 1) + fib(n - 2)
end

n = ARGV[0].to_i64
start = Time.monotonic
result = fib n
report result, Time.monotonic - start, 1000000, "ms"
