package plot

import (
	"fmt"

	"golang.org/x/image/font"
	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nines/analysis"
)

// Throughput draws one system's operations a second over time: due, completed,
// and completed by the deadline (binned by when they were due). Of several
// trials the typical one is drawn, the others' completions lie thin behind it.
func Throughput(s System, steps []Step) Chart {
	t := s.Typical()
	plan := schedule{spans(t, steps), seconds(t)}
	bins, per := timeline(t)
	lanes := rolesOf(t)
	marked, note := worstWindows(t), ""
	if len(marked) > 0 {
		note = worstNote
	}
	note += lanes.note()
	var others [][]xy
	for _, o := range s.Trusted() {
		if o != t {
			b, _ := timeline(o)
			others = append(others, points(b, func(b slice) float64 { return b.done }))
		}
	}
	return Chart{
		Name:  "throughput-" + slug(s.Name),
		Title: s.label() + ": throughput over time",
		Caption: fmt.Sprintf("Good: done within %s of when it was due, by due time. Done: by when it completed; "+
			"what waited through an outage completes in a burst at its end.%s%s", short(t.Facts.Deadline.Seconds()*1000), note, coarse(t, per, "mean", "the pale band is the range of")+trialNote(s, t)),
		Basis: oneTrial(s, t, "bins of "+short(float64(t.BinMS))+"; roles as the nodes tell"),
		Alt:   throughputAlt(s, t),
		unit:  "ops/s",
		keys: func(f Format) []key {
			return append([]key{
				lineKey("due", stroke(muted, 0.8, 1, 2, 1.5)),
				areaKey("good", s.tint(), 0.3),
				lineKey("done", stroke(s.tint(), 1, 1.4)),
			}, append(plan.keys(f), lanes.keys(s.tint())...)...)
		},
		height: func(f Format) vg.Length { return f.tall(200, 180) + worstHeight(f, marked) + lanes.height(f) },
		body: func(dc draw.Canvas, f Format) {
			dc.Min.Y += worstHeight(f, marked) + lanes.height(f)
			p := drawThroughput(dc, f, s, plan, bins, per, others)
			if len(marked) > 0 {
				worstStrip(dc, f, p, marked)
			}
			lanes.draw(dc, f, p, plan, s.tint(), worstHeight(f, marked))
		},
	}
}

func drawThroughput(dc draw.Canvas, f Format, s System, plan schedule, bins []slice, per int, others [][]xy) *gonum.Plot {
	p := axes(f)
	timeAxis(p, f, plan.seconds)
	p.Y.Min, p.Y.Max = 0, throughputTop(bins)
	p.Y.Tick.Marker = guttered(linear(4, count))
	due := points(bins, func(b slice) float64 { return b.due })
	good := points(bins, func(b slice) float64 { return b.good })
	done := points(bins, func(b slice) float64 { return b.done })
	p.Add(rules(nil, linear(4, count)(0, p.Y.Max)), bands(plan.spans), plan.labels(f))
	p.Add(area(level(good, 0), good, s.tint(), 0.3))
	for _, o := range others {
		p.Add(line(o, stroke(s.tint(), 0.25, 0.5)))
	}
	p.Add(line(due, stroke(muted, 0.8, 0.9, 2, 1.5)))
	if per > 1 {
		p.Add(area(points(bins, func(b slice) float64 { return b.doneLow }), points(bins, func(b slice) float64 { return b.doneHigh }), s.tint(), 0.12))
	}
	if len(bins) == 0 {
		p.Add(nothing(f))
	}
	p.Add(line(done, stroke(s.tint(), 1, 1.3)), peaks(done, s.tint(), p.Y.Max, f))
	dc.Max.Y -= plan.stripHeight(f)
	p.Draw(dc)
	return p
}

// throughputTop leaves half as much again above what was usually due or done;
// bursts beyond it are marked by peaks.
func throughputTop(bins []slice) float64 {
	var v []float64
	for _, b := range bins {
		v = append(v, b.due, b.done)
	}
	top := max(1.5*quantileOf(v, 0.95), 1.25*quantileOf(v, 0.98))
	if highest := quantileOf(v, 1); highest <= top*1.05 {
		top = highest * 1.08
	}
	return max(top, 1)
}

// peaks marks each excursion above the axis with a small triangle and the
// height of the highest one.
func peaks(pts []xy, t tint, top float64, f Format) plotter {
	return func(c draw.Canvas, x, y func(float64) vg.Length) {
		style := aligned(letters(t, f.Text*0.85, font.WeightNormal), text.XLeft)
		clear := vg.Length(-1e9)
		for i := 0; i < len(pts); i++ {
			if !(pts[i].Y > top) {
				continue
			}
			peak := pts[i]
			for ; i < len(pts) && pts[i].Y > top; i++ {
				if pts[i].Y > peak.Y {
					peak = pts[i]
				}
			}
			at := vg.Point{X: x(peak.X), Y: c.Max.Y}
			c.SetColor(t.solid())
			c.Fill(polygon(at, at.Add(vg.Point{X: -2.6, Y: -4.5}), at.Add(vg.Point{X: 2.6, Y: -4.5})))
			label := count(roundTo(peak.Y, 2)) + "/s"
			left, right := at.X+f.length(0.45), at.X+f.length(0.45)+style.Width(label)
			if left < clear || right > c.Max.X {
				continue
			}
			write(c, style, vg.Point{X: left, Y: c.Max.Y - f.length(0.8)}, label)
			clear = right + f.length(0.5)
		}
	}
}

// timeAxis sets the horizontal axis to seconds.
func timeAxis(p *gonum.Plot, f Format, seconds float64) {
	p.X.Min, p.X.Max = 0, seconds
	n := 10
	if f.Narrow {
		n = 5
	}
	p.X.Tick.Marker = clock(n)
}

// clock ticks seconds in steps that people count in, at most about n of them.
func clock(n int) ticker {
	steps := []float64{60, 120, 300, 600, 900, 1800, 3600, 2 * 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600}
	return func(lo, hi float64) []gonum.Tick {
		write, step := func(s float64) string { return count(s) + " s" }, niceStep((hi-lo)/float64(n))
		if hi > 600 {
			write = func(s float64) string { return count(s/60) + " min" }
			for _, step = range steps {
				if (hi-lo)/step <= float64(n) {
					break
				}
			}
		}
		if hi > 3*3600 {
			write = func(s float64) string { return count(s/3600) + " h" }
		}
		return every(step, write, lo, hi)
	}
}

// coarse says what a point stands for, where that is several bins.
func coarse(t *analysis.Summary, per int, first, second string) string {
	if per <= 1 {
		return ""
	}
	return fmt.Sprintf(" Each point is the %s of %s; %s its bins of %s.", first, short(float64(per)*float64(t.BinMS)), second, short(float64(t.BinMS)))
}

// trialNote says which trial of several is drawn, and what is wrong with it.
func trialNote(s System, t *analysis.Summary) string {
	note := ""
	if n := len(s.Trials); n > 1 {
		note += fmt.Sprintf(" Repeat %d of %d, the one with the median longest gap.", t.Facts.Repeat, n)
	}
	if m := MarkOf(t); m != MarkNone {
		note += fmt.Sprintf(" Caution: %s.", m.Note())
	}
	return note
}

func throughputAlt(s System, t *analysis.Summary) string {
	alt := fmt.Sprintf("%s: %s operations a second done, %s of them by the deadline", s.label(), Three(t.Throughput), Three(t.Goodput))
	for _, e := range t.Episodes {
		if e.NA == "" {
			alt += fmt.Sprintf("; %s from %s to %s", e.Fault, Time(e.Start), Time(e.End))
		}
	}
	return alt + "."
}
