package main

import (
	"time"

	bench "fluffy/bench/common"
)

// A message with a channel is a ping, one without is a pong.
type message struct{ from chan message }

func node(self chan message, peers []chan message, pings, state int, done chan<- bool) {
	for left := pings; left > 0; left-- {
		peers[bench.Below(state, len(peers))] <- message{self}
		for got := <-self; got.from != nil; got = <-self {
			got.from <- message{}
		}
		state = bench.Draw(state)
	}
	done <- true
	for got := range self {
		got.from <- message{}
	}
}

func main() {
	pings, count := bench.Argument(1), bench.Argument(2)
	start := time.Now()
	peers := make([]chan message, count)
	for i := range peers {
		peers[i] = make(chan message, count+1) // room for a ping of everyone and the pong, or a circle of full channels would wait for ever
	}
	done := make(chan bool)
	for i, self := range peers {
		go node(self, peers, pings, bench.Draw(i), done)
	}
	for range peers {
		<-done
	}
	bench.Report(count*pings, time.Since(start), 1000000, "ms")
}
