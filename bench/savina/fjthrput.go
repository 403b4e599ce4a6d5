package main

import (
	"math"
	"time"

	bench "fluffy/bench/common"
)

func worker(in <-chan int, done chan<- int) {
	sum := 0
	for n := range in {
		sine := math.Sin(float64(n) / 7)
		sum += int(sine * sine * 1000)
	}
	done <- sum
}

func main() {
	messages, count := bench.Argument(1), bench.Argument(2)
	start := time.Now()
	done := make(chan int)
	workers := make([]chan int, count)
	for i := range workers {
		workers[i] = make(chan int, 1024)
		go worker(workers[i], done)
	}
	for n := 0; n < messages; n++ {
		for _, to := range workers {
			to <- n
		}
	}
	sum := 0
	for _, to := range workers {
		close(to)
	}
	for range workers {
		sum += <-done
	}
	bench.Report(sum, time.Since(start), 1000000, "ms")
}
