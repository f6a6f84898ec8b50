package plot

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"golang.org/x/image/font"
	gonum "gonum.org/v1/plot"
	gfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A tint is a colour with a name: as drawn on white, and on a dark page. Names
// become CSS custom properties. Light values differ by more than 3 in some
// channel, so that one can be told from another after vgsvg's rounding.
type tint struct {
	name        string
	light, dark uint32 // 0xRRGGBB
}

var (
	ink   = tint{"ink", 0x1B1F24, 0xE6EAF0}   // text
	muted = tint{"muted", 0x57606A, 0xA3ADBA} // secondary text; contrast over 4.5 on both pages
	axis  = tint{"axis", 0x8B949E, 0x6B7685}
	grid  = tint{"grid", 0xE3E7EC, 0x2B323C}
	band  = tint{"band", 0x6E7781, 0x8A96A6} // faults, drawn translucent
	paper = tint{"paper", 0xFFFFFF, 0x12161C}
	alarm = tint{"alarm", 0xB42318, 0xFF8A7A}
)

// palette is for systems, in order: Okabe and Ito's colours without yellow,
// which vanishes on paper.
var palette = [...]tint{
	{"s1", 0x0072B2, 0x4BA3E3}, // blue
	{"s2", 0xD55E00, 0xFF8F4A}, // vermillion
	{"s3", 0x009E73, 0x2BC49A}, // bluish green
	{"s4", 0xCC79A7, 0xE29AC4}, // reddish purple
	{"s5", 0xE69F00, 0xF2B632}, // orange
	{"s6", 0x56B4E9, 0x8FD0F5}, // sky blue
	{"s7", 0x3D3D3D, 0xC3CAD3}, // black
}

var glyphs = [...]draw.GlyphDrawer{
	draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}, star{1, 1, 1, 1}, star{0, 1.3, 1, 1.3}, star{1.4, 0.6, 1.4, 0.6}, star{0.6, 1.4, 0.6, 1.4},
}

func tints() []tint {
	return append([]tint{ink, muted, axis, grid, band, paper, alarm}, palette[:]...)
}

// CSS returns the declarations of the custom properties that [Chart.Inline]
// uses, for a light and for a dark page: --ink, --muted, --axis, --grid,
// --band, --paper, --alarm, and --s1 to --s7 for the systems.
func CSS() (light, dark string) {
	var l, d strings.Builder
	for _, t := range tints() {
		fmt.Fprintf(&l, "--%s:#%06X;", t.name, t.light)
		fmt.Fprintf(&d, "--%s:#%06X;", t.name, t.dark)
	}
	return l.String(), d.String()
}

// solid is the tint's light colour.
func (t tint) solid() color.NRGBA { return t.alpha(1) }

// alpha is the tint's light colour with opacity a, from 0 to 1.
func (t tint) alpha(a float64) color.NRGBA {
	return color.NRGBA{R: uint8(t.light >> 16), G: uint8(t.light >> 8), B: uint8(t.light), A: uint8(math.Round(a * 255))}
}

func stroke(t tint, a float64, width vg.Length, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: t.alpha(a), Width: width, Dashes: dashes}
}

// letters is a text style; its y is the baseline.
func letters(t tint, size vg.Length, weight font.Weight) text.Style {
	return text.Style{
		Color:   t.solid(),
		Font:    gfont.Font{Typeface: "Liberation", Variant: "Sans", Weight: weight, Size: size},
		Handler: gonum.DefaultTextHandler,
	}
}

func aligned(s text.Style, x text.XAlignment) text.Style {
	s.XAlign = x
	return s
}

// A star is a filled shape with a tip in each direction: up, right, down, left,
// in radii. Equal tips make a diamond, no upper one a triangle on its tip.
type star [4]vg.Length

// DrawGlyph implements gonum's GlyphDrawer.
func (s star) DrawGlyph(c *draw.Canvas, sty draw.GlyphStyle, pt vg.Point) {
	r := sty.Radius * 1.15
	c.Fill(polygon(pt.Add(vg.Point{Y: s[0] * r}), pt.Add(vg.Point{X: s[1] * r}), pt.Add(vg.Point{Y: -s[2] * r}), pt.Add(vg.Point{X: -s[3] * r})))
}

func polygon(pts ...vg.Point) vg.Path {
	var p vg.Path
	p.Move(pts[0])
	for _, q := range pts[1:] {
		p.Line(q)
	}
	p.Close()
	return p
}

func box(x0, y0, x1, y1 vg.Length) vg.Path {
	return polygon(vg.Point{X: x0, Y: y0}, vg.Point{X: x0, Y: y1}, vg.Point{X: x1, Y: y1}, vg.Point{X: x1, Y: y0})
}
