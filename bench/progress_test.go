package bench

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestProgress(t *testing.T) {
	var p Progress
	sample := func(class Class, o Outcome, response time.Duration) Sample {
		return Sample{Class: class, Outcome: o, Due: time.Second, Done: time.Second + response}
	}
	var batch []Sample
	for i := range 100 {
		batch = append(batch, sample(Main, OK, time.Duration(i+1)*time.Millisecond))
	}
	batch = append(batch, sample(Probe, OK, time.Hour), sample(Main, Rejected, 0), sample(Main, Unknown, 0), sample(Main, Dropped, 0))
	if err := p.Record(batch); err != nil {
		t.Fatal(err)
	}
	n := p.Now()
	if n.Due != 103 || n.OK != 100 || n.Failed != 2 || n.Dropped != 1 {
		t.Errorf("%+v", n)
	}
	near := func(got, want time.Duration) bool { return math.Abs(float64(got-want)) <= float64(want)/16 }
	if !near(n.P50, 50*time.Millisecond) || !near(n.P99, 99*time.Millisecond) {
		t.Errorf("p50 %v and p99 %v of 1 … 100 ms", n.P50, n.P99)
	}
	if n := p.Now(); n.OK != 100 || n.P50 != 0 || n.P99 != 0 {
		t.Errorf("the latency since the last call: %+v", n)
	}
}

// The middle of a latency's bucket is within a sixteenth of it.
func TestBuckets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(0, math.MaxInt64).Draw(t, "ns") >> rapid.IntRange(0, 62).Draw(t, "shift"))
		if m := middle(bucket(d)); math.Abs(float64(m-d)) > float64(d)/16+0.5 {
			t.Fatalf("%d ns is in bucket %d, whose middle is %d ns", d, bucket(d), m)
		}
	})
	if bucket(math.MaxInt64) >= len(Progress{}.latency) || bucket(-1) != 0 {
		t.Errorf("out of range: %d and %d", bucket(math.MaxInt64), bucket(-1))
	}
}

type recorder func([]Sample) error

func (r recorder) Record(b []Sample) error { return r(b) }

func TestTee(t *testing.T) {
	var got []string
	fails := errors.New("fails")
	to := func(name string, err error) Recorder {
		return recorder(func([]Sample) error { got = append(got, name); return err })
	}
	if err := Tee(to("a", nil), to("b", nil)).Record(nil); err != nil || strings.Join(got, "") != "ab" {
		t.Errorf("%v, %v", got, err)
	}
	got = nil
	if err := Tee(to("a", fails), to("b", nil)).Record(nil); err != fails || strings.Join(got, "") != "a" {
		t.Errorf("%v, %v", got, err)
	}
}

func TestNearest(t *testing.T) {
	known := []string{"ycsb-a", "ycsb-b", "register", "round-robin"}
	for name, want := range map[string]string{
		"ycsb-c": "ycsb-a", "YCSB-B": "ycsb-b", "regsiter": "register", "roundrobin": "round-robin",
		"": "", "x": "", "tpcc": "", "registers": "register",
	} {
		if got := Nearest(name, known); got != want {
			t.Errorf("nearest to %q is %q, want %q", name, got, want)
		}
	}
	if d := edits("kitten", "sitting"); d != 3 {
		t.Errorf("kitten to sitting: %d edits, want 3", d)
	}
	if d := edits("", "abc") + edits("abc", ""); d != 6 {
		t.Errorf("%d edits, want 6", d)
	}
}
