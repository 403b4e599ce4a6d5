package main

import (
	"time"

	bench "fluffy/bench/common"
)

type task struct{ row, column, inner, size int }

// A task to hand out, or the block that one came to, or neither: it was split.
type answer struct {
	work  *task
	block []float64
	place int
}

// b is kept by columns.
func product(t task, a, b []float64, n int) []float64 {
	block := make([]float64, 0, t.size*t.size)
	for i := 0; i < t.size; i++ {
		row := a[(t.row+i)*n+t.inner:][:t.size]
		for j := 0; j < t.size; j++ {
			column := b[(t.column+j)*n+t.inner:][:t.size]
			sum := 0.0
			for k, x := range row {
				sum += x * column[k]
			}
			block = append(block, sum)
		}
	}
	return block
}

func worker(a, b []float64, n, threshold int, in <-chan task, master chan<- answer) {
	for t := range in {
		if t.size*t.size <= threshold {
			master <- answer{nil, product(t, a, b, n), t.row*n + t.column}
			continue
		}
		half := t.size / 2
		for way := 0; way < 8; way++ {
			master <- answer{work: &task{t.row + way/4*half, t.column + way/2%2*half, t.inner + way%2*half, half}}
		}
		master <- answer{}
	}
}

func distribute(workers []chan task, master <-chan answer) map[int][]float64 {
	blocks := make(map[int][]float64)
	for next, open := 1, 1; open > 0; {
		got := <-master
		switch {
		case got.work != nil:
			workers[next%len(workers)] <- *got.work
			next++
			open++
			continue
		case got.block == nil:
		case blocks[got.place] == nil:
			blocks[got.place] = got.block
		default:
			soFar := blocks[got.place]
			for i, x := range got.block {
				soFar[i] += x
			}
		}
		open--
	}
	return blocks
}

func main() {
	n, threshold, count := bench.Argument(1), bench.Argument(2), bench.Argument(3)
	a, b := make([]float64, n*n), make([]float64, n*n)
	for i := range a {
		a[i], b[i] = float64(i/n%10), float64(i/n%7)
	}
	start := time.Now()
	tasks := n * n * n / threshold
	master := make(chan answer, tasks)
	workers := make([]chan task, count)
	for i := range workers {
		workers[i] = make(chan task, tasks)
		go worker(a, b, n, threshold, workers[i], master)
	}
	workers[0] <- task{0, 0, 0, n}
	sum := 0.0
	for _, block := range distribute(workers, master) {
		for _, x := range block {
			sum += x
		}
	}
	bench.Report(int(sum), time.Since(start), 1000000, "ms")
}
