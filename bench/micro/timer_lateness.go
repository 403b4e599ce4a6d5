package main

import (
	"time"

	bench "fluffy/bench/common"
)

var sink int

func compute(n int) {
	for {
		n = (n*1103515245 + 12345) % 2147483648
		sink = n
	}
}

func main() {
	late := make([]time.Duration, bench.Argument(1))
	for i := 0; i < 100; i++ {
		go compute(i)
	}
	for i := range late {
		start := time.Now()
		time.Sleep(time.Millisecond)
		late[i] = time.Since(start) - time.Millisecond
	}
	bench.ReportPercentile(late)
}
