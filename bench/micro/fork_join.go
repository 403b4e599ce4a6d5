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

func fib(n int, parent chan<- int) {
	if n < 2 {
		parent <- n
		return
	}
	results := make(chan int, 2)
	go fib(n-1, results)
	go fib(n-2, results)
	parent <- <-results + <-results
}

func calls(n int) int {
	if n < 2 {
		return 1
	}
	return 1 + calls(n-1) + calls(n-2)
}

func main() {
	n := argument(1)
	out := make(chan int)
	start := time.Now()
	go fib(n, out)
	result := <-out
	took := time.Since(start)
	report(result, took, calls(n), "ns/process")
}
