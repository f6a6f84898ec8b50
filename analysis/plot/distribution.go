package plot

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	gonum "gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"nines/analysis"
	"nines/analysis/episodes"
)

// leastEpisodes is how many a system needs for a curve of its own: of fewer, [Gaps]
// shows each.
const leastEpisodes = 5

// mostBands is of how many systems the confidence bands can be told apart.
const mostBands = 3

// Outages draws for each class of faults the distribution of how long an episode's
// outage was: one line a system, by Kaplan and Meier. There is none where no
// system has five episodes, and where none was ever out. Of many systems a chart has
// some, and others have further ones. Of many classes those with the longest outages have
// charts, and the last of these says how many have none.
func Outages(all []analysis.Summary) []Chart {
	set := episodes.Of(all)
	var charts []Chart
	drawn, left := longestClasses(outageClasses(all, set))
	for _, class := range drawn {
		from := 0
		for lines := range slices.Chunk(class.lines, ManySystems) {
			c := outageChart(class.FaultClass, lines, class.few)
			if len(lines) < len(class.lines) {
				c.Title += fmt.Sprintf(", systems %d to %d of %d", from+1, from+len(lines), len(class.lines))
			}
			from += len(lines)
			charts = append(charts, c)
		}
	}
	if left > 0 {
		charts[len(charts)-1].Caption += fmt.Sprintf(" Not drawn, as %d classes of faults are too many: %d with shorter outages; the tables have them.", len(drawn)+left, left)
	}
	return charts
}

// An outageClass is a class of faults with a line for each system that has enough
// episodes.
type outageClass struct {
	FaultClass
	lines []outageCurve
	few   int // systems that have too few
}

// outageClasses are those with something to draw.
func outageClasses(all []analysis.Summary, set episodes.Set) []outageClass {
	var out []outageClass
	for _, class := range Classes(set) {
		var lines []outageCurve
		few := 0
		for i := range set.Groups {
			switch g := &set.Groups[i]; {
			case g.Class() != class.Class || g.Out.N == 0:
			case g.Out.N < leastEpisodes:
				few++
			default:
				lines = append(lines, outageCurve{GroupSystem(all, set, g), g})
			}
		}
		slices.SortStableFunc(lines, func(a, b outageCurve) int { return a.Index - b.Index })
		if slices.ContainsFunc(lines, func(l outageCurve) bool { return l.group.Out.Some.Count > 0 }) {
			out = append(out, outageClass{class, lines, few})
		}
	}
	return out
}

// mostOutageCharts is how many classes have a chart each.
const mostOutageCharts = 12

// longestClasses are as many as are drawn, in their order, and how many are left.
func longestClasses(all []outageClass) (drawn []outageClass, left int) {
	longest := func(c outageClass) (most analysis.MS) {
		for _, l := range c.lines {
			most = max(most, l.group.Out.Longest)
		}
		return most
	}
	byLength := slices.Clone(all)
	slices.SortStableFunc(byLength, func(a, b outageClass) int { return cmp.Compare(longest(b), longest(a)) })
	for _, c := range all {
		if at := slices.IndexFunc(byLength, func(o outageClass) bool { return o.Class == c.Class }); at < mostOutageCharts {
			drawn = append(drawn, c)
		}
	}
	return drawn, len(all) - len(drawn)
}

// An outageCurve is one line.
type outageCurve struct {
	System
	group *episodes.Group
}

func outageChart(class FaultClass, lines []outageCurve, few int) Chart {
	a := newOutageAxis(lines)
	return Chart{
		Name:    "outage-" + slug(class.Name),
		Title:   "Outage of " + class.Name,
		Caption: outageCaption(class, lines, few),
		Basis:   outageBasis(lines),
		Alt:     outageAlt(class, lines),
		unit:    "share of episodes",
		keys: func(Format) []key {
			var keys []key
			for _, l := range lines {
				k := systemKey(l.System)
				k.label = l.says()
				keys = append(keys, k)
			}
			return keys
		},
		height: func(f Format) vg.Length { return f.tall(260, 230) },
		body:   func(dc draw.Canvas, f Format) { a.draw(dc, f, lines) },
	}
}

// says is the legend's entry: etcdraft (n = 31, 2 not ended).
func (l outageCurve) says() string {
	text := fmt.Sprintf("n = %d", l.group.Out.N)
	if l.group.Out.Some.Count == 0 {
		text += ", never out"
	}
	if c := l.group.Out.Censored; c > 0 {
		text += fmt.Sprintf(", %d not ended", c)
	}
	return fmt.Sprintf("%s (%s)", l.label(), text)
}

func outageCaption(class FaultClass, lines []outageCurve, few int) string {
	text := "The share of episodes in which nobody was served for no longer than that, from injection to the next fault or the end, " +
		"where an episode without an outage counts as 0."
	censored := 0
	for _, l := range lines {
		censored += l.group.Out.Censored
	}
	if censored > 0 {
		text += " A + is an episode whose outage had not ended: a lower bound (Kaplan and Meier)."
	}
	if few > 0 {
		text += fmt.Sprintf(" Not drawn, with fewer than %d episodes: %d.", leastEpisodes, few)
	}
	if class.Virtual {
		text = "MODELLED. " + text
	}
	return text
}

func outageBasis(lines []outageCurve) string {
	resolution := 0.0
	var n []string
	for _, l := range lines {
		resolution = max(resolution, float64(l.group.Resolution))
		n = append(n, fmt.Sprintf("%d of %s", l.group.Out.N, plain(l.Name)))
	}
	interval := fmt.Sprintf("The %g %% intervals of the quantiles are in the table", 100*episodes.Level)
	if len(lines) <= mostBands {
		interval = fmt.Sprintf("Shaded: %g %% interval of each share", 100*episodes.Level)
	}
	return basis(strings.Join(n, ", ")+" (episodes)", interval, "one probe period, "+short(resolution)+", a gap")
}

func outageAlt(class FaultClass, lines []outageCurve) string {
	alt := "Distribution of the outage of " + class.Name + "."
	for _, l := range lines {
		alt += fmt.Sprintf(" %s: median %s.", l.says(), strings.ReplaceAll(Time(analysis.MS(l.group.Out.Median.Value)), "∞", "beyond what was seen"))
	}
	return alt
}

// An outageAxis is of time in ms: from 0, or logarithmic where the outages differ by
// more than a factor of 30.
type outageAxis struct {
	lo, hi float64
	log    bool
}

func newOutageAxis(lines []outageCurve) outageAxis {
	least, most := math.Inf(1), 0.0
	for _, l := range lines {
		for _, o := range l.group.Used() {
			if v := o.Out.Value; v > 0 {
				least, most = min(least, v), max(most, v)
			}
		}
	}
	if most/least > 30 {
		lo, hi := logRange(least*0.99, most)
		return outageAxis{lo, hi, true}
	}
	return outageAxis{0, most * 1.04, false}
}

func (a outageAxis) draw(dc draw.Canvas, f Format, lines []outageCurve) {
	p := axes(f)
	p.X.Min, p.X.Max = a.lo, a.hi
	n := 8
	if f.Narrow {
		n = 4
	}
	p.X.Tick.Marker = linear(n, short)
	if a.log {
		p.X.Scale = gonum.LogScale{}
		p.X.Tick.Marker = ticker(decades)
	}
	p.Y.Min, p.Y.Max = 0, 1
	p.Y.Tick.Marker = guttered(func(float64, float64) []gonum.Tick {
		return every(0.25, func(v float64) string { return fmt.Sprintf("%g %%", 100*v) }, 0, 1)
	})
	p.Add(rules(ticksOf(p.X), every(0.25, percent, 0, 1)))
	for _, l := range lines {
		if len(lines) <= mostBands {
			low, high := l.band(a)
			p.Add(area(low, high, l.tint(), 0.1))
		}
	}
	for _, l := range lines {
		p.Add(line(l.stairs(a), stroke(l.tint(), 1, 1.8)), l.marks(a))
	}
	p.Draw(draw.Crop(dc, 0, -f.length(1.5), 0, 0))
}

// at keeps an outage of 0 on a logarithmic axis, at its left end.
func (a outageAxis) at(v float64) float64 { return max(v, a.lo) }

// last is the longest that was seen: the curve ends there.
func (l outageCurve) last() float64 { return float64(l.group.Out.Longest) }

func (l outageCurve) stairs(a outageAxis) []xy {
	pts := []xy{{a.lo, 0}}
	for _, p := range l.group.Out.Curve {
		x := a.at(p.At)
		pts = append(pts, xy{x, pts[len(pts)-1].Y}, xy{x, 1 - p.Survival})
	}
	return append(pts, xy{a.at(l.last()), pts[len(pts)-1].Y})
}

// band has both limits as stairs; a limit that is not known is a hole.
func (l outageCurve) band(a outageAxis) (low, high []xy) {
	was := xy{math.NaN(), math.NaN()} // limits before the step
	step := func(x, lo, hi float64) {
		low = append(low, xy{x, was.X}, xy{x, lo})
		high = append(high, xy{x, was.Y}, xy{x, hi})
		was = xy{lo, hi}
	}
	for _, p := range l.group.Out.Curve {
		step(a.at(p.At), 1-p.Hi, 1-p.Lo)
	}
	step(a.at(l.last()), was.X, was.Y)
	return low, high
}

// marks are the glyph at the median and a + where an episode was cut off.
func (l outageCurve) marks(a outageAxis) plotter {
	return func(c draw.Canvas, x, y func(float64) vg.Length) {
		if m := l.group.Out.Median.Value; finite(m) {
			c.DrawGlyphNoClip(draw.GlyphStyle{Color: l.tint().solid(), Radius: 3, Shape: l.glyph()}, vg.Point{X: x(a.at(m)), Y: y(0.5)})
		}
		for _, o := range l.group.Used() {
			if !o.Out.Censored {
				continue
			}
			at, share := a.at(o.Out.Value), 0.0
			for _, p := range l.group.Out.Curve {
				if p.At <= o.Out.Value {
					share = 1 - p.Survival
				}
			}
			cross(c, l.tint(), vg.Point{X: x(at), Y: y(share)})
		}
	}
}

func cross(c draw.Canvas, t tint, at vg.Point) {
	const arm = 4
	c.StrokeLine2(stroke(t, 1, 1.8), at.X-arm, at.Y, at.X+arm, at.Y)
	c.StrokeLine2(stroke(t, 1, 1.8), at.X, at.Y-arm, at.X, at.Y+arm)
}
