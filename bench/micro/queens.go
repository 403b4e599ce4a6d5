package main

import (
	"time"

	bench "fluffy/bench/common"
)

type queen struct {
	column int
	others *queen
}

func safe(column int, placed *queen) bool {
	for distance := 1; placed != nil; distance++ {
		if column == placed.column || column == placed.column+distance || column == placed.column-distance {
			return false
		}
		placed = placed.others
	}
	return true
}

func place(left, size int, placed *queen) int {
	if left == 0 {
		return 1
	}
	found := 0
	for column := 1; column <= size; column++ {
		if safe(column, placed) {
			found += place(left-1, size, &queen{column, placed})
		}
	}
	return found
}

func main() {
	size := bench.Argument(1)
	start := time.Now()
	result := place(size, size, nil)
	bench.Report(result, time.Since(start), 1000000, "ms")
}
