package main

import (
	"time"

	bench "fluffy/bench/common"
)

// One channel for each direction that a value may come from; those at the edge are nil.
type cell struct {
	near [4]chan float64
	to   [4]chan float64
}

func (c *cell) tell(value float64) {
	for _, to := range c.to {
		if to != nil {
			to <- value
		}
	}
}

func (c *cell) run(number int, red bool, rounds int, values chan<- int) {
	value := float64(bench.Below(bench.Draw(number), 65536)) / 65536
	if red {
		c.tell(value)
	}
	for left := rounds; left > 0; left-- {
		sum, count := 0.0, 0
		for _, near := range c.near {
			if near != nil {
				sum += <-near
				count++
			}
		}
		value = 1.25*(sum/float64(count)) - 0.25*value
		if !red || left > 1 {
			c.tell(value)
		}
	}
	values <- int(value * 1000000000)
}

func main() {
	size, rounds := bench.Argument(1), bench.Argument(2)
	start := time.Now()
	grid := make([]cell, size*size)
	steps := [4]int{-size, -1, 1, size}
	for i := range grid {
		row, column := i/size, i%size
		inside := [4]bool{row > 0, column > 0, column < size-1, row < size-1}
		for way, step := range steps {
			if inside[way] {
				between := make(chan float64, 2)
				grid[i].to[way] = between
				grid[i+step].near[3-way] = between
			}
		}
	}
	values := make(chan int)
	for i := range grid {
		go grid[i].run(i, (i/size+i%size)%2 == 0, rounds, values)
	}
	total := 0
	for range grid {
		total += <-values
	}
	bench.Report(total, time.Since(start), 1000000, "ms")
}
