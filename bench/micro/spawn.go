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

// A thousand at a time: each gets one number and passes it on at its end.
func child(in <-chan int, out chan<- int) { out <- <-in }

func main() {
	count := argument(1)
	out := make(chan int, 1000)
	sum := 0
	start := time.Now()
	for from := 1; from <= count; from += 1000 {
		for i := from; i < from+1000; i++ {
			in := make(chan int, 1)
			go child(in, out)
			in <- i
		}
		for i := 0; i < 1000; i++ {
			sum += <-out
		}
	}
	report(sum, time.Since(start), count, "ns/process")
}
