package chaos

import (
	"strings"
	"unicode/utf8"
)

// A token is a word (one-way), a number with what is glued to it (50ms, 20),
// or a mark. The last token has no text.
type token struct {
	kind tokenKind
	text string
	pos  int // byte offset
}

type tokenKind uint8

const (
	end tokenKind = iota
	word
	number
	mark
)

func (t token) String() string {
	if t.kind == end {
		return "the end"
	}
	return `"` + t.text + `"`
}

// marks are tried in this order: the longer ones first.
var marks = [...]string{"->", "+-", "±", "(", ")", "{", "}", ",", "|", "+", "%"}

// next returns the token at or after pos, and where it ends. What fits nothing
// is a mark of one character, which the parser will not expect anywhere.
func next(text string, pos int) (token, int) {
	for pos < len(text) && strings.IndexByte(" \t\r\n", text[pos]) >= 0 {
		pos++
	}
	rest := text[pos:]
	if rest == "" {
		return token{end, "", pos}, pos
	}
	for _, m := range marks {
		if strings.HasPrefix(rest, m) {
			return token{mark, m, pos}, pos + len(m)
		}
	}
	kind, n := mark, 0
	switch {
	case isDigit(rest[0]), len(rest) > 1 && (rest[0] == '-' || rest[0] == '.') && isDigit(rest[1]):
		kind, n = number, numberLen(rest)
	case isLetter(rest[0]):
		kind, n = word, wordLen(rest)
	default:
		_, n = utf8.DecodeRuneInString(rest)
	}
	return token{kind, rest[:n], pos}, pos + n
}

// numberLen takes a number and its unit, such as -1.5ms or 1MB/s.
func numberLen(s string) int {
	n := 1
	for n < len(s) {
		switch {
		case isDigit(s[n]), isLetter(s[n]), s[n] == '.':
			n++
		case s[n] == '/' && n+1 < len(s) && isLetter(s[n+1]):
			n++
		case strings.HasPrefix(s[n:], "µ"), strings.HasPrefix(s[n:], "μ"):
			n += len("µ")
		default:
			return n
		}
	}
	return n
}

// wordLen takes letters, digits and inner hyphens: "a->b" is a word and an arrow.
func wordLen(s string) int {
	n := 1
	for n < len(s) {
		switch {
		case isDigit(s[n]), isLetter(s[n]):
			n++
		case s[n] == '-' && n+1 < len(s) && (isLetter(s[n+1]) || isDigit(s[n+1])):
			n++
		default:
			return n
		}
	}
	return n
}

func isDigit(b byte) bool { return '0' <= b && b <= '9' }

func isLetter(b byte) bool { return 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || b == '_' }
