package history

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"time"

	"nines/bench"
)

// The columns of a history. Those that are not optional must be there; cells may
// be empty where there is nothing to say.
const (
	colSession = iota
	colNode
	colKind
	colKey
	colArg
	colResult
	colOutcome
	colDue
	colSent
	colDone
	colUser
	colClass
	colExpect
	colSize
	colObject
	colPhase
	allColumns
)

var historyColumns = [allColumns]wanted{
	colSession: {"session", false}, colNode: {"node", false}, colKind: {"kind", false}, colKey: {"key", false}, colArg: {"arg", false},
	colResult: {"result", false}, colOutcome: {"outcome", false}, colDue: {"due_ms", true}, colSent: {"sent_ms", false}, colDone: {"done_ms", false},
	colUser: {"user", true}, colClass: {"class", true}, colExpect: {"expect", true}, colSize: {"size", true}, colObject: {"object", true},
	colPhase: {"phase", true}, // of an export of ours: told by the times, and not read
}

// The words of a cell. Some have the names that Jepsen has for them, too.
var (
	kindWords = words[bench.Kind]{"kind", []word[bench.Kind]{
		{"read", bench.Read}, {"write", bench.Write}, {"cas", bench.CAS}, {"txn", bench.Transact},
		{acquire, bench.CAS}, {release, bench.CAS},
	}}
	outcomeWords = words[bench.Outcome]{"outcome", []word[bench.Outcome]{
		{"ok", bench.OK}, {"rejected", bench.Rejected}, {"unknown", bench.Unknown}, {"dropped", bench.Dropped},
		{"fail", bench.Rejected}, {"info", bench.Unknown},
	}}
	classWords = words[bench.Class]{"class", []word[bench.Class]{
		{"main", bench.Main}, {"probe", bench.Probe}, {"preload", bench.Preload}, {"final", bench.Final},
	}}
	objectWords = words[bench.Object]{"object", []word[bench.Object]{
		{"registers", bench.Registers}, {"accounts", bench.Accounts}, {"lists", bench.Lists}, {"counters", bench.Counters},
		{"queues", bench.Queues}, {"locks", bench.Locks}, {"ranges", bench.Ranges},
	}}
)

// What a compare-and-swap of a lock is called: one that swaps in a token, and one
// that swaps it out (see [bench.Held]).
const (
	acquire = "acquire"
	release = "release"
)

type word[T any] struct {
	text string
	is   T
}

type words[T any] struct {
	what string
	list []word[T]
}

// find looks a word up; why says what would be right.
func (ws *words[T]) find(cell []byte) (is T, why string) {
	for i := range ws.list {
		if bytes.EqualFold(cell, []byte(ws.list[i].text)) {
			return ws.list[i].is, ""
		}
	}
	var known []string
	for _, w := range ws.list {
		known = append(known, w.text)
	}
	if len(cell) == 0 {
		return is, "it is empty: want one of " + strings.Join(known, ", ")
	}
	return is, bench.UnknownName(ws.what, string(cell[:min(len(cell), 40)]), known).Error()
}

// A row is one operation of a table as it is read.
type row struct {
	*builder
	line  int
	cells [allColumns][]byte
}

// readCSV reads a table of operations.
func (b *builder) readCSV(in *bufio.Reader, size int64) error {
	t := &table{in: in, book: &b.book}
	places, others := t.header(historyColumns[:])
	if err := b.book.err(); err != nil {
		return err
	}
	if len(others) > 0 {
		b.note("columns that mean nothing here were left alone: %s", strings.Join(others, ", "))
	}
	b.hasDue, b.hasUser = places[colDue] >= 0, places[colUser] >= 0
	width := len(t.cells)
	head, _ := in.Peek(1 << 16)
	if rows := bytes.Count(head, []byte("\n")); rows > 0 {
		b.samples = make([]bench.Sample, 0, min(size, 1<<40)*int64(rows+1)/int64(len(head))*21/20)
	}
	r := row{builder: b}
	for !b.book.enough(t.line) {
		cells, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return err
		}
		r.line = t.line
		if len(cells) != width {
			b.book.add(t.line, 0, "", "%d cells, and the first row has %d", len(cells), width)
			continue
		}
		for i, place := range places {
			if place >= 0 {
				r.cells[i] = cells[place]
			}
		}
		if s, ok := r.sample(); ok {
			b.samples = append(b.samples, s)
		}
	}
	return b.book.err()
}

func (r *row) wrong(column int, format string, args ...any) bool {
	r.book.add(r.line, 0, historyColumns[column].name, format, args...)
	return false
}

// sample makes an operation of the row.
func (r *row) sample() (s bench.Sample, ok bool) {
	ok = true
	take := func(column int, why string) {
		if why != "" {
			ok = r.wrong(column, "%s", why)
		}
	}
	var why string
	s.Kind, why = kindWords.find(r.cells[colKind])
	take(colKind, why)
	s.Outcome, why = outcomeWords.find(r.cells[colOutcome])
	take(colOutcome, why)
	if s.Class = bench.Main; len(r.cells[colClass]) > 0 {
		s.Class, why = classWords.find(r.cells[colClass])
		take(colClass, why)
	}
	if object := r.cells[colObject]; len(object) > 0 {
		is, why := objectWords.find(object)
		if take(colObject, why); why == "" {
			if err := r.holds(is); err != nil {
				ok = r.wrong(colObject, "%v", err)
			}
		}
	}
	s.Session = r.sessions.number(r.cells[colSession])
	user := r.cells[colUser]
	if !r.hasUser {
		user = r.cells[colSession]
	}
	s.User = r.users.number(user)
	var few bool
	if s.Node, few = r.nodes.number(r.cells[colNode]); !few {
		ok = r.wrong(colNode, "there are more than %d nodes", len(r.nodes.list))
	}
	if size := r.cells[colSize]; len(size) > 0 {
		n, plainly := plain(size)
		if !plainly || n > 1<<32-1 {
			ok = r.wrong(colSize, "%s is no size in bytes: want a number such as 100", quote(size))
		}
		s.Size = uint32(n)
	}
	ok = r.times(&s) && ok
	if !ok { // what it did may be told in words that are not understood
		return s, false
	}
	return s, r.effect(&s)
}

// times reads when it happened.
func (r *row) times(s *bench.Sample) (ok bool) {
	ok = true
	for _, c := range []struct {
		column int
		to     *time.Duration
	}{{colDue, &s.Due}, {colSent, &s.Sent}, {colDone, &s.Done}} {
		var fine bool
		if *c.to, fine = instant(r.cells[c.column]); !fine {
			ok = r.wrong(c.column, "%s is no time: want milliseconds such as 12.345", quote(r.cells[c.column]))
		}
	}
	if !ok {
		return false
	}
	if !r.hasDue || s.Due == bench.Never {
		s.Due = s.Sent
	}
	switch {
	case s.Outcome == bench.Dropped:
		if s.Due == bench.Never {
			return r.wrong(colDue, "it is empty: want when the operation that was dropped was due")
		}
		s.Sent, s.Done = bench.Never, bench.Never
	case s.Sent == bench.Never:
		return r.wrong(colSent, "it is empty: want when the operation was sent, or the outcome dropped")
	case s.Outcome == bench.OK && s.Done == bench.Never:
		return r.wrong(colDone, "it is empty: want when the operation was answered, or the outcome unknown")
	case s.Done < s.Sent:
		return r.wrong(colDone, "%s is before sent_ms, %s: an operation is done after it was sent", r.cells[colDone], r.cells[colSent])
	case s.Due > s.Sent:
		return r.wrong(colSent, "%s is before due_ms, %s: an operation is sent when it is due or later", r.cells[colSent], r.cells[colDue])
	}
	return true
}
