package plot

import (
	"bytes"
	"fmt"

	"golang.org/x/image/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Format is how large a chart is drawn, and what for.
type Format struct {
	Width  vg.Length
	Text   vg.Length // size of the letters
	Headed bool      // with title, subtitle and white background: stands alone
	Narrow bool      // for a column of about 340 points: fewer ticks, short labels
}

// The formats that reports use.
var (
	Page   = Format{Width: 720, Text: 10, Headed: true}
	Wide   = Format{Width: 720, Text: 10}
	Narrow = Format{Width: 340, Text: 11.5, Narrow: true}
)

// A Chart is one figure.
type Chart struct {
	Name    string // of its files, without extension: letters, digits and hyphens
	Title   string
	Caption string // how to read it; one sentence or two
	Basis   string // what it rests on: n, the level of its interval, its resolution
	Alt     string // what it shows, for those who cannot see it

	keys   func(Format) []key
	unit   string // of the vertical axis
	height func(Format) vg.Length
	body   func(draw.Canvas, Format)
}

// A key is an entry of the legend.
type key struct {
	label string
	mark  func(draw.Canvas) // fills the canvas that it is given
}

const pngDPI = 160

// SVG draws the chart as a file of its own.
func (c Chart) SVG(f Format) ([]byte, error) {
	canvas := vgsvg.New(f.Width, c.totalHeight(f))
	c.paint(draw.New(canvas), f)
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("draw chart %s as SVG: %w", c.Name, err)
	}
	return b.Bytes(), nil
}

// PNG draws the chart as a bitmap of 160 dots per inch.
func (c Chart) PNG(f Format) ([]byte, error) {
	canvas := vgimg.NewWith(vgimg.UseWH(f.Width, c.totalHeight(f)), vgimg.UseDPI(pngDPI))
	c.paint(draw.New(canvas), f)
	var b bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(&b); err != nil {
		return nil, fmt.Errorf("draw chart %s as PNG: %w", c.Name, err)
	}
	return b.Bytes(), nil
}

func (c Chart) totalHeight(f Format) vg.Length {
	h := c.height(f) + c.legendHeight(f) + 2*f.margin()
	if f.Headed {
		h += f.length(2.2) + f.length(1.5)*vg.Length(len(c.captionLines(f)))
	}
	return h
}

// margin is the empty edge around everything.
func (f Format) margin() vg.Length {
	if f.Headed {
		return f.length(1.2)
	}
	return f.length(0.3)
}

// paint draws title, caption and legend from the top down, then the body into
// what is left.
func (c Chart) paint(dc draw.Canvas, f Format) {
	if f.Headed {
		dc.SetColor(paper.solid())
		dc.Fill(dc.Rectangle.Path())
	}
	m := f.margin()
	dc = draw.Crop(dc, m, -m, m, -m)
	if f.Headed {
		dc.Max.Y -= f.length(1.2)
		write(dc, letters(ink, f.length(1.35), font.WeightBold), vg.Point{X: dc.Min.X, Y: dc.Max.Y}, c.Title)
		dc.Max.Y -= f.length(0.4)
		for _, line := range c.captionLines(f) {
			dc.Max.Y -= f.length(1.35)
			write(dc, letters(muted, f.Text, font.WeightNormal), vg.Point{X: dc.Min.X, Y: dc.Max.Y}, line)
		}
		dc.Max.Y -= f.length(0.6)
	}
	c.legend(&dc, f, true)
	c.body(dc, f)
}

func (c Chart) captionLines(f Format) []string {
	return wrap(c.Caption+" "+c.Basis, f.Width-2*f.margin(), func(s string) vg.Length {
		return letters(muted, f.Text, font.WeightNormal).Width(s)
	})
}

func (c Chart) legendHeight(f Format) vg.Length {
	dc := draw.Canvas{Rectangle: vg.Rectangle{Max: vg.Point{X: f.Width - 2*f.margin()}}}
	c.legend(&dc, f, false)
	return -dc.Max.Y
}

// legend lays the unit and the keys out in rows at the top of dc and takes the
// room away from it.
func (c Chart) legend(dc *draw.Canvas, f Format, visible bool) {
	var keys []key
	if c.keys != nil {
		keys = c.keys(f)
	}
	if c.unit == "" && len(keys) == 0 {
		return
	}
	style := letters(ink, f.Text, font.WeightNormal)
	quiet := letters(muted, f.Text, font.WeightNormal)
	rowHeight, swatch, space := f.length(1.5), f.length(1.9), f.length(1.3)
	x, y := dc.Min.X, dc.Max.Y-f.length(1.1)
	if c.unit != "" {
		if visible {
			write(*dc, quiet, vg.Point{X: x, Y: y}, c.unit)
		}
		x += quiet.Width(c.unit) + space
	}
	for _, k := range keys {
		w := swatch + f.length(0.4) + style.Width(k.label)
		if x > dc.Min.X && x+w > dc.Max.X {
			x, y = dc.Min.X, y-rowHeight
		}
		if visible {
			k.mark(draw.Canvas{Canvas: dc.Canvas, Rectangle: vg.Rectangle{
				Min: vg.Point{X: x, Y: y - f.length(0.1)}, Max: vg.Point{X: x + swatch, Y: y + f.length(0.75)},
			}})
			write(*dc, style, vg.Point{X: x + swatch + f.length(0.4), Y: y}, k.label)
		}
		x += w + space
	}
	dc.Max.Y = y - f.length(0.7)
}

// lineKey shows lines, one above the other if there are several.
func lineKey(label string, style draw.LineStyle) key {
	return key{label, func(c draw.Canvas) { c.StrokeLine2(style, c.Min.X, c.Center().Y, c.Max.X, c.Center().Y) }}
}

func systemKey(s System) key {
	return key{s.label(), func(c draw.Canvas) {
		c.StrokeLine2(stroke(s.tint(), 1, 1.8), c.Min.X, c.Center().Y, c.Max.X, c.Center().Y)
		c.DrawGlyphNoClip(draw.GlyphStyle{Color: s.tint().solid(), Radius: 2.6, Shape: s.glyph()}, c.Center())
	}}
}

func areaKey(label string, t tint, alpha float64) key {
	return key{label, func(c draw.Canvas) {
		c.SetColor(t.alpha(alpha))
		c.Fill(box(c.Min.X, c.Min.Y, c.Max.X, c.Max.Y))
	}}
}
