package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

func argument(at int) int {
	n, err := strconv.Atoi(os.Args[at])
	if err != nil {
		panic(err)
	}
	return n
}

func report(result int, took time.Duration, count int, unit string) {
	fmt.Printf("result %d\n%g %s\n", result, float64(took.Nanoseconds())/float64(count), unit)
}

func ponger(ping <-chan int, pong chan<- int) {
	for n := range ping {
		pong <- n
	}
}

func main() {
	rounds := argument(1)
	ping, pong := make(chan int), make(chan int)
	go ponger(ping, pong)
	start := time.Now()
	for i := 0; i < rounds; i++ {
		ping <- i
		<-pong
	}
	report(rounds, time.Since(start), 2*rounds, "ns/message")
}
