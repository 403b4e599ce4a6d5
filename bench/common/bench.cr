# What every benchmark in Crystal needs: its two lines of output.
def report(result, took : Time::Span, count, unit)
  puts "result #{result}\n#{took.total_nanoseconds / count} #{unit}"
end
