package main

import (
	"fmt"
	"time"

	bench "fluffy/bench/common"
)

//go:noinline
func wait(in <-chan int) int { return <-in }

func deep(in <-chan int, done chan<- int) { done <- wait(in) }

func main() {
	ins := make([]chan int, bench.Argument(1))
	done := make(chan int)
	for i := range ins {
		ins[i] = make(chan int)
		go deep(ins[i], done)
	}
	fmt.Println("ready")
	time.Sleep(time.Hour) // with a clock running, it is no deadlock
}
