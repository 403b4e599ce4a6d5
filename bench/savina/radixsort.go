package main

import (
	"time"

	bench "fluffy/bench/common"
)

// Numbers without the bit pass, those with it are kept until all have come.
func stage(bit int, in <-chan int, next chan<- int) {
	var kept []int
	for n := range in {
		if n&bit == 0 {
			next <- n
		} else {
			kept = append(kept, n)
		}
	}
	for _, n := range kept {
		next <- n
	}
	close(next)
}

func feed(count int, first chan<- int) {
	for state := 2048; count > 0; count-- {
		first <- state
		state = bench.Draw(state)
	}
	close(first)
}

func main() {
	count := bench.Argument(1)
	start := time.Now()
	first := make(chan int, 1024)
	in := first
	for bit := 1; bit <= 1073741824; bit *= 2 {
		next := make(chan int, 1024)
		go stage(bit, in, next)
		in = next
	}
	go feed(count, first)
	sum, last := 0, 0
	for n := range in {
		if n < last {
			panic("not sorted")
		}
		sum, last = (3*sum+n)%1000003, n
	}
	bench.Report(sum, time.Since(start), 1000000, "ms")
}
