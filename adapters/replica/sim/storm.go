package sim

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// planStorm draws all random faults at once, so that they are the same whatever
// the system does.
func (r *run) planStorm() {
	s := r.cfg.Storm
	for _, kind := range []struct {
		name string
		mean time.Duration
		do   func(rng *rand.Rand, lasts time.Duration)
	}{
		{"kill", s.Kill, func(rng *rand.Rand, lasts time.Duration) {
			if victim := rng.IntN(r.cfg.Nodes); r.down() < s.Most {
				r.kill(fmt.Sprintf("kill(%s)", r.c.names[victim]), victim, lasts)
			}
		}},
		{"isolate", s.Isolate, func(rng *rand.Rand, lasts time.Duration) { r.alone(rng, Isolate, lasts) }},
		{"one-way", s.OneWay, func(rng *rand.Rand, lasts time.Duration) { r.alone(rng, Mute, lasts) }},
		{"split", s.Split, func(rng *rand.Rand, lasts time.Duration) { r.split(rng, lasts) }},
	} {
		if kind.mean == 0 {
			continue
		}
		rng := source(r.cfg.Seed, kind.name)
		draw := func(mean time.Duration) time.Duration {
			return time.Duration(rng.ExpFloat64()*float64(mean)) + 1
		}
		for t := draw(kind.mean); t < r.cfg.Duration; t += draw(kind.mean) {
			lasts, own := draw(s.For), rand.New(rand.NewPCG(rng.Uint64(), 0))
			r.at(t, func() { kind.do(own, lasts) })
		}
	}
}

func (r *run) down() (n int) {
	for _, node := range r.c.nodes {
		if !node.up {
			n++
		}
	}
	return n
}

func (r *run) alone(rng *rand.Rand, do Harm, lasts time.Duration) {
	victim := rng.IntN(r.cfg.Nodes)
	name := r.c.names[victim]
	r.sever(fmt.Sprintf("%s(%s)", do, name), r.around(do, victim), []string{name}, lasts)
}

// split cuts the cluster in two.
func (r *run) split(rng *rand.Rand, lasts time.Duration) {
	if r.cfg.Nodes < 2 {
		return
	}
	order := rng.Perm(r.cfg.Nodes)
	k := 1 + rng.IntN(r.cfg.Nodes-1)
	var pairs [][2]int
	var names []string
	for _, a := range order[:k] {
		names = append(names, r.c.names[a])
		for _, b := range order[k:] {
			pairs = append(pairs, [2]int{a, b}, [2]int{b, a})
		}
	}
	slices.Sort(names)
	r.sever(fmt.Sprintf("partition(%s | rest)", strings.Join(names, " ")), pairs, names, lasts)
}
