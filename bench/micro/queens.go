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
	size := argument(1)
	start := time.Now()
	result := place(size, size, nil)
	report(result, time.Since(start), 1000000, "ms")
}
