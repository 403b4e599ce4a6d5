package main

import (
	"time"

	bench "fluffy/bench/common"
)

// A child that panics as soon as it is asked; its end is reported with what it panicked with.
func child(up chan<- chan bool, ended chan<- interface{}) {
	defer func() { ended <- recover() }()
	crash := make(chan bool)
	up <- crash
	<-crash
	panic("asked")
}

// Starts the child again as often as it panics.
func supervise(up chan<- chan bool) {
	ended := make(chan interface{})
	for reason := interface{}("start"); reason != nil; reason = <-ended {
		go child(up, ended)
	}
}

func main() {
	count := bench.Argument(1)
	up := make(chan chan bool)
	go supervise(up)
	start := time.Now()
	for i := 0; i < count; i++ {
		(<-up) <- true
	}
	<-up
	bench.Report(count, time.Since(start), count, "ns/restart")
}
