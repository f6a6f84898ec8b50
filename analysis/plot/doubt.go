package plot

import (
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nines/analysis"
	"nines/analysis/stats"
)

// downAxis is how a matrix over the length of a fault calls it.
const downAxis = "for"

// A DoubtCurve is one system of atomic commit, in all cells of a matrix that differ
// in how long a fault lasts.
type DoubtCurve struct {
	System // without the length of the fault in its name
	Points []DoubtPoint
}

// A DoubtPoint is all episodes of one length.
type DoubtPoint struct {
	Down    float64   // ms that the fault lasted
	Longest []float64 // ms that a participant was in doubt without its coordinator, at most, in an episode; rising
	Locks   []float64 // ms times keys locked, by those in doubt without their coordinator
	Waited  []float64 // the same, by all others in doubt
	Txns    []float64 // transactions of these others
}

// DoubtCurves has one for each system that has participants, by rising length of the
// fault. There are none unless the length varies.
func DoubtCurves(all []analysis.Summary) []DoubtCurve {
	var curves []DoubtCurve
	most := 0
	for _, s := range Systems(all) {
		f := &s.Trials[0].Facts
		length := ""
		for _, v := range f.Variant {
			if v.Name == downAxis {
				length = v.Value
			}
		}
		down, err := time.ParseDuration(length)
		if err != nil || !f.Guarantees.Partitioned {
			continue
		}
		name := analysis.LabelWithout(f, downAxis)
		i := slices.IndexFunc(curves, func(c DoubtCurve) bool { return c.Name == name })
		if i < 0 {
			i = len(curves)
			curves = append(curves, DoubtCurve{System: System{Name: name, Index: i}})
		}
		c := &curves[i]
		c.Trials = append(c.Trials, s.Trials...)
		c.Points = append(c.Points, doubtPoint(down, s.Trusted()))
		slices.SortFunc(c.Points, func(a, b DoubtPoint) int { return int(a.Down - b.Down) })
		most = max(most, len(c.Points))
	}
	if most < 2 {
		return nil
	}
	return curves
}

func doubtPoint(down time.Duration, trials []*analysis.Summary) DoubtPoint {
	p := DoubtPoint{Down: float64(down) / float64(time.Millisecond)}
	for _, t := range trials {
		for i := range t.Episodes {
			if e := &t.Episodes[i]; e.NA == "" && e.Error == "" {
				p.Longest = append(p.Longest, float64(e.Orphaned.Max))
				p.Locks = append(p.Locks, float64(e.Orphaned.Locks))
				p.Waited = append(p.Waited, float64(e.InDoubt.Locks-e.Orphaned.Locks))
				p.Txns = append(p.Txns, float64(e.InDoubt.Txns-e.Orphaned.Txns))
			}
		}
	}
	slices.Sort(p.Longest)
	return p
}

// Doubt shows how long participants were in doubt against how long the fault
// lasted. ok is false if no trial tells.
func Doubt(all []analysis.Summary) (c Chart, ok bool) {
	curves := DoubtCurves(all)
	if len(curves) == 0 {
		return Chart{}, false
	}
	return Chart{
		Name: "in-doubt", Title: "Time in doubt against downtime",
		Caption: "The longest time that a participant was in doubt without its coordinator in an episode: the median over episodes, and from the 10th to the 90th percentile. " +
			"Dashed: as long as the fault lasted.",
		Basis: basis(doubtEpisodes(curves)+" a point", noInterval+": the line is the range of episodes", "a heartbeat, from which on a participant counts as in doubt"),
		Alt:   doubtAlt(curves),
		keys: func(Format) []key {
			var keys []key
			for _, c := range curves {
				keys = append(keys, systemKey(c.System))
			}
			return append(keys, lineKey("as long as the fault", asLong))
		},
		height: func(f Format) vg.Length { return f.tall(280, 230) },
		body:   func(dc draw.Canvas, f Format) { drawDoubt(dc, f, curves) },
	}, true
}

// doubtEpisodes is how many episodes a point has.
func doubtEpisodes(curves []DoubtCurve) string {
	least, most := math.MaxInt, 0
	for _, c := range curves {
		for _, p := range c.Points {
			least, most = min(least, len(p.Longest)), max(most, len(p.Longest))
		}
	}
	if least >= most {
		return fmt.Sprintf("%d episodes", most)
	}
	return fmt.Sprintf("%d to %d episodes", least, most)
}

var asLong = stroke(muted, 1, 1.1, 4, 2.5)

func drawDoubt(dc draw.Canvas, f Format, curves []DoubtCurve) {
	p := axes(f)
	far, top := 0.0, 0.0
	for _, c := range curves {
		for _, pt := range c.Points {
			far = max(far, pt.Down)
			for _, v := range pt.Longest {
				top = max(top, v)
			}
		}
	}
	if top == 0 {
		top = far
	}
	p.X.Min, p.X.Max = 0, far*1.08
	p.X.Tick.Marker = linear(5, func(v float64) string { return short(v) })
	p.Y.Min, p.Y.Max = 0, max(top, far)*1.05
	p.Y.Tick.Marker = linear(5, func(v float64) string { return short(v) })
	p.Add(rules(ticksOf(p.X), ticksOf(p.Y)))
	p.Add(plotter(func(canvas draw.Canvas, x, y func(float64) vg.Length) {
		line([]xy{{0, 0}, {far, far}}, asLong)(canvas, x, y)
	}))
	for i, c := range curves {
		// Ranges of systems that stand one upon the other are set side by side.
		aside := f.length(0.45) * vg.Length(2*i-len(curves)+1)
		p.Add(doubtLine(c, aside))
	}
	p.Draw(dc)
}

func doubtLine(c DoubtCurve, aside vg.Length) plotter {
	return func(canvas draw.Canvas, x, y func(float64) vg.Length) {
		beside := func(v float64) vg.Length { return x(v) + aside }
		var medians []xy
		for _, p := range c.Points {
			if len(p.Longest) > 0 {
				medians = append(medians, xy{p.Down, stats.Median(p.Longest)})
				line([]xy{{p.Down, stats.Quantile(p.Longest, 0.1)}, {p.Down, stats.Quantile(p.Longest, 0.9)}}, stroke(c.tint(), 0.55, 3))(canvas, beside, y)
			}
		}
		line(medians, stroke(c.tint(), 1, 1.7))(canvas, beside, y)
		glyph := draw.GlyphStyle{Color: c.tint().solid(), Radius: 3.2, Shape: c.glyph()}
		for _, m := range medians {
			canvas.DrawGlyphNoClip(glyph, vg.Point{X: beside(m.X), Y: y(m.Y)})
		}
	}
}

func doubtAlt(curves []DoubtCurve) string {
	alt := "Longest time in doubt in an episode, for each time that the fault lasted."
	for _, c := range curves {
		alt += " " + c.label() + ":"
		for i, p := range c.Points {
			if i > 0 {
				alt += ","
			}
			if len(p.Longest) == 0 {
				alt += fmt.Sprintf(" for %s no episode", short(p.Down))
				continue
			}
			alt += fmt.Sprintf(" for %s median %s, at most %s", short(p.Down), short(stats.Median(p.Longest)), short(p.Longest[len(p.Longest)-1]))
		}
		alt += "."
	}
	return alt
}
