package main

import (
	"time"

	bench "fluffy/bench/common"
)

var sink int

func compute(n int) {
	for {
		n = (n*1103515245 + 12345) % 2147483648
		sink = n
	}
}

func pass(in <-chan bool, next chan<- bool) {
	for m := range in {
		next <- m
	}
}

func main() {
	took := make([]time.Duration, bench.Argument(1))
	for i := 0; i < 50; i++ {
		go compute(i)
	}
	var links [4]chan bool
	for i := range links {
		links[i] = make(chan bool, 1)
		if i > 0 {
			go pass(links[i-1], links[i])
		}
	}
	for i := range took {
		time.Sleep(time.Millisecond)
		start := time.Now()
		links[0] <- true
		<-links[3]
		took[i] = time.Since(start)
	}
	bench.ReportPercentile(took)
}
