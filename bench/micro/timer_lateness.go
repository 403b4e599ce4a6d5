package main

import (
	"fmt"
	"os"
	"sort"
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

var sink int

func compute(n int) {
	for {
		n = (n*1103515245 + 12345) % 2147483648
		sink = n
	}
}

func main() {
	count := argument(1)
	for i := 0; i < 100; i++ {
		go compute(i)
	}
	late := make([]time.Duration, count)
	for i := range late {
		start := time.Now()
		time.Sleep(time.Millisecond)
		late[i] = time.Since(start) - time.Millisecond
	}
	sort.Slice(late, func(i, j int) bool { return late[i] < late[j] })
	report(count, late[count*99/100], 1000, "us")
}
