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

func calls(n int) int {
	if n < 2 {
		return 1
	}
	return 1 + calls(n-1) + calls(n-2)
}

func main() {
	n := bench.Argument(1)
	out := make(chan int)
	start := time.Now()
	go fib(n, out)
	result := <-out
	took := time.Since(start)
	bench.Report(result, took, calls(n), "ns/process")
}
