package main

import (
	"math/big"
	"time"

	bench "fluffy/bench/common"
)

// amount * 2^bits / divisor, rounded down.
func divide(amount int64, bits uint, divisor int) *big.Int {
	n := new(big.Int).Lsh(big.NewInt(amount), bits)
	return n.Quo(n, big.NewInt(int64(divisor)))
}

func term(k, bits int) *big.Int {
	shifted := uint(bits - 4*k)
	sum := divide(4, shifted, 8*k+1)
	sum.Sub(sum, divide(2, shifted, 8*k+4))
	sum.Sub(sum, divide(1, shifted, 8*k+5))
	return sum.Sub(sum, divide(1, shifted, 8*k+6))
}

func worker(bits int, terms <-chan int, done chan<- *big.Int) {
	for k := range terms {
		done <- term(k, bits)
	}
}

func main() {
	digits, count := bench.Argument(1), bench.Argument(2)
	bits := digits * 3322 / 1000 / 28 * 28
	start := time.Now()
	terms, done := make(chan int, bits/4), make(chan *big.Int)
	for i := 0; i < count; i++ {
		go worker(bits, terms, done)
	}
	for k := 0; k < bits/4; k++ {
		terms <- k
	}
	close(terms)
	sum := new(big.Int)
	for k := 0; k < bits/4; k++ {
		sum.Add(sum, <-done)
	}
	rest := sum.Mod(sum, big.NewInt(1000003))
	bench.Report(int(rest.Int64()), time.Since(start), 1000000, "ms")
}
