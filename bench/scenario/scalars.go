package scenario

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	yaml "go.yaml.in/yaml/v4"

	"nines/bench"
)

// value is a codec for a single value: parse says what is wrong with a text,
// print gives it back.
func value(want string, parse func(text string) error, print func() *yaml.Node) codec {
	return codec{
		read: func(d *decoder, path string, n *yaml.Node) {
			if n.Kind != yaml.ScalarNode {
				d.failf(path, "found a %s: want %s", kindName(n), want)
			} else if err := parse(n.Value); err != nil {
				d.failf(path, "%w", err)
			}
		},
		write: print,
	}
}

// text is any text.
func text(p *string) codec {
	return value("a text",
		func(s string) error { *p = s; return nil },
		func() *yaml.Node { return textNode(*p) })
}

// label is a name that can also be the name of a folder.
func label(p *string) codec {
	return value("a name", func(s string) error {
		if !isLabel(s) {
			return fmt.Errorf("%q: want letters, digits and . _ - only, beginning with a letter or digit", s)
		}
		*p = s
		return nil
	}, func() *yaml.Node { return textNode(*p) })
}

func isLabel(s string) bool {
	return s != "" && len(s) <= 100 && !strings.ContainsAny(s[:1], "._-") && strings.Trim(s, labelChars) == ""
}

const labelChars = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"

// oneOf is one of the known names of what.
func oneOf[T ~string](p *T, what string, known ...T) codec {
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = string(k)
	}
	return value("one of "+strings.Join(names, ", "), func(s string) error {
		for _, k := range known {
			if s == string(k) {
				*p = k
				return nil
			}
		}
		return bench.UnknownName(what, s, names)
	}, func() *yaml.Node { return textNode(string(*p)) })
}

// bounds are what a number must keep to.
type bounds struct{ lo, hi float64 }

func atLeast(lo float64) bounds { return bounds{lo, math.Inf(1)} }

func (b bounds) check(written string, x float64) error {
	switch {
	case x >= b.lo && x <= b.hi:
		return nil
	case b.hi <= 1000: // a range that says something
		return fmt.Errorf("%s: want %s to %s", written, decimal(b.lo), decimal(b.hi))
	case x < b.lo:
		return fmt.Errorf("%s: want %s or more", written, decimal(b.lo))
	default:
		return fmt.Errorf("%s: want %s or less", written, decimal(b.hi))
	}
}

func decimal(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// number is any number within the bounds.
func number(p *float64, b bounds) codec {
	return value("a number", func(s string) error {
		x, err := strconv.ParseFloat(strings.ReplaceAll(s, "_", ""), 64)
		if err != nil || math.IsInf(x, 0) || math.IsNaN(x) {
			return fmt.Errorf("%q is no number: want one such as 2000 or 0.99", s)
		}
		if err := b.check(s, x); err != nil {
			return err
		}
		*p = x
		return nil
	}, func() *yaml.Node { return plainNode(decimal(*p)) })
}

// share is a number from lo to 1, which may be written as a percentage.
func share(p *float64, lo float64) codec {
	return value("a share such as 0.95 or 95%", func(s string) error {
		digits, percent := strings.CutSuffix(s, "%")
		x, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		if percent {
			x /= 100
		}
		if err != nil || !(x >= lo && x <= 1) {
			return fmt.Errorf("%q: want a share from %s to 1, such as 0.95 or 95%%", s, decimal(lo))
		}
		*p = x
		return nil
	}, func() *yaml.Node { return plainNode(decimal(*p)) })
}

// count is a whole number within the bounds.
func count[T int | uint64](p *T, b bounds) codec {
	return value("a whole number", func(s string) error {
		x, err := whole[T](s)
		if err != nil {
			return err
		}
		if err := b.check(s, float64(x)); err != nil {
			return err
		}
		*p = x
		return nil
	}, func() *yaml.Node { return plainNode(fmt.Sprint(*p)) })
}

func whole[T int | uint64](s string) (x T, err error) {
	digits := strings.ReplaceAll(s, "_", "")
	switch p := any(&x).(type) {
	case *int:
		*p, err = strconv.Atoi(digits)
	case *uint64:
		*p, err = strconv.ParseUint(digits, 10, 64)
	}
	switch big, notEven := strconv.ParseFloat(digits, 64); {
	case err == nil:
		return x, nil
	case notEven == nil && big == math.Trunc(big) && big < 0:
		return 0, fmt.Errorf("%s: want 0 or more", s)
	case notEven == nil && big == math.Trunc(big):
		return 0, fmt.Errorf("%s: that is too much", s)
	default:
		return 0, fmt.Errorf("%q is no whole number: want one such as 3", s)
	}
}

// maxDuration bounds every time in a scenario, so that sums of a few cannot
// overflow.
const maxDuration = 10_000 * time.Hour

// duration is a time of at least lo.
func duration(p *time.Duration, lo time.Duration) codec {
	return value("a time such as 5s or 250ms", func(s string) error {
		d, err := time.ParseDuration(s)
		switch {
		case err != nil:
			return fmt.Errorf("%q is no time: want a number with its unit, such as 5s, 250ms or 1m30s", s)
		case d < lo:
			return fmt.Errorf("%s: want %s or more", s, span(lo))
		case d > maxDuration:
			return fmt.Errorf("%s: want %s or less", s, span(maxDuration))
		}
		*p = d
		return nil
	}, func() *yaml.Node { return plainNode(span(*p)) })
}

// span prints a duration without the zero units at its end: 1m, not 1m0s.
func span(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// onOff is a switch.
func onOff(p *bool) codec {
	return value("on or off", func(s string) error {
		switch strings.ToLower(s) {
		case "on", "true", "yes":
			*p = true
		case "off", "false", "no":
			*p = false
		default:
			return fmt.Errorf("%q: want on or off", s)
		}
		return nil
	}, func() *yaml.Node {
		if *p {
			return plainNode("on")
		}
		return plainNode("off")
	})
}

// units of sizes, the greatest first.
var units = [...]struct {
	name  string
	bytes int
}{
	{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10},
	{"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}, {"B", 1},
}

// size is a number of bytes within the bounds.
func size(p *int, b bounds) codec {
	return value("a size such as 100 or 1MiB", func(s string) error {
		digits, unit := s, 1
		for _, u := range units {
			if before, ok := strings.CutSuffix(s, u.name); ok {
				digits, unit = strings.TrimSpace(before), u.bytes
				break
			}
		}
		n, err := strconv.Atoi(strings.ReplaceAll(digits, "_", ""))
		if err != nil || n > math.MaxInt/unit || n < math.MinInt/unit {
			return fmt.Errorf("%q is no size: want a number of bytes, or one with its unit such as 64KiB or 1MiB", s)
		}
		if err := b.check(s, float64(n*unit)); err != nil {
			return fmt.Errorf("%w bytes", err)
		}
		*p = n * unit
		return nil
	}, func() *yaml.Node {
		for _, u := range units[:3] {
			if *p >= u.bytes && *p%u.bytes == 0 {
				return plainNode(strconv.Itoa(*p/u.bytes) + u.name)
			}
		}
		return plainNode(strconv.Itoa(*p))
	})
}
