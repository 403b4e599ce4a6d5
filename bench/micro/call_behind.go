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

type request struct {
	n  int
	to chan int
}

func server(in <-chan request) {
	for r := range in {
		r.to <- r.n + 1
	}
}

// A reply comes through a channel of its own, past what lies in the mailbox.
func main() {
	calls, unmatched := argument(1), argument(2)
	mailbox := make(chan int, unmatched)
	for i := 0; i < unmatched; i++ {
		mailbox <- i
	}
	to := make(chan request)
	go server(to)
	start := time.Now()
	n := 0
	for i := 0; i < calls; i++ {
		reply := make(chan int, 1)
		to <- request{n, reply}
		n = <-reply
	}
	report(n, time.Since(start), calls, "ns/call")
}
