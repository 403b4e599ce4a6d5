package main

import (
	"time"

	bench "fluffy/bench/common"
)

func valid(board []int, column int) bool {
	row := len(board)
	for k, other := range board {
		if other == column || other-column == row-k || column-other == row-k {
			return false
		}
	}
	return true
}

// The board has room for all queens.
func solutions(board []int, size int) int {
	if len(board) == size {
		return 1
	}
	found := 0
	for column := 0; column < size; column++ {
		if valid(board, column) {
			found += solutions(append(board, column), size)
		}
	}
	return found
}

// A board to work on, or how many solutions a worker found on one.
type answer struct {
	board []int
	found int
}

func worker(size, threshold int, boards <-chan []int, master chan<- answer) {
	for board := range boards {
		if len(board) >= threshold {
			master <- answer{nil, solutions(append(make([]int, 0, size), board...), size)}
			continue
		}
		for column := 0; column < size; column++ {
			if valid(board, column) {
				master <- answer{append(append(make([]int, 0, size), board...), column), 0}
			}
		}
		master <- answer{nil, 0}
	}
}

func main() {
	size, threshold, count := bench.Argument(1), bench.Argument(2), bench.Argument(3)
	start := time.Now()
	most := 1
	for i := 0; i < threshold; i++ {
		most *= size
	}
	master := make(chan answer, most)
	workers := make([]chan []int, count)
	for i := range workers {
		workers[i] = make(chan []int, most)
		go worker(size, threshold, workers[i], master)
	}
	workers[0] <- []int{}
	found := 0
	for next, open := 1, 1; open > 0; {
		got := <-master
		if got.board != nil {
			workers[next%count] <- got.board
			next++
			open++
		} else {
			found += got.found
			open--
		}
	}
	bench.Report(found, time.Since(start), 1000000, "ms")
}
