package plot

import (
	"fmt"
	"slices"

	"golang.org/x/image/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nines/analysis"
)

// A Step is one step of the fault schedule, which every system met, once or
// (with every:) several times.
type Step struct {
	Index  int    // in the scenario
	Letter string // A, B, …: short for it where room is scarce
	Fault  string // as written; told apart by the letter where two read the same
}

// Steps returns the fault steps of a run in the order of the scenario. Where the
// cells of a matrix have other faults at the same place, each is a step.
func Steps(all []analysis.Summary) []Step {
	var steps []Step
	for i := range all {
		for j := range all[i].Episodes {
			e := &all[i].Episodes[j]
			if !slices.ContainsFunc(steps, func(s Step) bool { return s.Is(e) }) {
				steps = append(steps, Step{Index: e.Step, Fault: e.Fault})
			}
		}
	}
	slices.SortStableFunc(steps, func(a, b Step) int { return a.Index - b.Index })
	for i := range steps {
		steps[i].Letter = letter(i)
	}
	return steps
}

// Is reports whether an episode is one of the step.
func (s Step) Is(e *analysis.Episode) bool { return s.Index == e.Step && s.Fault == e.Fault }

// letter counts A to Z, then A2 to Z2 and so on.
func letter(i int) string {
	l := string(rune('A' + i%26))
	if n := i / 26; n > 0 {
		l += fmt.Sprint(n + 1)
	}
	return l
}

// A span is one injected fault on a time axis in seconds.
type span struct {
	from, healFrom, to float64
	step               Step
}

func spans(t *analysis.Summary, steps []Step) []span {
	var out []span
	for j := range t.Episodes {
		e := &t.Episodes[j]
		i := slices.IndexFunc(steps, func(s Step) bool { return s.Is(e) })
		if e.NA != "" || i < 0 || !(e.End >= e.Start) {
			continue
		}
		healFrom := min(max(e.HealFrom, e.Start), e.End)
		out = append(out, span{float64(e.Start) / 1000, float64(healFrom) / 1000, float64(e.End) / 1000, steps[i]})
	}
	return out
}

// bands shades faults: full while injected, half while healing is under way.
func bands(spans []span) plotter {
	return func(c draw.Canvas, x, y func(float64) vg.Length) {
		for _, s := range spans {
			x0, x1, x2 := clampX(c, x(s.from)), clampX(c, x(s.healFrom)), clampX(c, x(s.to))
			c.SetColor(band.alpha(0.16))
			c.Fill(box(x0, c.Min.Y, x1, c.Max.Y))
			if x2 > x1 {
				c.SetColor(band.alpha(0.08))
				c.Fill(box(x1, c.Min.Y, x2, c.Max.Y))
			}
			edge := stroke(band, 0.7, 0.6, 2, 2)
			c.StrokeLine2(edge, x0, c.Min.Y, x0, c.Max.Y)
			c.StrokeLine2(edge, x1, c.Min.Y, x1, c.Max.Y)
		}
	}
}

func clampX(c draw.Canvas, x vg.Length) vg.Length { return min(max(x, c.Min.X), c.Max.X) }

// A schedule is what faults a time axis shows, from 0 to seconds.
type schedule struct {
	spans   []span
	seconds float64
}

// named reports whether every fault's full name has room above its band. The
// width of the data area is estimated, so that legend and labels agree before
// anything is drawn.
func (s schedule) named(f Format) bool {
	style := faultLetters(f)
	room := f.Width - 2*f.margin() - f.length(4.5)
	end := vg.Length(-1e9)
	for _, sp := range s.spans {
		mid := vg.Length((sp.from+sp.healFrom)/2/s.seconds) * room
		half := style.Width(plain(sp.step.Fault)) / 2
		if mid-half < end || mid+half > room+f.length(1) || mid < half-f.length(4) {
			return false
		}
		end = mid + half + f.length(0.8)
	}
	return true
}

func faultLetters(f Format) text.Style { return letters(muted, f.Text*0.95, font.WeightNormal) }

// labels names the faults above the data area, in the strip that stripHeight
// reserves: by letters where names have no room. Where even letters touch
// (hundreds of episodes), some are left out.
func (s schedule) labels(f Format) plotter {
	named := s.named(f)
	return func(c draw.Canvas, x, y func(float64) vg.Length) {
		style := faultLetters(f)
		end := vg.Length(-1e9)
		for _, sp := range s.spans {
			name := sp.step.Letter
			if named {
				name = plain(sp.step.Fault)
			}
			half := style.Width(name) / 2
			mid := (clampX(c, x(sp.from)) + clampX(c, x(sp.healFrom))) / 2
			if mid-half < end {
				continue
			}
			end = mid + half + f.length(0.3)
			write(c, aligned(style, text.XCenter), vg.Point{X: mid, Y: c.Max.Y + f.length(0.45)}, name)
		}
	}
}

// keys explains the letters, if there are any.
func (s schedule) keys(f Format) []key {
	if len(s.spans) == 0 {
		return nil
	}
	if s.named(f) {
		return []key{areaKey("fault injected", band, 0.25)}
	}
	var keys []key
	seen := map[string]bool{}
	for _, sp := range s.spans {
		if !seen[sp.step.Letter] {
			seen[sp.step.Letter] = true
			keys = append(keys, areaKey(sp.step.Letter+" "+plain(sp.step.Fault), band, 0.25))
		}
	}
	return keys
}

func (s schedule) stripHeight(f Format) vg.Length {
	if len(s.spans) == 0 {
		return f.length(0.5)
	}
	return f.length(1.7)
}
