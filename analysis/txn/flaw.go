package txn

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// The names of the anomalies. Those of cycles end in -process or -realtime if
// they need the order of a session or of real time.
const (
	LostAppend   = "lost-append"        // an acknowledged element is not there in the end
	Garbage      = "garbage"            // a read of what nobody wrote
	Duplicate    = "duplicate"          // an element that was appended once is there twice
	AbortedRead  = "G1a"                // a read of what a transaction without effect wrote
	Internal     = "internal"           // a transaction contradicts itself
	Intermediate = "G1b"                // a read of what its writer wrote over
	Incompatible = "incompatible-order" // two reads of a list, neither of which is a prefix of the other
	LostUpdate   = "lost-update"        // two transactions replaced the same version
	DirtyWrite   = "G0"                 // a cycle of ww
	Circular     = "G1c"                // a cycle of ww and wr
	ReadSkew     = "G-single"           // a cycle with one rw
	WriteSkew    = "G2-item"            // a cycle with several rw
)

// Suffixes of the names of cycles.
const (
	ofProcess  = "-process"
	ofRealTime = "-realtime"
)

// gloss says what a name means, and its place says how plain an anomaly it is.
var gloss = []struct{ name, means string }{
	{SplitFate, "both committed and aborted"},
	{WrongTotal, "money was made or lost"},
	{Overdrawn, "an account below zero"},
	{LostMoney, "a transfer was lost"},
	{LostAppend, "an acknowledged append is gone"},
	{Garbage, "a read of what nobody wrote"},
	{Duplicate, "an element that is there twice"},
	{AbortedRead, "a read of an aborted write"},
	{Internal, "a transaction at odds with itself"},
	{Intermediate, "a read of an intermediate version"},
	{Incompatible, "two orders of one list"},
	{LostUpdate, "lost update"},
	{DirtyWrite, "writes in a circle"},
	{Circular, "information flows in a circle"},
	{ReadSkew, "a read that missed a write"},
	{WriteSkew, "reads that missed each other's writes"},
}

func baseName(name string) string {
	return strings.TrimSuffix(strings.TrimSuffix(name, ofProcess), ofRealTime)
}

func rank(name string) int {
	for i, g := range gloss {
		if g.name == baseName(name) {
			return i
		}
	}
	return len(gloss)
}

func meaning(name string) string {
	text := gloss[rank(name)].means
	switch {
	case strings.HasSuffix(name, ofProcess):
		text += ", against the order of a session"
	case strings.HasSuffix(name, ofRealTime):
		text += ", against real time"
	}
	return text
}

// report adds an anomaly, or counts one more of its name. Only the first is told.
func (h *history) report(name string, tell func(*teller) (why string)) {
	for i := range h.anomalies {
		if h.anomalies[i].Name == name {
			h.anomalies[i].Count++
			return
		}
	}
	t := h.teller()
	why := tell(t)
	a := Anomaly{Name: name, Why: fmt.Sprintf("%s (%s): %s", name, meaning(name), why), Count: 1}
	a.Picture, a.Bad = t.picture()
	h.anomalies = append(h.anomalies, a)
	slices.SortStableFunc(h.anomalies, func(a, b Anomaly) int { return cmp.Compare(rank(a.Name), rank(b.Name)) })
}

func (h *history) garbage(reader, k int32, value uint64) {
	h.report(Garbage, func(t *teller) string {
		name := h.keys[k].name
		t.about(k)
		why := fmt.Sprintf("%s read %d in key %d, which nobody wrote there", t.tell(reader), value, name)
		for w := range h.written {
			if x := &h.written[w]; h.writtenC.pairs[w].b == value {
				t.about(x.key)
				t.link(x.op, reader, k, "?", fmt.Sprint(value), "")
				return why + fmt.Sprintf(", although %s wrote it to key %d", t.tell(x.op), h.keys[x.key].name)
			}
		}
		return why
	})
}

func (h *history) duplicate(reader, w int32) {
	h.report(Duplicate, func(t *teller) string {
		x := &h.written[w]
		t.about(x.key)
		t.link(x.op, reader, x.key, wr.String(), fmt.Sprintf("%d, twice", h.value(w)), "")
		return fmt.Sprintf("%s read %d twice in key %d, but %s appended it once", t.tell(reader), h.value(w), h.keys[x.key].name, t.tell(x.op))
	})
}

func (h *history) aborted(reader, w int32) {
	h.report(AbortedRead, func(t *teller) string {
		x := &h.written[w]
		t.about(x.key)
		t.link(x.op, reader, x.key, wr.String(), fmt.Sprintf("key %d: %d", h.keys[x.key].name, h.value(w)), "")
		return fmt.Sprintf("%s read %d in key %d, which %s wrote; but that was rejected, and so had no effect",
			t.tell(reader), h.value(w), h.keys[x.key].name, t.tell(x.op))
	})
}

func (h *history) intermediate(reader, w int32) {
	h.report(Intermediate, func(t *teller) string {
		x := &h.written[w]
		t.about(x.key)
		t.link(x.op, reader, x.key, wr.String(), fmt.Sprintf("key %d: %d", h.keys[x.key].name, h.value(w)), "")
		return fmt.Sprintf("%s found %d in key %d as the last, but %s wrote there again after it",
			t.tell(reader), h.value(w), h.keys[x.key].name, t.tell(x.op))
	})
}

func (h *history) internalList(n, k int32, list []uint64) {
	h.report(Internal, func(t *teller) string {
		t.about(k)
		return fmt.Sprintf("%s read %s in key %d, which does not fit what it had done there before", t.tell(n), listed(list), h.keys[k].name)
	})
}

func (h *history) internalRegister(n, k int32, value uint64) {
	h.report(Internal, func(t *teller) string {
		t.about(k)
		return fmt.Sprintf("%s found %d in key %d, which does not fit what it did there", t.tell(n), value, h.keys[k].name)
	})
}

func (h *history) incompatible(r *listRead, at int) {
	h.report(Incompatible, func(t *teller) string {
		key := &h.keys[r.key]
		t.about(r.key)
		return fmt.Sprintf("key %d: %s read %s, and %s read %s: they differ from place %d on, although elements are only ever appended",
			key.name, t.tell(r.op), listed(r.list), t.tell(key.by), listed(key.longest), at+1)
	})
}

func (h *history) lostListUpdate(a, b int32, r *listRead) {
	h.report(LostUpdate, func(t *teller) string {
		t.about(r.key)
		return fmt.Sprintf("key %d: %s and %s both found %s before they appended to it: one of them must have missed the other",
			h.keys[r.key].name, t.tell(a), t.tell(b), listed(r.list[:r.version]))
	})
}

func (h *history) lostRegisterUpdate(a, b, k int32, value uint64) {
	h.report(LostUpdate, func(t *teller) string {
		t.about(k)
		return fmt.Sprintf("key %d: %s and %s both found %d and replaced it: one of them must have missed the other",
			h.keys[k].name, t.tell(a), t.tell(b), value)
	})
}

// cycle tells of one. It begins with what was missed, and ends with why it
// should not have been.
func (h *history) cycle(steps []link) {
	h.report(nameOf(steps), func(t *teller) string {
		first := 0
		for i, l := range steps {
			if l.kind == rw {
				first = i
				break
			}
		}
		steps := slices.Concat(steps[first:], steps[:first])
		var says []string
		var ops []int32
		for _, l := range steps {
			ops = append(ops, l.from)
		}
		slices.Sort(ops)
		for _, n := range ops {
			t.name(n) // in the order of time
		}
		for _, l := range steps {
			why, label := t.step(l)
			says = append(says, why)
			t.link(l.from, l.to, l.key, l.kind.String(), label, t.briefly(l))
		}
		if len(says) == 2 {
			return says[0] + ", although " + says[1]
		}
		return strings.Join(says, "; ") + "; so each of them would have to come before itself"
	})
}

// nameOf classifies a cycle by its links, as Adya does (PhD thesis, MIT, 1999).
func nameOf(steps []link) string {
	var has kinds
	missed := 0
	for _, l := range steps {
		has |= l.kind
		if l.kind == rw {
			missed++
		}
	}
	name := DirtyWrite
	switch {
	case missed > 1:
		name = WriteSkew
	case missed == 1:
		name = ReadSkew
	case has&wr != 0:
		name = Circular
	}
	switch {
	case has&realTime != 0:
		name += ofRealTime
	case has&process != 0:
		name += ofProcess
	}
	return name
}

// value is what element or value w is.
func (h *history) value(w int32) uint64 { return h.writtenC.pairs[w].b }
