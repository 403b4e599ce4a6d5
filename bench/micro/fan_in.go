package main

import (
	"time"

	bench "fluffy/bench/common"
)

func consumer(in <-chan int, done chan<- int, count int) {
	sum := 0
	for i := 0; i < count; i++ {
		sum += <-in
	}
	done <- sum
}

func produce(in chan<- int, count int) {
	for i := count; i > 0; i-- {
		in <- i
	}
}

func main() {
	count := bench.Argument(1)
	in, done := make(chan int, 1024), make(chan int)
	start := time.Now()
	go consumer(in, done, 8*count)
	for i := 0; i < 8; i++ {
		go produce(in, count)
	}
	bench.Report(<-done, time.Since(start), 8*count, "ns/message")
}
