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

func node(in <-chan int, next chan<- int, ended chan<- int, number int) {
	for n := range in {
		if n == 0 {
			ended <- number
			return
		}
		next <- n - 1
	}
}

func main() {
	hops := argument(1)
	ended := make(chan int)
	first := make(chan int, 1)
	in := first
	for i := 0; i < 502; i++ {
		next := make(chan int, 1)
		go node(in, next, ended, i)
		in = next
	}
	go node(in, first, ended, 502)
	start := time.Now()
	first <- hops
	report(<-ended, time.Since(start), hops, "ns/hop")
}
