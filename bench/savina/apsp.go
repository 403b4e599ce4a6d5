package main

import (
	"time"

	bench "fluffy/bench/common"
)

func weight(i, j int) int {
	if i == j {
		return 0
	}
	return 1 + bench.Below(bench.Draw(bench.Draw(i*7919+j)), 100)
}

// What a block has before step k.
type state struct {
	k, row, column int
	data           []int
}

type block struct {
	row, column, size, count int
	in                       chan state
	near                     []chan state
	early                    []state // of neighbours that are a step ahead
}

func (b *block) start() []int {
	data := make([]int, b.size*b.size)
	for i := range data {
		data[i] = weight(b.row*b.size+i/b.size, b.column*b.size+i%b.size)
	}
	return data
}

// What all neighbours have before step k; of these, the block with row k that is above, and the one with column k beside.
func (b *block) gather(k int, own []int) (above, beside []int) {
	above, beside = own, own
	owner, left := k/b.size, len(b.near)
	take := func(s state) {
		left--
		if s.column == b.column && s.row == owner {
			above = s.data
		} else if s.row == b.row && s.column == owner {
			beside = s.data
		}
	}
	for _, s := range b.early {
		take(s)
	}
	b.early = b.early[:0]
	for left > 0 {
		if s := <-b.in; s.k == k {
			take(s)
		} else {
			b.early = append(b.early, s)
		}
	}
	return
}

func (b *block) run(sum chan<- int) {
	data := b.start()
	for k := 0; k < b.size*b.count; k++ {
		for _, to := range b.near {
			to <- state{k, b.row, b.column, data}
		}
		above, beside := b.gather(k, data)
		data = relax(data, above, beside, k%b.size, b.size)
	}
	total := 0
	for _, n := range data {
		total += n
	}
	sum <- total
}

func relax(data, above, beside []int, k, size int) []int {
	next := make([]int, len(data))
	for i := 0; i < size; i++ {
		first := beside[i*size+k]
		for j := 0; j < size; j++ {
			n := data[i*size+j]
			if through := first + above[k*size+j]; through < n {
				n = through
			}
			next[i*size+j] = n
		}
	}
	return next
}

func main() {
	nodes, size := bench.Argument(1), bench.Argument(2)
	count := nodes / size
	start := time.Now()
	blocks := make([]*block, count*count)
	for i := range blocks {
		blocks[i] = &block{row: i / count, column: i % count, size: size, count: count, in: make(chan state, 4*count)}
	}
	sum := make(chan int)
	for _, b := range blocks {
		for i := 0; i < count; i++ {
			if i != b.row {
				b.near = append(b.near, blocks[i*count+b.column].in)
			}
			if i != b.column {
				b.near = append(b.near, blocks[b.row*count+i].in)
			}
		}
	}
	for _, b := range blocks {
		go b.run(sum)
	}
	total := 0
	for range blocks {
		total += <-sum
	}
	bench.Report(total, time.Since(start), 1000000, "ms")
}
