package main

import (
	"time"

	bench "fluffy/bench/common"
)

func fib(n int) int {
	if n < 2 {
		return n
	}
	return fib(n-1) + fib(n-2)
}

func main() {
	n := bench.Argument(1)
	start := time.Now()
	result := fib(n)
	bench.Report(result, time.Since(start), 1000000, "ms")
}
