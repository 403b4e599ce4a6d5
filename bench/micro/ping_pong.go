package main

import (
	"time"

	bench "fluffy/bench/common"
)

func ponger(ping <-chan int, pong chan<- int) {
	for n := range ping {
		pong <- n
	}
}

func main() {
	rounds := bench.Argument(1)
	ping, pong := make(chan int), make(chan int)
	go ponger(ping, pong)
	start := time.Now()
	for i := 0; i < rounds; i++ {
		ping <- i
		<-pong
	}
	bench.Report(rounds, time.Since(start), 2*rounds, "ns/message")
}
