package scenario

import (
	"errors"
	"strings"
	"unicode/utf8"

	yaml "go.yaml.in/yaml/v4"

	"nines/chaos"
)

// fault is a text in the grammar of package chaos. Its errors point into the
// text where its place in the file is known.
func fault(f *chaos.Fault) codec {
	return codec{
		read: func(d *decoder, path string, n *yaml.Node) {
			if n.Kind != yaml.ScalarNode {
				d.failf(path, "found a %s: want a fault such as kill(leader)", kindName(n))
				return
			}
			parsed, err := chaos.Parse(n.Value)
			if err != nil {
				d.failFault(path, n, err)
				return
			}
			*f = parsed
		},
		write: func() *yaml.Node { return textNode((*f).String()) },
	}
}

func (d *decoder) failFault(path string, n *yaml.Node, err error) {
	d.bad[path] = true
	var syntax *chaos.SyntaxError
	if !errors.As(err, &syntax) {
		d.failAt(n, "%w", err)
		return
	}
	at := *n
	if _, set := d.sets[n]; set || n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 || strings.Contains(n.Value, "\n") {
		d.failAt(n, "%w", err) // says by itself where in the text
		return
	}
	at.Column += utf8.RuneCountInString(n.Value[:syntax.Pos])
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
		at.Column++
	}
	d.failAt(&at, "fault %q: %s", n.Value, syntax.Msg)
}

// splitByComma reports the mistake that anyone makes once: within {…}, YAML
// ends a value at a comma, so {fault: delay(n1, 5ms)} is a fault "delay(n1" and
// an empty field "5ms)", and {fault: kill(n1), kill(n2)} one with a field "kill(n2)".
func (d *decoder) splitByComma(path string, n *yaml.Node) bool {
	if n.Style&yaml.FlowStyle == 0 {
		return false
	}
	for i := 0; i+3 < len(n.Content); i += 2 {
		key, value, next := n.Content[i], n.Content[i+1], n.Content[i+2]
		plain := value.Kind == yaml.ScalarNode && value.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0
		open := strings.Count(value.Value, "(") - strings.Count(value.Value, ")")
		if key.Value == "fault" && plain && isNull(n.Content[i+3]) && (open > 0 || strings.Contains(next.Value, "(")) {
			d.bad[path] = true
			d.failAt(value, `fault "%s, %s": within { } a comma ends a value: put the fault in quotes`, value.Value, next.Value)
			return true
		}
	}
	return false
}
