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

func summer(in <-chan []int, out chan<- int) {
	sum := 0
	for _, n := range <-in {
		sum += n
	}
	out <- sum
}

func main() {
	length, count := argument(1), argument(2)
	list := make([]int, length)
	for i := range list {
		list[i] = i + 1
	}
	out := make(chan int)
	ins := make([]chan []int, count)
	for i := range ins {
		ins[i] = make(chan []int, 1)
		go summer(ins[i], out)
	}
	start := time.Now()
	for _, in := range ins {
		in <- list
	}
	total := 0
	for range ins {
		total += <-out
	}
	took := time.Since(start)
	report(total, took, 1000000, "ms")
}
