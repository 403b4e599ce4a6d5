package main

import (
	"fmt"
	"math/rand"
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
	count, pings := argument(1), argument(2)
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
	report(count*pings, time.Since(start), count*pings, "ns/round trip")
}
