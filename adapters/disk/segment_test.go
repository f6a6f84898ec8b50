package disk

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// segmentOf is a segment with records of the given sizes, and where each begins;
// the last offset is the end.
func segmentOf(sizes ...int) (b []byte, recs []Record, at []int) {
	b = appendSegmentHeader(nil, 1, 1)
	for i, n := range sizes {
		at = append(at, len(b))
		recs = append(recs, Record{Kind: byte(i), Index: uint64(i), Data: bytes.Repeat([]byte{0xa5}, n)})
		b = appendRecord(b, recs[i])
	}
	return b, recs, append(at, len(b))
}

// onDisk is a disk whose only segment is b.
func onDisk(t *testing.T, b []byte) *Disk {
	t.Helper()
	cfg := Config{Dir: t.TempDir()}
	do(t, os.WriteFile(filepath.Join(cfg.Dir, segmentName(1)), b, 0o644))
	return newTestDisk(t, cfg)
}

// The bytes were worked out by another program.
func TestFormat(t *testing.T) {
	b := appendSegmentHeader(nil, 1, 2)
	b = appendRecord(b, Record{Kind: 3, Index: 4, Data: []byte("five")})
	want := "6e696e65736f6731010000000000000002000000000000008ee20be7" + // magic, number, oldest, checksum
		"9b22e3e30400000003040000000000000064c731c966697665" // checksum, length, kind, index, checksum, data
	if got := fmt.Sprintf("%x", b); got != want {
		t.Errorf("a segment is\n%s, want\n%s", got, want)
	}
}

// Wherever the last segment is cut off, the whole records before it survive, and
// the log goes on from there.
func TestTornTail(t *testing.T) {
	b, recs, at := segmentOf(0, 3, 40)
	for cut := segmentHeader; cut <= len(b); cut++ {
		whole := 0
		for whole < len(recs) && at[whole+1] <= cut {
			whole++
		}
		d := onDisk(t, b[:cut])
		s := open(t, d)
		if got := replay(t, s); !equal(got, recs[:whole]) {
			t.Fatalf("cut at %d: replayed %v, want %d records", cut, got, whole)
		}
		do(t, s.Append(rec(9)))
		do(t, s.Sync())
		do(t, d.Crash())
		if got, want := replay(t, open(t, d)), append(slices.Clone(recs[:whole]), rec(9)); !equal(got, want) {
			t.Fatalf("cut at %d: after going on %v, want %v", cut, got, want)
		}
		do(t, d.Close())
	}
}

// A file that has its length but not its last sectors ends in zeros.
func TestTailOfZeros(t *testing.T) {
	b, recs, at := segmentOf(700, 2000, 1500, 40)
	for sector := 0; sector < len(b); sector += 512 {
		torn := slices.Clone(b)
		clear(torn[sector:])
		if sector == 0 {
			continue // the header was durable before the first record was written
		}
		whole := 0
		for whole < len(recs) && at[whole+1] <= sector {
			whole++
		}
		if got := replay(t, open(t, onDisk(t, torn))); !equal(got, recs[:whole]) {
			t.Errorf("zeros from byte %d: replayed %d records, want %d", sector, len(got), whole)
		}
	}
	if got := replay(t, open(t, onDisk(t, append(slices.Clone(b), make([]byte, 5000)...)))); !equal(got, recs) {
		t.Errorf("zeros behind the last record: replayed %d records, want %d", len(got), len(recs))
	}
}

// A changed bit is found, wherever it is. Only in the data of the last record it
// looks like a write that did not come to its end.
func TestDamage(t *testing.T) {
	b, recs, at := segmentOf(10, 600, 10)
	last := at[2] + recordHeader
	for i := range b {
		damaged := slices.Clone(b)
		damaged[i] ^= 1 << (i % 8)
		d := onDisk(t, damaged)
		s, err := d.Open()
		if i >= last {
			if err != nil {
				t.Fatalf("bit changed in byte %d: %v", i, err)
			}
			if got := replay(t, s); !equal(got, recs[:2]) {
				t.Fatalf("bit changed in byte %d: replayed %v", i, got)
			}
			do(t, d.Close())
			continue
		}
		begins := 0 // of what is damaged
		for _, a := range at {
			if a <= i {
				begins = a
			}
		}
		if want := fmt.Sprintf("disk: opening a store: 0000000000000001.log: offset %d: ", begins); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Fatalf("bit changed in byte %d: %v, want %s…", i, err, want)
		}
	}
}

// What may be torn in the last segment is damage in another, and a segment or
// the log cannot go missing.
func TestDamageAcrossSegments(t *testing.T) {
	for name, tc := range map[string]struct {
		hurt func(dir string) error
		want string
	}{
		"cut off": {
			func(dir string) error { return os.Truncate(filepath.Join(dir, segmentName(2)), 40) },
			"0000000000000002.log: offset 28: the record is cut off, and this is not the last segment",
		},
		"removed": {
			func(dir string) error { return os.Remove(filepath.Join(dir, segmentName(2))) },
			"0000000000000002.log is missing",
		},
		"removed first": {
			func(dir string) error { return os.Remove(filepath.Join(dir, segmentName(1))) },
			"0000000000000001.log is missing",
		},
		"empty": {
			func(dir string) error { return os.Truncate(filepath.Join(dir, segmentName(3)), 0) },
			"0000000000000003.log: offset 0: 0 bytes are too few for the header of a segment",
		},
		"renamed": {
			func(dir string) error {
				return os.Rename(filepath.Join(dir, segmentName(1)), filepath.Join(dir, segmentName(2)))
			},
			"0000000000000001.log is missing",
		},
		"swapped": {
			func(dir string) error {
				b, err := os.ReadFile(filepath.Join(dir, segmentName(1)))
				if err != nil {
					return err
				}
				return os.WriteFile(filepath.Join(dir, segmentName(2)), b, 0o644)
			},
			"0000000000000002.log: offset 8: the segment's number is 1, want 2",
		},
		"foreign name": {
			func(dir string) error { return os.WriteFile(filepath.Join(dir, "1.log"), nil, 0o644) },
			"1.log is no name of a segment",
		},
		"log removed": {
			func(dir string) error { _, err := removeAll(dir, "*.log"); return err },
			"there is snapshot and no segment: the log is missing",
		},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := Config{Dir: t.TempDir(), SegmentBytes: 1}
			d := newTestDisk(t, cfg)
			defer d.Close()
			s := open(t, d)
			for i := uint64(1); i < 3; i++ {
				do(t, s.Append(rec(i)))
				do(t, s.Sync()) // fills its segment
			}
			do(t, s.SaveSnapshot(1, nil))
			do(t, s.Close())
			do(t, tc.hurt(cfg.Dir))
			for range 2 { // the second time is no better
				if _, err := d.Open(); err == nil || err.Error() != "disk: opening a store: "+tc.want {
					t.Errorf("error %v, want %s", err, tc.want)
				}
			}
		})
	}
}

func removeAll(dir, pattern string) (n int, err error) {
	names, err := filepath.Glob(filepath.Join(dir, pattern))
	for _, name := range names {
		if err := os.Remove(name); err != nil {
			return n, err
		}
		n++
	}
	return n, err
}

func TestDamagedSnapshotIsFound(t *testing.T) {
	cfg := Config{Dir: t.TempDir()}
	d := newTestDisk(t, cfg)
	defer d.Close()
	s := open(t, d)
	do(t, s.SaveSnapshot(7, []byte("state")))
	name := filepath.Join(cfg.Dir, snapshotName)
	b, err := os.ReadFile(name)
	do(t, err)
	for i := range b {
		damaged := slices.Clone(b)
		damaged[i] ^= 1 << (i % 8)
		do(t, os.WriteFile(name, damaged, 0o644))
		if _, _, err := s.Snapshot(); err == nil {
			t.Errorf("bit changed in byte %d: no error", i)
		}
		do(t, os.WriteFile(name, b[:i], 0o644))
		if _, _, err := s.Snapshot(); err == nil {
			t.Errorf("cut at byte %d: no error", i)
		}
	}
}

// Whatever the bytes, scanning them ends, and what it accepts is what would be
// written.
func FuzzScan(f *testing.F) {
	b, _, _ := segmentOf(0, 10, 600)
	f.Add(b)
	f.Add(b[:300])
	f.Fuzz(func(t *testing.T, b []byte) {
		number, oldest, err := parseSegmentHeader(b)
		if err != nil {
			return
		}
		again := appendSegmentHeader(nil, number, oldest)
		end, err := scan(b, func(r Record) error { again = appendRecord(again, r); return nil })
		if end > len(b) || !bytes.Equal(again, b[:end]) {
			t.Errorf("read %x up to %d (%v), would write %x", b, end, err, again)
		}
	})
}

// FuzzRecords puts the header's checksums right, so that the fuzzer gets past
// them.
func FuzzRecords(f *testing.F) {
	f.Add(byte(1), uint64(2), []byte("data"), []byte("rest"))
	f.Fuzz(func(t *testing.T, kind byte, index uint64, data, rest []byte) {
		want := Record{Kind: kind, Index: index, Data: data}
		b := append(appendRecord(nil, want), rest...)
		r, size, err := parseRecord(b)
		if err != nil || size != recordHeader+len(data) || !equal([]Record{r}, []Record{want}) {
			t.Errorf("%+v became %+v, %d bytes, %v", want, r, size, err)
		}
		binary.LittleEndian.PutUint32(b[4:], binary.LittleEndian.Uint32(b[4:])+1) // a wrong length is not believed
		if _, _, err := parseRecord(b); err == nil || err == errTorn {
			t.Errorf("a damaged length: %v", err)
		}
	})
}
