package main

import (
	"time"

	bench "fluffy/bench/common"
)

func node(in <-chan int, next chan<- int, ended chan<- int, number int) {
	for n := range in {
		if n == 0 {
			ended <- number
			return
		}
		next <- n - 1
	}
}

func main() {
	hops := bench.Argument(1)
	ended := make(chan int)
	first := make(chan int, 1)
	in := first
	for i := 0; i < 502; i++ {
		next := make(chan int, 1)
		go node(in, next, ended, i)
		in = next
	}
	go node(in, first, ended, 502)
	start := time.Now()
	first <- hops
	bench.Report(<-ended, time.Since(start), hops, "ns/hop")
}
