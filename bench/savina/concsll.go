package main

import (
	"time"

	bench "fluffy/bench/common"
)

type node struct {
	value int
	next  *node
}

type list struct{ first *node }

func (l *list) add(value int) {
	at := &l.first
	for *at != nil && (*at).value < value {
		at = &(*at).next
	}
	*at = &node{value, *at}
}

func (l *list) has(value int) bool {
	at := l.first
	for at != nil && at.value < value {
		at = at.next
	}
	return at != nil && at.value == value
}

func (l *list) size() (count int) {
	for at := l.first; at != nil; at = at.next {
		count++
	}
	return
}

type kind int

const (
	add kind = iota
	search
	size
)

type request struct {
	kind  kind
	value int
	to    chan<- bool
}

// Answers until its channel is closed.
func keep(in <-chan request, total chan<- int) {
	var l list
	for r := range in {
		switch r.kind {
		case add:
			l.add(r.value)
			r.to <- true
		case search:
			r.to <- l.has(r.value)
		case size:
			r.to <- l.size() > 0
		}
	}
	sum := 0
	for at := l.first; at != nil; at = at.next {
		sum += at.value
	}
	total <- sum
}

func work(messages, writes, sizes, state int, to chan<- request, done chan<- bool) {
	answer := make(chan bool, 1)
	for ; messages > 0; messages-- {
		value := bench.Below(state, 65536)
		next := bench.Draw(state)
		what := search
		if chosen := bench.Below(next, 100); chosen < sizes {
			what = size
		} else if chosen < sizes+writes {
			what = add
		}
		to <- request{what, value, answer}
		<-answer
		state = bench.Draw(next)
	}
	done <- true
}

func main() {
	messages, workers, writes, sizes := bench.Argument(1), bench.Argument(2), bench.Argument(3), bench.Argument(4)
	start := time.Now()
	to, total, done := make(chan request, workers), make(chan int), make(chan bool)
	go keep(to, total)
	for i := 0; i < workers; i++ {
		go work(messages, writes, sizes, bench.Draw(i), to, done)
	}
	for i := 0; i < workers; i++ {
		<-done
	}
	close(to)
	bench.Report(<-total, time.Since(start), 1000000, "ms")
}
