package main

import (
	"fmt"
	"time"

	bench "fluffy/bench/common"
)

func wait(in <-chan int) { <-in }

func main() {
	count := bench.Argument(1)
	ins := make([]chan int, count)
	for i := range ins {
		ins[i] = make(chan int)
		go wait(ins[i])
	}
	fmt.Println("ready")
	time.Sleep(time.Hour) // with a clock running, it is no deadlock
}
