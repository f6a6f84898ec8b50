package balance

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"nines/bench"
)

// A setting is one name=value of what stands in parentheses.
type setting struct {
	name string
	in   // where it is kept
}

// in reads a value and writes it.
type in struct {
	read  func(text string) error
	write func() string
}

// add reads what follows a plus: retry or hedge.
func (p *Policy) add(text string) error {
	name := text
	if i := strings.IndexByte(text, '('); i >= 0 {
		name = strings.TrimSpace(text[:i])
	}
	rest := strings.TrimSpace(strings.TrimPrefix(text, name))
	var settings []setting
	var twice bool
	switch name {
	case "retry":
		r := defaultRetry()
		twice, p.retry, settings = p.retry != nil, &r, r.settings()
	case "hedge":
		h := defaultHedge()
		twice, p.hedge, settings = p.hedge != nil, &h, h.settings()
	default:
		return bench.UnknownName("addition", name, []string{additions[0].Name, additions[1].Name})
	}
	if twice {
		return fmt.Errorf("%s stands there twice", name)
	}
	if err := readSettings(rest, settings); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// readSettings reads what follows a name: nothing, or a list in parentheses.
func readSettings(text string, settings []setting) error {
	if text == "" {
		return nil
	}
	list, ok := strings.CutSuffix(strings.TrimPrefix(text, "("), ")")
	if !ok || text[0] != '(' {
		return errors.New("want a closing parenthesis at the end")
	}
	given := make(map[string]bool)
	for item := range strings.SplitSeq(list, ",") {
		name, value, ok := strings.Cut(item, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok {
			return fmt.Errorf("%q: want a name and a value, as in %s=%s", strings.TrimSpace(item), settings[0].name, settings[0].write())
		}
		s, err := settingNamed(name, settings)
		switch {
		case err != nil:
			return err
		case given[name]:
			return fmt.Errorf("%s is given twice", name)
		}
		given[name] = true
		if err := s.read(value); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

func settingNamed(name string, settings []setting) (setting, error) {
	var names []string
	for _, s := range settings {
		if s.name == name {
			return s, nil
		}
		names = append(names, s.name)
	}
	return setting{}, bench.UnknownName("setting", name, names)
}

// written is what readSettings reads: those that are not as usual, in parentheses.
func written(settings, usual []setting) string {
	var items []string
	for i, s := range settings {
		if text := s.write(); text != usual[i].write() {
			items = append(items, s.name+"="+text)
		}
	}
	if len(items) == 0 {
		return ""
	}
	return "(" + strings.Join(items, ", ") + ")"
}

func wholeIn(p *int, lo, hi int) in {
	return in{func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < lo || n > hi {
			return fmt.Errorf("want a whole number from %d to %d, not %q", lo, hi, s)
		}
		*p = n
		return nil
	}, func() string { return strconv.Itoa(*p) }}
}

// longest is more than any client waits.
const longest = time.Hour

func timeIn(p *time.Duration) in {
	return in{func(s string) (err error) {
		*p, err = parseTime(s)
		return err
	}, func() string { return p.String() }}
}

func parseTime(s string) (time.Duration, error) {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 || d > longest {
		return 0, fmt.Errorf("want a time from 0s to %v, such as 5ms, not %q", longest, s)
	}
	return d, nil
}

func shareIn(p *float64) in {
	return in{func(s string) error {
		digits, ok := strings.CutSuffix(s, "%")
		x, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
		if !ok || err != nil || !(x >= 0.1 && x <= 100) {
			return fmt.Errorf("want a share from 0.1%% to 100%%, not %q", s)
		}
		*p = x / 100
		return nil
	}, func() string { return percent(*p) + "%" }}
}

// percent writes a share with the digits that a budget tells apart.
func percent(share float64) string {
	return strconv.FormatFloat(float64(int(share*1000+0.5))/10, 'f', -1, 64)
}

// choiceIn is one of two words.
func choiceIn(p *bool, no, yes string) in {
	return in{func(s string) error {
		switch s {
		case no:
			*p = false
		case yes:
			*p = true
		default:
			return fmt.Errorf("want %s or %s, not %q", no, yes, s)
		}
		return nil
	}, func() string {
		if *p {
			return yes
		}
		return no
	}}
}
