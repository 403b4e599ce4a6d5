package main

import (
	"math"
	"time"

	bench "fluffy/bench/common"
)

type point struct{ x, y float64 }

func distance(a, b point) float64 {
	return math.Sqrt((a.x-b.x)*(a.x-b.x) + (a.y-b.y)*(a.y-b.y))
}

// A customer, or with a channel the question how many have been served.
type message struct {
	customer point
	served   chan<- int
}

// What the producer is told: to go on, or how many facilities were opened.
type news struct {
	more   bool
	opened int
}

type quadrant struct {
	centre     point
	half       float64
	depth      int
	facilities []point
	customers  []point
	in         chan message
}

func (q *quadrant) index(p point) (i int) {
	if p.x >= q.centre.x {
		i++
	}
	if p.y >= q.centre.y {
		i += 2
	}
	return
}

func (q *quadrant) quarter(i int) *quadrant {
	half := q.half / 2
	middle := point{q.centre.x - half, q.centre.y - half}
	if i%2 == 1 {
		middle.x += 2 * half
	}
	if i/2 == 1 {
		middle.y += 2 * half
	}
	facilities := append(append([]point{}, q.facilities...), middle)
	part := &quadrant{middle, half, q.depth + 1, facilities, nil, make(chan message, 16)}
	for _, p := range q.customers {
		if q.index(p) == i {
			part.customers = append(part.customers, p)
		}
	}
	return part
}

// Without quarters, with the facilities of those around it and its own.
func (q *quadrant) leaf(limit float64, producer chan<- news) {
	cost := 0.0
	for m := range q.in {
		if m.served != nil {
			m.served <- len(q.customers)
			continue
		}
		producer <- news{more: true}
		best := 1000000.0
		for _, f := range q.facilities {
			best = math.Min(best, distance(m.customer, f))
		}
		cost += best
		q.customers = append(q.customers, m.customer)
		if cost > limit && q.depth < 8 {
			q.inner(limit, producer)
			return
		}
	}
}

func (q *quadrant) inner(limit float64, producer chan<- news) {
	var quarters [4]*quadrant
	for i := range quarters {
		quarters[i] = q.quarter(i)
		go quarters[i].leaf(limit, producer)
	}
	producer <- news{opened: 4}
	for m := range q.in {
		if m.served == nil {
			quarters[q.index(m.customer)].in <- m
			continue
		}
		for _, part := range quarters {
			part.in <- m
		}
	}
}

func main() {
	customers := bench.Argument(1)
	size := 500.0
	start := time.Now()
	centre := point{size / 2, size / 2}
	root := &quadrant{centre, size / 2, 0, []point{centre}, nil, make(chan message, 16)}
	told := make(chan news, 64)
	go root.leaf(2*1.4142135623730951*size, told)
	facilities, state := 1, 1
	for i := 0; i < customers; i++ {
		next := bench.Draw(state)
		root.in <- message{customer: point{float64(bench.Below(state, 65536)) / 65536 * size, float64(bench.Below(next, 65536)) / 65536 * size}}
		state = bench.Draw(next)
		n := <-told
		for ; !n.more; n = <-told {
			facilities += n.opened
		}
	}
	served := make(chan int, 1024)
	root.in <- message{served: served}
	for left := customers; left > 0; {
		select {
		case n := <-served:
			left -= n
		case n := <-told:
			facilities += n.opened
		}
	}
	bench.Report(facilities, time.Since(start), 1000000, "ms")
}
