package main

import (
	"math"
	"time"

	bench "fluffy/bench/common"
)

func worker(n int, done chan<- int) {
	sine := math.Sin(float64(n) / 7)
	done <- int(sine * sine * 1000)
}

func main() {
	count := bench.Argument(1)
	start := time.Now()
	done := make(chan int, count)
	for i := 0; i < count; i++ {
		go worker(i, done)
	}
	sum := 0
	for i := 0; i < count; i++ {
		sum += <-done
	}
	bench.Report(sum, time.Since(start), 1000000, "ms")
}
