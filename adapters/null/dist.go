package null

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"nines/bench"
)

// A Dist is a distribution of service times. It prints and parses as
//
//	0                      always nothing (the zero Dist)
//	5ms                    always 5 ms
//	uniform(1ms, 3ms)      every time from 1 ms to 3 ms equally
//	exponential(2ms)       mean 2 ms
type Dist struct {
	shape shape
	a, b  time.Duration // constant: a; uniform: [a, b]; exponential: mean a
}

// maxService is longer than any trial, and short enough that nothing overflows.
const maxService = 24 * time.Hour

type shape uint8

const (
	constant shape = iota
	uniform
	exponential
)

// Constant is always d.
func Constant(d time.Duration) Dist { return Dist{constant, d, 0} }

// Uniform is every time from lo to hi equally.
func Uniform(lo, hi time.Duration) Dist { return Dist{uniform, lo, hi} }

// Exponential has the given mean.
func Exponential(mean time.Duration) Dist { return Dist{exponential, mean, 0} }

func (d Dist) draw(rng *rand.Rand) time.Duration {
	switch d.shape {
	case uniform:
		return d.a + time.Duration(rng.Int64N(int64(d.b-d.a)+1))
	case exponential:
		return time.Duration(rng.ExpFloat64() * float64(d.a))
	default:
		return d.a
	}
}

func (d Dist) validate() error {
	if d.a < 0 {
		return fmt.Errorf("%v: want no negative time", d)
	}
	if max(d.a, d.b) > maxService {
		return fmt.Errorf("%v: want at most %v", d, maxService)
	}
	if d.shape == uniform && d.b < d.a {
		return fmt.Errorf("%v: the end is before the start", d)
	}
	return nil
}

// String is the text that parses to d.
func (d Dist) String() string {
	switch d.shape {
	case uniform:
		return fmt.Sprintf("uniform(%v, %v)", d.a, d.b)
	case exponential:
		return fmt.Sprintf("exponential(%v)", d.a)
	default:
		return d.a.String()
	}
}

// MarshalText writes String.
func (d Dist) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what String writes.
func (d *Dist) UnmarshalText(text []byte) error {
	parsed, err := ParseDist(string(text))
	if err == nil {
		*d = parsed
	}
	return err
}

// ParseDist reads a distribution as [Dist] shows it.
func ParseDist(text string) (Dist, error) {
	d, err := parseDist(text)
	if err == nil {
		err = d.validate()
	}
	if err != nil {
		return Dist{}, fmt.Errorf("service time %q: %w", text, err)
	}
	return d, nil
}

func parseDist(text string) (d Dist, err error) {
	name, list, ok := strings.Cut(strings.TrimSpace(text), "(")
	if !ok {
		d.a, err = time.ParseDuration(name)
		return d, err
	}
	list, ok = strings.CutSuffix(list, ")")
	if !ok {
		return d, fmt.Errorf("want a closing parenthesis at the end")
	}
	args := strings.Split(list, ",")
	want := 1
	switch strings.TrimSpace(name) {
	case "exponential":
		d.shape = exponential
	case "uniform":
		d.shape, want = uniform, 2
	case "constant":
		d.shape = constant
	default:
		return d, bench.UnknownName("distribution", name, []string{"constant", "exponential", "uniform"})
	}
	if len(args) != want {
		return d, fmt.Errorf("%s takes %d times, not %d", strings.TrimSpace(name), want, len(args))
	}
	for i, at := range []*time.Duration{&d.a, &d.b}[:want] {
		if *at, err = time.ParseDuration(strings.TrimSpace(args[i])); err != nil {
			return d, err
		}
	}
	return d, nil
}
