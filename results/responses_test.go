package results

import (
	"errors"
	"io/fs"
	"math"
	"path/filepath"
	"testing"
	"time"

	"nines/bench"
)

// latencyLog writes a log with n operations of each response time.
func latencyLog(t *testing.T, fail int, n int, times ...time.Duration) (dir string) {
	t.Helper()
	dir = t.TempDir()
	kinds := []Tagged{{Tag: "read", Fail: fail}, {Tag: "write"}}
	for i, d := range times {
		for range n {
			kinds[i%2].OK = append(kinds[i%2].OK, Timed{Due: time.Duration(i) * time.Second, Response: d})
		}
	}
	if err := WriteLatency(filepath.Join(dir, LatencyFile), time.Unix(1767323045, 0), kinds); err != nil {
		t.Fatal(err)
	}
	return dir
}

// 600 of 1 ms; 300 of 100 ms and 100 that never succeeded: together ranks 1 to
// 600 are 1 ms, 601 to 900 are 100 ms.
func TestMergeResponses(t *testing.T) {
	fast, err := ReadResponses(latencyLog(t, 0, 300, time.Millisecond, time.Millisecond), 600)
	if err != nil {
		t.Fatal(err)
	}
	slow, err := ReadResponses(latencyLog(t, 100, 100, 100*time.Millisecond, 100*time.Millisecond, 100*time.Millisecond), 400)
	if err != nil {
		t.Fatal(err)
	}
	both, err := MergeResponses([]*Responses{fast, slow})
	if err != nil || both.Due() != 1000 {
		t.Fatalf("%v operations, %v", both.Due(), err)
	}
	for rank, want := range map[uint64]time.Duration{
		1: time.Millisecond, 600: time.Millisecond, 601: 100 * time.Millisecond, 900: 100 * time.Millisecond, 901: bench.Never, 1000: bench.Never,
	} {
		if got := both.At(rank); got != want && math.Abs(float64(got)/float64(want)-1) > 0.0005 {
			t.Errorf("rank %d: %v, want %v", rank, got, want)
		}
	}
	if got := fast.At(601); got != bench.Never || fast.Due() != 600 {
		t.Errorf("merging changed what was merged: %v of %d", got, fast.Due())
	}
	if none, err := MergeResponses(nil); err != nil || none.Due() != 0 || none.At(1) != bench.Never {
		t.Errorf("of nothing: %v, %v", none, err)
	}
}

func TestReadResponsesRefuses(t *testing.T) {
	if _, err := ReadResponses(t.TempDir(), 1); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no log: %v", err)
	}
	var format *FormatError
	if _, err := ReadResponses(latencyLog(t, 0, 5, time.Millisecond), 4); !errors.As(err, &format) {
		t.Errorf("more operations than were due: %v", err)
	}
}
