package disk

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"nines/chaos"
)

// media are what a disk can be made of. Both must behave the same.
func media(t *testing.T, segment int64) map[string]Config {
	return map[string]Config{"memory": {SegmentBytes: segment}, "files": {Dir: t.TempDir(), SegmentBytes: segment}}
}

// A disk that fails stops its store at whatever it is asked to change, and when it
// is well again holds what it held.
func TestFail(t *testing.T) {
	for name, call := range map[string]func(*Store) error{
		"sync":     func(s *Store) error { return errors.Join(s.Append(rec(2)), s.Sync()) },
		"append":   func(s *Store) error { return s.Append(Record{Index: 2, Data: make([]byte, bufferBytes)}) },
		"compact":  func(s *Store) error { return s.Compact(1) },
		"snapshot": func(s *Store) error { return s.SaveSnapshot(1, []byte("state")) },
	} {
		for medium, cfg := range media(t, 0) {
			t.Run(name+" "+medium, func(t *testing.T) {
				d := newTestDisk(t, cfg)
				defer d.Close()
				s := open(t, d)
				do(t, s.Append(rec(1)))
				do(t, s.Sync())
				heal := d.Hurt(chaos.DiskFault{Fail: true})
				if err := call(s); !errors.Is(err, syscall.EIO) {
					t.Errorf("%v, want an input/output error", err)
				}
				if err := s.Append(rec(3)); !errors.Is(err, syscall.EIO) {
					t.Errorf("after the error: %v", err)
				}
				do(t, d.Crash())
				if _, err := d.Open(); !errors.Is(err, syscall.EIO) {
					t.Errorf("opened although nothing works: %v", err)
				}
				if harm := heal(); harm.Failed != 2 || harm.Torn+harm.Syncs != 0 {
					t.Errorf("harm %+v, want 2 failed operations", harm)
				}
				s = open(t, d)
				if got := replay(t, s); !equal(got, []Record{rec(1)}) {
					t.Errorf("survived: %v", got)
				}
				if i, _, err := s.Snapshot(); i != 0 || err != nil {
					t.Errorf("snapshot %d, %v", i, err)
				}
				do(t, s.Append(rec(2)))
				do(t, s.Sync())
			})
		}
	}
}

// A full disk takes what fits, forces that, and stops its store at the first write
// that does not. What is read of it are the whole records.
func TestFull(t *testing.T) {
	size := len(appendRecord(nil, rec(1)))
	for medium, cfg := range media(t, 0) {
		t.Run(medium, func(t *testing.T) {
			d := newTestDisk(t, cfg)
			defer d.Close()
			s := open(t, d)
			heal := d.Hurt(chaos.DiskFault{Full: true, Room: int64(2*size + size/2)})
			for i := range uint64(2) {
				do(t, s.Append(rec(i+1)))
				do(t, s.Sync())
			}
			do(t, s.Append(rec(3)))
			if err := s.Sync(); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("%v, want no space left", err)
			}
			do(t, d.Crash())
			s = open(t, d) // a full disk can be opened
			if got := replay(t, s); !equal(got, []Record{rec(1), rec(2)}) {
				t.Errorf("survived: %v", got)
			}
			do(t, s.Append(rec(3)))
			if err := s.Sync(); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("%v, want no space left", err)
			}
			if harm := heal(); harm != (chaos.DiskHarm{Failed: 2}) {
				t.Errorf("harm %+v", harm)
			}
			do(t, d.Crash())
			s = open(t, d)
			do(t, s.Append(rec(3)))
			do(t, s.Sync())
			if got := replay(t, s); !equal(got, []Record{rec(1), rec(2), rec(3)}) {
				t.Errorf("in the end: %v", got)
			}
		})
	}
}

// tear has some records forced and some not, and the power fails in the midst of
// their forced write or by a kill. It returns what is recovered, and the harm.
func tear(t *rapid.T, cfg Config, forced, tail []Record, seed uint64, killed bool) ([]Record, chaos.DiskHarm) {
	d := newTestDisk(t, cfg)
	defer d.Close()
	s := open(t, d)
	do(t, s.Append(forced...))
	do(t, s.Sync())
	heal := d.Hurt(chaos.DiskFault{Tear: seed})
	do(t, s.Append(tail...))
	if killed {
		do(t, s.Replay(func(Record) error { return nil })) // which writes, and does not force
	} else if err := s.Sync(); len(tail) > 0 && !errors.Is(err, ErrPower) {
		t.Fatalf("a forced write in which the power fails: %v", err)
	}
	do(t, d.Crash())
	harm := heal()
	s = open(t, d)
	got := replay(t, s)
	do(t, s.Append(rec(99)))
	do(t, s.Sync())
	do(t, d.Crash())
	if again := replay(t, open(t, d)); !equal(again, append(slices.Clone(got), rec(99))) {
		t.Fatalf("after going on: %v, want %v and one more", again, got)
	}
	return got, harm
}

// Whatever a power cut leaves of a write, the log opens with all that was forced,
// then a part of what was not, in order, and nothing that was never written. Both
// media are left the same.
func TestTorn(t *testing.T) {
	n := 0
	fewer, some := 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		draw := rapid.Custom(func(t *rapid.T) Record {
			fill := rapid.SampledFrom([]byte{0, 0xa5}).Draw(t, "fill")
			return Record{Kind: 1, Index: 7, Data: bytes.Repeat([]byte{fill}, rapid.SampledFrom([]int{0, 1, 30, 600, 1500}).Draw(t, "size"))}
		})
		forced := rapid.SliceOfN(draw, 0, 3).Draw(rt, "forced")
		tail := rapid.SliceOfN(draw, 0, 4).Draw(rt, "tail")
		seed, killed := rapid.Uint64Min(1).Draw(rt, "seed"), rapid.Bool().Draw(rt, "killed")
		n++
		got, harm := tear(rt, Config{}, forced, tail, seed, killed)
		onFiles, same := tear(rt, Config{Dir: fmt.Sprintf("%s/%d", t.TempDir(), n)}, forced, tail, seed, killed)
		if !equal(got, onFiles) || harm != same {
			rt.Fatalf("memory has %d records, %+v; files %d, %+v", len(got), harm, len(onFiles), same)
		}
		all := slices.Concat(forced, tail)
		if len(got) < len(forced) || len(got) > len(all) || !equal(got, all[:len(got)]) {
			rt.Fatalf("of %d forced and %d other records %d are left: %v", len(forced), len(tail), len(got), got)
		}
		if written := len(tail) > 0; written != (harm.Torn > 0) || harm.Kept > harm.Torn || (harm.Failed > 0) != (written && !killed) {
			rt.Fatalf("harm %+v", harm)
		}
		if len(got) > len(forced) {
			some++
		}
		if len(got) < len(all) {
			fewer++
		}
	})
	if fewer == 0 || some == 0 {
		t.Errorf("records were lost %d times and kept %d times: want both", fewer, some)
	}
}

// A power cut happens once, whether in a write or by a kill.
func TestTearsOnce(t *testing.T) {
	for seed := range uint64(20) {
		for _, killed := range []bool{false, true} {
			d := newTestDisk(t, Config{})
			s := open(t, d)
			heal := d.Hurt(chaos.DiskFault{Tear: seed + 1})
			do(t, s.Append(rec(1)))
			if killed {
				do(t, s.Replay(func(Record) error { return nil }))
			} else if err := s.Sync(); !errors.Is(err, ErrPower) {
				t.Errorf("%v, want that the power failed", err)
			}
			do(t, d.Crash())
			s = open(t, d)
			do(t, s.Append(rec(2)))
			do(t, s.Sync())
			before := replay(t, s)
			do(t, s.Append(rec(3)))
			do(t, s.Replay(func(Record) error { return nil }))
			do(t, d.Crash())
			s = open(t, d)
			if after := replay(t, s); !equal(before, after) {
				t.Errorf("after a second kill %v, want %v", after, before)
			}
			harm := heal()
			if again := heal(); harm != again || harm.Torn != uint64(len(appendRecord(nil, rec(1)))) {
				t.Errorf("harm %+v, then %+v", harm, again)
			}
			do(t, d.Close())
		}
	}
}
