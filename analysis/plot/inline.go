package plot

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strconv"
)

// Inline draws the chart as an svg element for an HTML page: no XML prologue,
// no size of its own, colours by the custom properties of [CSS], the
// alternative text as its label, and class as its class.
func (c Chart) Inline(f Format, class string) ([]byte, error) {
	raw, err := c.SVG(f)
	if err != nil {
		return nil, err
	}
	start := bytes.Index(raw, []byte("<svg"))
	end := bytes.IndexByte(raw[max(start, 0):], '>')
	if start < 0 || end < 0 {
		return nil, fmt.Errorf("chart %s: the SVG has no root element", c.Name)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.6g %.6g" role="img" class="%s" aria-label="%s">`,
		f.Width.Points(), c.totalHeight(f).Points(), html.EscapeString(class), html.EscapeString(plain(c.Alt)))
	b.Write(styleAttr.ReplaceAllFunc(raw[start+end+1:], byProperty))
	return b.Bytes(), nil
}

// Text escapes its quotes, so only real attributes match.
var (
	styleAttr  = regexp.MustCompile(`style="[^"]*"`)
	hexColour  = regexp.MustCompile(`(fill|stroke):#([0-9A-F]{6})`)
	fontFamily = regexp.MustCompile(`font-family:[^;"]*;font-variant:[a-z]+;font-weight:([a-z0-9]+);font-style:[a-z]+`)
)

// byProperty replaces colours by the custom properties of their tints, and
// spelt-out fonts by the weight: the page sets the family.
func byProperty(style []byte) []byte {
	style = fontFamily.ReplaceAll(style, []byte("font-weight:$1"))
	style = bytes.Replace(style, []byte("font-weight:normal;"), nil, 1)
	return hexColour.ReplaceAllFunc(style, func(m []byte) []byte {
		property, hex, _ := bytes.Cut(m, []byte(":#"))
		v, err := strconv.ParseUint(string(hex), 16, 32)
		if err != nil {
			return m
		}
		for _, t := range tints() {
			if near(uint32(v), t.light) {
				return fmt.Appendf(nil, "%s:var(--%s)", property, t.name)
			}
		}
		return m
	})
}

// near allows for the rounding of translucent colours.
func near(a, b uint32) bool {
	for shift := 0; shift < 24; shift += 8 {
		if d := int(a>>shift&0xFF) - int(b>>shift&0xFF); d < -3 || d > 3 {
			return false
		}
	}
	return true
}
