package main

import (
	"time"

	bench "fluffy/bench/common"
)

func further(at, step, size int) int {
	if at+step < size {
		return at + step
	}
	return at
}

func to(id, size, way int) int {
	return further(id/(size*size), way>>2, size)*size*size + further(id/size%size, way>>1&1, size)*size + further(id%size, way&1, size)
}

// Which of the six neighbours with higher coordinates a node has is drawn from its number; the last one is always there.
func neighbours(id, size int, found []node) []node {
	state := bench.Draw(bench.Draw(id))
	for way := 1; way < 7; way++ {
		if way == 6 || state>>(12+way)&1 == 1 {
			next := to(id, size, way)
			found = append(found, node{next, distance(next, size)})
		}
	}
	return found
}

func most(a, b int) int {
	if a > b {
		return a
	}
	return b
}

func abs(n int) int { return most(n, -n) }

func distance(id, size int) int {
	target := size * 8 / 10
	return most(abs(target-id/(size*size)), most(abs(target-id/size%size), abs(target-id%size)))
}

type node struct{ id, far int }

func worker(size int, expand <-chan []int, found chan<- []node) {
	for ids := range expand {
		var nodes []node
		for _, id := range ids {
			nodes = neighbours(id, size, nodes)
		}
		found <- nodes
	}
}

// The nodes that are known, and of them those that are to be expanded, by their distance.
type search struct {
	known   map[int]bool
	open    [][]int
	waiting int
}

func (s *search) add(found []node) {
	for _, n := range found {
		if !s.known[n.id] {
			s.known[n.id] = true
			s.open[n.far] = append(s.open[n.far], n.id)
			s.waiting++
		}
	}
}

// At most `count` of the nearest open nodes.
func (s *search) nearest(count int) []int {
	far := 0
	for len(s.open[far]) == 0 {
		far++
	}
	if count > len(s.open[far]) {
		count = len(s.open[far])
	}
	part := s.open[far][:count]
	s.open[far] = s.open[far][count:]
	s.waiting -= count
	return part
}

func main() {
	size, count, workers := bench.Argument(1), bench.Argument(2), bench.Argument(3)
	start := time.Now()
	expand, found := make(chan []int), make(chan []node, workers)
	for i := 0; i < workers; i++ {
		go worker(size, expand, found)
	}
	s := search{known: make(map[int]bool), open: make([][]int, size+1)}
	s.add([]node{{0, distance(0, size)}})
	for busy := 0; busy > 0 || s.waiting > 0; {
		if s.waiting > 0 && busy < workers {
			expand <- s.nearest(count)
			busy++
		} else {
			s.add(<-found)
			busy--
		}
	}
	bench.Report(len(s.known), time.Since(start), 1000000, "ms")
}
