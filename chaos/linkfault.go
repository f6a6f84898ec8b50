package chaos

import (
	"fmt"
	"strings"
)

// severs reports whether nothing gets through a link while it has the fault. What
// waits for the fault to be healed has not got through.
func (f LinkFault) severs() bool { return f.Cut || f.Clog || f.Loss >= 1 }

// String says what the fault does, such as "cut" or "delay 50ms ± 10ms, loss 20%".
func (f LinkFault) String() string {
	var does []string
	add := func(so bool, format string, args ...any) {
		if so {
			does = append(does, fmt.Sprintf(format, args...))
		}
	}
	add(f.Cut, "cut")
	add(f.Clog, "clogged")
	add(f.Reset, "reset")
	add(f.Delay > 0, "delay %s", amount{d: f.Delay, jitter: f.Jitter})
	add(f.Loss > 0, "loss %.4g%%", 100*f.Loss)
	add(f.Duplicate > 0, "duplicate %.4g%%", 100*f.Duplicate)
	add(f.Reorder > 0, "reorder %.4g%%, %v", 100*f.Reorder, f.Late)
	add(f.Rate > 0, "rate %s", amount{rate: f.Rate})
	if len(does) == 0 {
		return "no fault"
	}
	return strings.Join(does, ", ")
}
