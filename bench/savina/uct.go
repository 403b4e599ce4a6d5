package main

import (
	"time"

	bench "fluffy/bench/common"
)

func busy(left, state int) int {
	for ; left > 0; left-- {
		state = bench.Draw(state)
	}
	return state
}

// What a node is told: to have children, with how much to compute, or to visit them.
type message struct {
	visit        bool
	effort, seed int
}

type request struct {
	child chan<- message
	drawn int
}

type tree struct {
	root    chan request
	visited chan bool
	degree  int
}

func (t *tree) node(in <-chan message, self chan<- message, effort, state int) {
	t.root <- request{self, busy(effort, state)}
	var children []chan message
	for m := range in {
		if m.visit {
			visit(children)
			t.visited <- true
			return
		}
		children = t.children(m.effort, m.seed)
	}
}

func visit(children []chan message) {
	for _, child := range children {
		child <- message{visit: true}
	}
}

func (t *tree) children(effort, seed int) []chan message {
	children := make([]chan message, t.degree)
	for i := range children {
		children[i] = make(chan message, 2)
		go t.node(children[i], children[i], effort, seed+i)
	}
	return children
}

// Every second node may have children, as long as there are not too many.
func (t *tree) grow(most, effort int) int {
	children := t.children(effort, 0)
	size, state := 1+t.degree, 1
	for size+t.degree <= most {
		r := <-t.root
		next := bench.Draw(state)
		if bench.Below(next, 100) < 50 {
			r.child <- message{false, effort + bench.Below(state, effort/5), next}
			size += t.degree
		}
		state = next
	}
	visit(children)
	return size
}

func main() {
	most, effort, degree := bench.Argument(1), bench.Argument(2), bench.Argument(3)
	start := time.Now()
	t := &tree{make(chan request, most), make(chan bool, most), degree}
	size := t.grow(most, effort)
	for i := 1; i < size; i++ {
		<-t.visited
	}
	bench.Report(size, time.Since(start), 1000000, "ms")
}
