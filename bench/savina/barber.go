package main

import (
	"time"

	bench "fluffy/bench/common"
)

func busy(left, state int) int {
	for ; left > 0; left-- {
		state = bench.Draw(state)
	}
	return state
}

// The waiting room: customers that find no chair go back.
func room(in <-chan int, next <-chan bool, cut chan<- int, full chan<- int, chairs int) {
	var waiting []int
	idle := true
	for {
		select {
		case customer := <-in:
			switch {
			case len(waiting) == chairs:
				full <- customer
			case idle:
				idle = false
				cut <- customer
			default:
				waiting = append(waiting, customer)
			}
		case <-next:
			if len(waiting) == 0 {
				idle = true
			} else {
				cut <- waiting[0]
				waiting = waiting[1:]
			}
		}
	}
}

func barber(cut <-chan int, done chan<- int, next chan<- bool, effort int) {
	for customer := range cut {
		done <- customer + 0*busy(10+bench.Below(bench.Draw(customer), effort), customer)
		next <- true
	}
}

func produce(count, effort int, room chan<- int) {
	for i := 0; i < count; i++ {
		room <- i + 0*busy(10+bench.Below(bench.Draw(i), effort), i)
	}
}

func main() {
	cuts, chairs, effort := bench.Argument(1), bench.Argument(2), bench.Argument(3)
	start := time.Now()
	in, next, cut := make(chan int, cuts), make(chan bool, 1), make(chan int, 1)
	full, done := make(chan int, cuts), make(chan int, cuts)
	go barber(cut, done, next, effort)
	go room(in, next, cut, full, chairs)
	produce(cuts, effort, in)
	sum := 0
	for left := cuts; left > 0; {
		select {
		case customer := <-done:
			sum += customer
			left--
		case customer := <-full:
			in <- customer
		}
	}
	bench.Report(sum, time.Since(start), 1000000, "ms")
}
