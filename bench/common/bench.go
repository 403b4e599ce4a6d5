// Package bench is what every benchmark in Go needs: its sizes from the command line, and its two lines of output.
package bench

import (
	"fmt"
	"os"
	"sort"
	"strconv"
	"time"
)

// Argument is the at-th word of the command line, counted from 1.
func Argument(at int) int {
	n, err := strconv.Atoi(os.Args[at])
	if err != nil {
		panic(err)
	}
	return n
}

// Report prints the result and the time over a count of things done, in a unit.
func Report(result int, took time.Duration, count int, unit string) {
	fmt.Printf("result %d\n%g %s\n", result, float64(took.Nanoseconds())/float64(count), unit)
}

// Draw is the next state of a generator of numbers that are the same in every language.
func Draw(state int) int { return (state*1103517 + 12345) % 2147483648 }

// Below is a number below n from a state.
func Below(state, n int) int { return state / 4096 % n }

// ReportPercentile prints how many times were measured, as the result; the distribution and the 99th percentile, in us.
func ReportPercentile(times []time.Duration) {
	sort.Slice(times, func(i, j int) bool { return times[i] < times[j] })
	at := func(part int) float64 { return float64(times[(len(times)-1)*part/1000].Nanoseconds()) / 1000 }
	fmt.Printf("result %d\ndistribution %g %g %g %g %g\n", len(times), at(500), at(900), at(990), at(999), at(1000))
	fmt.Printf("%g us\n", at(990))
}
