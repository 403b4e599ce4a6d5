package main

import (
	"time"

	bench "fluffy/bench/common"
)

func divided(primes []int, n int) bool {
	for _, prime := range primes {
		if n%prime == 0 {
			return true
		}
	}
	return false
}

// Keeps primes while it has room; what it can't keep it passes on.
func filter(in <-chan int, first, room int, count chan<- int) {
	primes := []int{first}
	var next chan int
	rest := make(chan int)
	for n := range in {
		if divided(primes, n) {
			continue
		}
		switch {
		case len(primes) < room:
			primes = append(primes, n)
		case next == nil:
			next = make(chan int, 1024)
			go filter(next, n, room, rest)
		default:
			next <- n
		}
	}
	total := len(primes)
	if next != nil {
		close(next)
		total += <-rest
	}
	count <- total
}

func main() {
	limit, room := bench.Argument(1), bench.Argument(2)
	start := time.Now()
	first, count := make(chan int, 1024), make(chan int)
	go filter(first, 2, room, count)
	for n := 3; n < limit; n += 2 {
		first <- n
	}
	close(first)
	bench.Report(<-count, time.Since(start), 1000000, "ms")
}
