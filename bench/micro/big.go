package main

import (
	"math/rand"
	"time"

	bench "fluffy/bench/common"
)

// A message with a reply address is a ping, one without is a pong.
type message struct{ from chan message }

func node(self chan message, peers []chan message, pings int, seed int64, done chan<- bool) {
	random := rand.New(rand.NewSource(seed))
	for left := pings; left > 0; left-- {
		peers[random.Intn(len(peers))] <- message{self}
		for got := <-self; got.from != nil; got = <-self {
			got.from <- message{}
		}
	}
	done <- true
	for got := range self {
		got.from <- message{}
	}
}

func main() {
	count, pings := bench.Argument(1), bench.Argument(2)
	peers := make([]chan message, count)
	for i := range peers {
		peers[i] = make(chan message, count+1) // room for a ping of everyone and the pong, or a circle of full channels would wait for ever
	}
	done := make(chan bool)
	start := time.Now()
	for i, self := range peers {
		go node(self, peers, pings, int64(i), done)
	}
	for range peers {
		<-done
	}
	bench.Report(count*pings, time.Since(start), count*pings, "ns/round trip")
}
