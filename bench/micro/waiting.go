package main

import (
	"fmt"
	"os"
	"strconv"
)

func wait(in <-chan int) { <-in }

func main() {
	count, err := strconv.Atoi(os.Args[1])
	if err != nil {
		panic(err)
	}
	ins := make([]chan int, count)
	for i := range ins {
		ins[i] = make(chan int)
		go wait(ins[i])
	}
	fmt.Println("ready")
	<-make(chan int)
}
