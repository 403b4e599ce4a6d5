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

func consumer(in <-chan int, done chan<- int, count int) {
	sum := 0
	for i := 0; i < count; i++ {
		sum += <-in
	}
	done <- sum
}

func main() {
	count := argument(1)
	in, done := make(chan int, 1024), make(chan int)
	start := time.Now()
	go consumer(in, done, count)
	for i := count; i > 0; i-- {
		in <- i
	}
	report(<-done, time.Since(start), count, "ns/message")
}
