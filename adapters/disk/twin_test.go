package disk

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// twin is a disk as one would write it down: segments of records, of which the
// first durable ones survive.
type twin struct {
	limit    int
	segments [][]Record
	durable  int // records of the last segment that are; all of the others are
	size     int // of the last segment
	index    uint64
	data     []byte
}

func newTwin(limit int) *twin {
	return &twin{limit: limit, segments: [][]Record{nil}, size: segmentHeader}
}

func (w *twin) last() *[]Record { return &w.segments[len(w.segments)-1] }

func (w *twin) append(recs ...Record) {
	for _, r := range recs {
		*w.last() = append(*w.last(), r)
		w.size += recordHeader + len(r.Data)
	}
}

func (w *twin) start(head ...Record) {
	w.segments = append(w.segments, nil)
	w.size = segmentHeader
	w.append(head...)
	w.durable = len(head)
}

func (w *twin) sync() {
	if w.durable == len(*w.last()) {
		return // there is nothing to do, not even to start a segment
	}
	w.durable = len(*w.last())
	if w.size >= w.limit {
		w.start()
	}
}

func (w *twin) compact(index uint64, head ...Record) {
	w.start(head...)
	for len(w.segments) > 1 {
		for _, r := range w.segments[0] {
			if r.Index > index {
				return
			}
		}
		w.segments = w.segments[1:]
	}
}

func (w *twin) crash() {
	*w.last() = (*w.last())[:w.durable]
	w.size = segmentHeader
	for _, r := range *w.last() {
		w.size += recordHeader + len(r.Data)
	}
}

func (w *twin) all() []Record {
	var all []Record
	for _, s := range w.segments {
		all = append(all, s...)
	}
	return all
}

// Crashes at random points lose exactly what was not synced, and compaction
// drops exactly the segments that it may.
func TestAgainstTwin(t *testing.T) {
	t.Run("memory", rapid.MakeCheck(func(t *rapid.T) { againstTwin(t, "", 60) }))
	t.Run("files", func(t *testing.T) {
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			againstTwin(rt, fmt.Sprintf("%s/%d", t.TempDir(), n), 12)
		})
	})
}

func againstTwin(t *rapid.T, dir string, steps int) {
	const limit = 150
	d := newTestDisk(t, Config{Dir: dir, SegmentBytes: limit})
	defer d.Close()
	s, w := open(t, d), newTwin(limit)
	next := uint64(1)
	draw := func() Record {
		r := Record{Kind: rapid.Byte().Draw(t, "kind"), Data: rapid.SliceOfN(rapid.Byte(), 0, 30).Draw(t, "data")}
		if rapid.IntRange(0, 3).Draw(t, "indexed") > 0 {
			r.Index = next
			next++
		}
		if next > 3 && rapid.IntRange(0, 9).Draw(t, "rewrite") == 0 {
			next -= 2 // as a new leader does
		}
		return r
	}
	for range rapid.IntRange(1, steps).Draw(t, "steps") {
		switch rapid.SampledFrom([]string{"append", "append", "append", "sync", "sync", "snapshot", "compact", "crash", "close"}).Draw(t, "step") {
		case "append":
			recs := make([]Record, rapid.IntRange(0, 3).Draw(t, "records"))
			for i := range recs {
				recs[i] = draw()
			}
			do(t, s.Append(recs...))
			w.append(recs...)
		case "sync":
			do(t, s.Sync())
			w.sync()
		case "snapshot":
			w.index, w.data = next, rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "snapshot")
			do(t, s.SaveSnapshot(w.index, w.data))
		case "compact":
			index := rapid.Uint64Range(0, next).Draw(t, "index")
			head := Record{Kind: 255, Index: rapid.Uint64Range(0, next).Draw(t, "head"), Data: []byte("hard state")}
			do(t, s.Compact(index, head))
			w.compact(index, head)
		case "crash":
			do(t, d.Crash())
			w.crash()
			s = open(t, d)
		case "close":
			do(t, s.Close())
			w.sync()
			s = open(t, d)
		}
		if i, data, err := s.Snapshot(); i != w.index || !bytes.Equal(data, w.data) || err != nil {
			t.Fatalf("snapshot %d of %d bytes, %v; want %d of %d", i, len(data), err, w.index, len(w.data))
		}
	}
	if got, want := len(s.segments), len(w.segments); got != want {
		t.Fatalf("%d segments, want %d", got, want)
	}
	if got, want := replay(t, s), w.all(); !equal(got, want) {
		t.Fatalf("before the last crash\n%v, want\n%v", got, want)
	}
	do(t, d.Crash())
	w.crash()
	s = open(t, d)
	if got, want := replay(t, s), w.all(); !equal(got, want) {
		t.Fatalf("after the last crash\n%v, want\n%v", got, want)
	}
}
