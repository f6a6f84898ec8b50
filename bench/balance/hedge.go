package balance

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"nines/bench"
)

// A Hedge asks a second node for a read that the first has not answered within some
// time, and takes the answer that comes first ("hedged requests"; Dean and Barroso,
// "The Tail at Scale", CACM 2013). Only reads are hedged: two of them do no more than
// one, and either answer is one that a read sent at that time may get.
type Hedge struct {
	Quantile float64       // the second is asked after this quantile of the latest reads' times
	After    time.Duration // or after this time, if it is not 0
	Budget   float64       // hedges, as a share of the reads
}

func defaultHedge() Hedge { return Hedge{Quantile: 0.95, Budget: 0.1} }

// settings are read and written in this order.
func (h *Hedge) settings() []setting {
	return []setting{
		{"after", in{h.readAfter, h.after}},
		{"budget", shareIn(&h.Budget)},
	}
}

// readAfter reads p95 or 20ms.
func (h *Hedge) readAfter(s string) error {
	if digits, ok := strings.CutPrefix(s, "p"); ok {
		x, err := strconv.ParseFloat(digits, 64)
		if err != nil || !(x >= 1 && x <= 99.9) {
			return fmt.Errorf("want a percentile from p1 to p99.9, or a time, not %q", s)
		}
		h.Quantile, h.After = x/100, 0
		return nil
	}
	d, err := parseTime(s)
	if err != nil || d == 0 {
		return fmt.Errorf("want a percentile such as p95, or a time such as 20ms, not %q", s)
	}
	h.Quantile, h.After = 0, d
	return nil
}

func (h *Hedge) after() string {
	if h.After > 0 {
		return h.After.String()
	}
	return "p" + percent(h.Quantile)
}

// String is the text that parses to h.
func (h *Hedge) String() string {
	usual := defaultHedge()
	return "hedge" + written(h.settings(), usual.settings())
}

// covers reports whether op is hedged.
func (h *Hedge) covers(op *bench.Op) bool { return op.Kind == bench.Read }
