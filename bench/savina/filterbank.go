package main

import (
	"time"

	bench "fluffy/bench/common"
)

func source(simulations int, branches []chan float64) {
	for i := 0; i < simulations; i++ {
		for _, branch := range branches {
			branch <- float64(i % 1000)
		}
	}
}

func delay(length int, in <-chan float64, next chan<- float64) {
	line, at := make([]float64, length), 0
	for value := range in {
		next <- line[at]
		line[at] = value
		at = (at + 1) % length
	}
}

// As soon as it has seen as many values as it has coefficients, it gives their sum of products for each new one.
func filter(coefficients []float64, in <-chan float64, next chan<- float64) {
	length := len(coefficients)
	seen, count := make([]float64, length), 0
	for value := range in {
		seen[count%length] = value
		count++
		if count < length {
			continue
		}
		sum, at := 0.0, count%length
		for i := length - 1; i >= 0; i-- {
			sum += seen[at] * coefficients[i]
			if at++; at == length {
				at = 0
			}
		}
		next <- sum
	}
}

// Lets one value of each `rate` pass.
func sample(rate int, in <-chan float64, next chan<- float64) {
	count := 0
	for value := range in {
		if count%rate != 0 {
			value = 0
		}
		next <- value
		count++
	}
}

// One value of each channel after the other.
func integrate(count int, ends []chan float64, result chan<- int) {
	total := 0
	for ; count > 0; count-- {
		sum := 0.0
		for _, end := range ends {
			sum += <-end
		}
		total = (total + int(sum)) % 1000000007
	}
	result <- total
}

func branch(channel, columns, channels int, end chan<- float64) chan float64 {
	f, h := make([]float64, columns), make([]float64, columns)
	for j := range f {
		f[j] = float64(channel*j + j*j + channel + j)
		h[j] = float64(channel*columns + j*channels + j + channel + j + 1)
	}
	var links [5]chan float64
	for i := range links {
		links[i] = make(chan float64, 64)
	}
	go delay(columns-1, links[0], links[1])
	go filter(h, links[1], links[2])
	go sample(columns, links[2], links[3])
	go delay(columns-1, links[3], links[4])
	go filter(f, links[4], end)
	return links[0]
}

func main() {
	simulations, columns, channels := bench.Argument(1), bench.Argument(2), bench.Argument(3)
	start := time.Now()
	ends, branches := make([]chan float64, channels), make([]chan float64, channels)
	for i := range ends {
		ends[i] = make(chan float64, 64)
		branches[i] = branch(i, columns, channels, ends[i])
	}
	result := make(chan int)
	go integrate(simulations-2*(columns-1), ends, result)
	go source(simulations, branches)
	bench.Report(<-result, time.Since(start), 1000000, "ms")
}
