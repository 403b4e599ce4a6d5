package main

import (
	"time"

	bench "fluffy/bench/common"
)

type pair struct{ first, second int }

func comparator(pairs, length, distance int, in <-chan int, out chan<- pair) {
	for count := 0; count < pairs; count++ {
		one, other := <-in, <-in
		if up := count*2*distance/length%2 == 0; up == (one < other) {
			out <- pair{one, other}
		} else {
			out <- pair{other, one}
		}
	}
}

func splitter(count int, in <-chan int, lanes []chan int) {
	for i := 0; i < count; i++ {
		lanes[i%len(lanes)] <- <-in
	}
}

// The first numbers of all lanes, in their order, then the second ones.
func joiner(count int, lanes []chan pair, next chan<- int) {
	kept := make([]int, len(lanes))
	for left := count; left > 0; left -= 2 * len(lanes) {
		for i, lane := range lanes {
			p := <-lane
			next <- p.first
			kept[i] = p.second
		}
		for _, n := range kept {
			next <- n
		}
	}
}

// The step for parts of `length` that compares numbers at a distance.
func step(count, length, distance int, in <-chan int) <-chan int {
	next := make(chan int, 64)
	lanes, pairs := make([]chan int, distance), make([]chan pair, distance)
	for i := range lanes {
		lanes[i], pairs[i] = make(chan int, 2), make(chan pair, 1)
		go comparator(count/2/distance, length, distance, lanes[i], pairs[i])
	}
	go splitter(count, in, lanes)
	go joiner(count, pairs, next)
	return next
}

func feed(count int, first chan<- int) {
	for state := 2048; count > 0; count-- {
		first <- state
		state = bench.Draw(state)
	}
}

func main() {
	count := bench.Argument(1)
	start := time.Now()
	first := make(chan int, 64)
	var in <-chan int = first
	for length := 2; length <= count; length *= 2 {
		for distance := length / 2; distance > 0; distance /= 2 {
			in = step(count, length, distance, in)
		}
	}
	go feed(count, first)
	sum, last := 0, 0
	for i := 0; i < count; i++ {
		n := <-in
		if n < last {
			panic("not sorted")
		}
		sum, last = (3*sum+n)%1000003, n
	}
	bench.Report(sum, time.Since(start), 1000000, "ms")
}
