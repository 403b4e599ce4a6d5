package main

import (
	"math"
	"time"

	bench "fluffy/bench/common"
)

func curve(x float64) float64 {
	return math.Sin(math.Pow(x, 3)-1) / (x + 1) * math.Sqrt(1+math.Exp(math.Sqrt(2*x)))
}

func worker(from, until int, width float64, areas chan<- float64) {
	sum := 0.0
	for i := from; i < until; i++ {
		x := 1 + float64(i)*width
		sum += (curve(x) + curve(x+width)) / 2
	}
	areas <- sum * width
}

func main() {
	pieces, workers := bench.Argument(1), bench.Argument(2)
	each := pieces / workers
	start := time.Now()
	areas := make(chan float64)
	for i := 0; i < workers; i++ {
		go worker(i*each, (i+1)*each, 4/float64(pieces), areas)
	}
	sum := 0.0
	for i := 0; i < workers; i++ {
		sum += <-areas
	}
	bench.Report(int(sum*1000000), time.Since(start), 1000000, "ms")
}
