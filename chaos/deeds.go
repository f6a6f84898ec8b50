package chaos

import (
	"fmt"
	"strings"
)

// deeds are what one fault upon a link, a disk or a clock does, in words.
type deeds []string

func (d *deeds) add(so bool, format string, args ...any) {
	if so {
		*d = append(*d, fmt.Sprintf(format, args...))
	}
}

func (d deeds) String() string {
	if len(d) == 0 {
		return "no fault"
	}
	return strings.Join(d, ", ")
}

// String says what the fault does, such as "cut" or "delay 50ms ± 10ms, loss 20%".
func (f LinkFault) String() string {
	var does deeds
	does.add(f.Cut, "cut")
	does.add(f.Clog, "clogged")
	does.add(f.Reset, "reset")
	does.add(f.Delay > 0, "delay %s", amount{d: f.Delay, jitter: f.Jitter})
	does.add(f.Loss > 0, "loss %.4g%%", 100*f.Loss)
	does.add(f.Duplicate > 0, "duplicate %.4g%%", 100*f.Duplicate)
	does.add(f.Reorder > 0, "reorder %.4g%%, %v", 100*f.Reorder, f.Late)
	does.add(f.Rate > 0, "rate %s", amount{rate: f.Rate})
	return does.String()
}

// String says what the fault does, such as "slow-sync 20ms" or "io-error".
func (f DiskFault) String() string {
	var does deeds
	does.add(f.SyncDelay > 0, "slow-sync %v", f.SyncDelay)
	does.add(f.Fail, "io-error")
	does.add(f.Full, "disk-full")
	does.add(f.Tear != 0, "torn-write")
	return does.String()
}

// String says what the fault does, such as "skew 200ms" or "drift -20%".
func (f ClockFault) String() string {
	var does deeds
	does.add(f.Offset != 0, "skew %v", f.Offset)
	does.add(f.Rate != 0, "drift %+.4g%%", 100*f.Rate)
	return does.String()
}
