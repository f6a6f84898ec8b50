// Package edn reads the subset of extensible data notation
// (github.com/edn-format/edn) that histories are written in: nil, booleans,
// numbers, strings, characters, symbols, keywords, vectors, lists, maps and sets.
// Tags, metadata and comments are skipped: a tagged value is read as the value.
package edn

// Kind is what a value is.
type Kind uint8

// The zero Kind is nil.
const (
	Nil Kind = iota
	Bool
	Number // Text is as written
	String
	Keyword // Text is without the colon
	Symbol  // also a character
	Vector
	List
	Map // Items are key, value, key, value
	Set
)

var kindNames = [...]string{"nil", "a boolean", "a number", "a string", "a keyword", "a symbol", "a vector", "a list", "a map", "a set"}

// String returns the kind's name with its article.
func (k Kind) String() string { return kindNames[k] }

// A Value is one value, with where it begins.
type Value struct {
	Kind  Kind
	Text  string
	Items []Value
	Line  int // from 1
	Col   int // from 1, in bytes
}

// Get finds the value of a keyword in a map; ok is false if it is not there, or
// if v is no map.
func (v *Value) Get(keyword string) (found *Value, ok bool) {
	if v.Kind != Map {
		return nil, false
	}
	for i := 0; i+1 < len(v.Items); i += 2 {
		if k := &v.Items[i]; k.Kind == Keyword && k.Text == keyword {
			return &v.Items[i+1], true
		}
	}
	return nil, false
}

// Sequence reports whether v is a vector or a list.
func (v *Value) Sequence() bool { return v.Kind == Vector || v.Kind == List }
