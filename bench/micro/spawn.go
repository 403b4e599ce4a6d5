package main

import (
	"time"

	bench "fluffy/bench/common"
)

// A thousand at a time: each gets one number and passes it on at its end.
func child(in <-chan int, out chan<- int) { out <- <-in }

func main() {
	count := bench.Argument(1)
	out := make(chan int, 1000)
	sum := 0
	start := time.Now()
	for from := 1; from <= count; from += 1000 {
		for i := from; i < from+1000; i++ {
			in := make(chan int, 1)
			go child(in, out)
			in <- i
		}
		for i := 0; i < 1000; i++ {
			sum += <-out
		}
	}
	bench.Report(sum, time.Since(start), count, "ns/process")
}
