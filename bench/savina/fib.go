package main

import (
	"time"

	bench "fluffy/bench/common"
)

func fib(n int, parent chan<- int) {
	if n < 2 {
		parent <- n
		return
	}
	results := make(chan int, 2)
	go fib(n-1, results)
	go fib(n-2, results)
	parent <- <-results + <-results
}

func main() {
	n := bench.Argument(1)
	start := time.Now()
	result := make(chan int)
	go fib(n, result)
	bench.Report(<-result, time.Since(start), 1000000, "ms")
}
