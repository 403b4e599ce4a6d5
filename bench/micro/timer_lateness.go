package main

import (
	"sort"
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
	count := bench.Argument(1)
	for i := 0; i < 100; i++ {
		go compute(i)
	}
	late := make([]time.Duration, count)
	for i := range late {
		start := time.Now()
		time.Sleep(time.Millisecond)
		late[i] = time.Since(start) - time.Millisecond
	}
	sort.Slice(late, func(i, j int) bool { return late[i] < late[j] })
	bench.Report(count, late[count*99/100], 1000, "us")
}
