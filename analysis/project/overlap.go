package project

import "math"

// Overlap is the downtime of a majority of nodes that are down at once, each for a
// reason of its own.
//
// Each of n nodes is up for an exponential time of mean 1/λ and then down for a
// repair of mean m, whatever its distribution, independently of the others. In the
// long run it is down with probability u = λm/(1+λm) (an alternating renewal
// process: Barlow and Proschan, Statistical Theory of Reliability, 1975, §7.2). The
// quorum is lost while at least K = ⌈n/2⌉ are down, so
//
//	share of time      = Σ_{k≥K} C(n,k) u^k (1-u)^(n-k)
//	losses in a year   = n·w·C(n-1,K-1) u^(K-1) (1-u)^(n-K),  w = λ/(1+λm)
//
// since a node goes down w times a year, and that costs the quorum if exactly K-1
// of the others are down. A loss lasts their quotient in the mean, which is about
// m/K; for its square it is taken to be exponential, which it is if repairs are and
// no further node fails meanwhile.
//
// Failures that have a cause in common (a rack, a bad release) break the
// independence, and make this a lower bound: Ford et al. (OSDI 2010) found that a
// large part of node failures comes in bursts.
type Overlap struct {
	Rate float64 // of a node, a year
	Mean float64 // repair, s
	N    int

	Share  float64 // of time without a quorum
	Losses float64 // of the quorum, a year
}

// NewOverlap is that of n nodes.
func NewOverlap(n int, rate, mean float64) Overlap {
	o := Overlap{Rate: rate, Mean: mean, N: n}
	load := rate * mean / Year
	u := load / (1 + load)
	k := (n + 1) / 2
	for j := k; j <= n; j++ {
		o.Share += binomial(n, j) * math.Pow(u, float64(j)) * math.Pow(1-u, float64(n-j))
	}
	o.Losses = float64(n) * rate / (1 + load) * binomial(n-1, k-1) * math.Pow(u, float64(k-1)) * math.Pow(1-u, float64(n-k))
	return o
}

// Outage is how long a loss lasts in the mean, in seconds; 0 if there is none.
func (o Overlap) Outage() float64 {
	if o.Losses == 0 {
		return 0
	}
	return o.Share * Year / o.Losses
}

func binomial(n, k int) float64 {
	c := 1.0
	for i := 1; i <= k; i++ {
		c *= float64(n-k+i) / float64(i)
	}
	return c
}

// downing sums the entries that take a node down, in one scenario: their rate for a
// node, and the mean of their repairs. It is 0 if none does.
func (t Table) downing(n int, s Scenario) (rate, mean float64) {
	for _, e := range t.Entries {
		if !e.NodeDown || e.Repair == nil {
			continue
		}
		r := e.Rate.at(s)
		if !e.PerNode {
			r /= float64(n)
		}
		rate += r
		mean += r * e.Repair.Mean()
	}
	if rate > 0 {
		mean /= rate
	}
	return rate, mean
}
