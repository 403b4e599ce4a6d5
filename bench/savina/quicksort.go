package main

import (
	"time"

	bench "fluffy/bench/common"
)

// The numbers below, equal to and above the pivot.
func split(list []int) (low, middle, high []int) {
	pivot := list[len(list)/2]
	for _, x := range list {
		switch {
		case x < pivot:
			low = append(low, x)
		case x > pivot:
			high = append(high, x)
		default:
			middle = append(middle, x)
		}
	}
	return
}

func sort(list []int) []int {
	if len(list) < 2 {
		return list
	}
	low, middle, high := split(list)
	return append(append(sort(low), middle...), sort(high)...)
}

func sorter(list []int, threshold int, parent chan<- []int) {
	if len(list) < threshold {
		parent <- sort(list)
		return
	}
	low, middle, high := split(list)
	first, last := make(chan []int, 1), make(chan []int, 1)
	go sorter(low, threshold, first)
	go sorter(high, threshold, last)
	parent <- append(append(<-first, middle...), <-last...)
}

func main() {
	count, threshold := bench.Argument(1), bench.Argument(2)
	list := make([]int, count)
	state := 1024
	for i := range list {
		list[i] = state
		state = bench.Draw(state)
	}
	start := time.Now()
	result := make(chan []int)
	go sorter(list, threshold, result)
	sum, last := 0, 0
	for _, x := range <-result {
		if x < last {
			panic("not sorted")
		}
		sum, last = (3*sum+x)%1000003, x
	}
	bench.Report(sum, time.Since(start), 1000000, "ms")
}
