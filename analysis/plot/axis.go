package plot

import (
	"math"

	"golang.org/x/image/font"
	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// ticker makes ticks from the axis range.
type ticker func(lo, hi float64) []gonum.Tick

func (t ticker) Ticks(lo, hi float64) []gonum.Tick { return t(lo, hi) }

// axes is an empty plot in the theme: no background, no frame, a grid of major
// ticks. Titles, legends and units are drawn by the sheet, outside.
func axes(f Format) *gonum.Plot {
	p := gonum.New()
	p.BackgroundColor = nil
	for _, a := range []*gonum.Axis{&p.X, &p.Y} {
		a.Padding = 0
		a.LineStyle = stroke(axis, 1, 0.7)
		a.Tick.LineStyle = stroke(axis, 1, 0.7)
		a.Tick.Length = 3.5
		style := letters(muted, f.Text*0.95, font.WeightNormal)
		style.XAlign, style.YAlign = a.Tick.Label.XAlign, a.Tick.Label.YAlign
		a.Tick.Label = style
	}
	p.Y.LineStyle.Width = 0
	p.Y.Tick.LineStyle.Width = 0
	p.Y.Tick.Length = 2
	return p
}

// linear ticks at steps of 1, 2 or 5 times a power of ten, about n of them,
// written by write.
func linear(n int, write func(float64) string) ticker {
	return func(lo, hi float64) []gonum.Tick {
		return every(niceStep((hi-lo)/float64(max(n, 1))), write, lo, hi)
	}
}

// guttered widens the room for a vertical axis's labels to that of the widest
// usual one, so that charts over time stand exactly one above the other.
func guttered(t ticker) ticker {
	return func(lo, hi float64) []gonum.Tick {
		// Ticks beyond the axis are not drawn, but they are measured.
		return append(t(lo, hi), gonum.Tick{Value: hi * 1e6, Label: "100 ms"})
	}
}

// every ticks the multiples of step.
func every(step float64, write func(float64) string, lo, hi float64) []gonum.Tick {
	var ticks []gonum.Tick
	for i := math.Ceil(lo/step - 1e-9); i*step <= hi+step*1e-9; i++ {
		v := i*step + 0 // no negative zero
		ticks = append(ticks, gonum.Tick{Value: v, Label: write(v)})
	}
	return ticks
}

// niceStep is the least of 1, 2, 5 times a power of ten that is not below x.
func niceStep(x float64) float64 {
	if !(x > 0) || math.IsInf(x, 1) {
		return 1
	}
	p := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 5} {
		if m*p >= x*(1-1e-9) {
			return m * p
		}
	}
	return 10 * p
}

// decades ticks a logarithmic axis of milliseconds at powers of ten, with minor
// ticks between, and at 2 and 5 also where the range is below two decades.
func decades(lo, hi float64) []gonum.Tick {
	var ticks []gonum.Tick
	few := hi/lo < 101
	for e := math.Floor(math.Log10(lo)); e <= math.Ceil(math.Log10(hi)); e++ {
		for m := 1.0; m < 10; m++ {
			v := m * math.Pow(10, e)
			if v < lo*(1-1e-9) || v > hi*(1+1e-9) {
				continue
			}
			t := gonum.Tick{Value: v}
			if m == 1 || few && (m == 2 || m == 5) {
				t.Label = short(v)
			}
			ticks = append(ticks, t)
		}
	}
	return ticks
}

// logRange widens [lo, hi] outwards to 1, 2 or 5 times a power of ten and to at
// least one decade. It answers [1, 1000] for a range that is none.
func logRange(lo, hi float64) (float64, float64) {
	if !(lo > 0) || !finite(lo) || !finite(hi) || hi < lo {
		return 1, 1000
	}
	up := niceStep(hi)
	down := 1 / niceStep(1/lo)
	if up/down < 10 {
		up = down * 10
	}
	return down, up
}

// leastMS is the least time that is drawn on a logarithmic axis: a microsecond.
const leastMS = 0.001

// A lane is the strip above a logarithmic axis in which that is drawn what has
// no finite value. It widens the axis range; From and To bound the strip.
type lane struct{ from, to float64 }

// laneAbove reserves a tenth of the axis above hi.
func laneAbove(lo, hi float64) lane {
	d := math.Log10(hi / lo)
	return lane{from: hi * math.Pow(10, d*0.035), to: hi * math.Pow(10, d*0.105)}
}

func (l lane) middle() float64 { return math.Sqrt(l.from * l.to) }

// length is a distance in points as the fraction of a plot's text size; it keeps
// the proportions of wide and narrow charts.
func (f Format) length(x float64) vg.Length { return f.Text * vg.Length(x) }
