package main

import (
	"time"

	bench "fluffy/bench/common"
)

func summer(in <-chan []int, out chan<- int) {
	sum := 0
	for _, n := range <-in {
		sum += n
	}
	out <- sum
}

func main() {
	length, count := bench.Argument(1), bench.Argument(2)
	list := make([]int, length)
	for i := range list {
		list[i] = i + 1
	}
	out := make(chan int)
	ins := make([]chan []int, count)
	for i := range ins {
		ins[i] = make(chan []int, 1)
		go summer(ins[i], out)
	}
	start := time.Now()
	for _, in := range ins {
		in <- list
	}
	total := 0
	for range ins {
		total += <-out
	}
	took := time.Since(start)
	bench.Report(total, took, 1000000, "ms")
}
