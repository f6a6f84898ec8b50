package plot

import (
	"strings"
	"unicode"

	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// write puts one line with its baseline at pt. gonum's own FillText shifts the
// baseline by the difference of size and ascent.
func write(c draw.Canvas, s text.Style, pt vg.Point, line string) {
	line = plain(line)
	if line == "" {
		return
	}
	face := s.Handler.Cache().Lookup(s.Font, s.Font.Size)
	pt.X += vg.Length(s.XAlign) * face.Width(line)
	c.SetColor(s.Color)
	c.FillString(face, pt, line)
}

// plain makes a name that came from outside fit for one line of XML.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == unicode.ReplacementChar || r == 0xFFFE || r == 0xFFFF:
			return '?'
		case unicode.IsSpace(r) || unicode.IsControl(r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(name, "?"))
}

// cut shortens a name with an ellipsis until it is no wider than room.
func cut(name string, s text.Style, room vg.Length) string {
	if s.Width(name) <= room {
		return name
	}
	runes := []rune(name)
	for len(runes) > 1 && s.Width(string(runes)+"…") > room {
		runes = runes[:len(runes)-1]
	}
	return string(runes) + "…"
}

// wrap breaks a text at spaces into lines no wider than room.
func wrap(s string, room vg.Length, width func(string) vg.Length) []string {
	var lines []string
	line := ""
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case width(line+" "+word) <= room:
			line += " " + word
		default:
			lines = append(lines, line)
			line = word
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}
