package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// registersCSV writes a legal history of n operations as CSV: 30 sessions at three
// nodes, one at a time, half of them reads, on a thousand registers.
func registersCSV(b *testing.B, path string, n int) {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "session,node,kind,key,arg,result,outcome,due_ms,sent_ms,done_ms")
	r := rand.New(rand.NewPCG(1, 2))
	holds := make([]int, 1000)
	for i := range n {
		session, key := i%30, r.IntN(len(holds))
		due := 0.4 * float64(i)
		sent, done := due+0.02, due+0.1+0.2*r.Float64()
		if i%2 == 0 {
			holds[key] = i + 1
			fmt.Fprintf(w, "%d,n%d,write,k%d,%d,,ok,%.3f,%.3f,%.3f\n", session, session%3+1, key, i+1, due, sent, done)
			continue
		}
		value := ""
		if holds[key] > 0 {
			value = fmt.Sprint(holds[key])
		}
		fmt.Fprintf(w, "%d,n%d,read,k%d,,%s,ok,%.3f,%.3f,%.3f\n", session, session%3+1, key, value, due, sent, done)
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
}

// BenchmarkAnalyzeCSV1M is the whole of nines analyze on a million rows, from the
// file to the JSON. The memory is what the process has had from the system at most.
func BenchmarkAnalyzeCSV1M(b *testing.B) {
	path := filepath.Join(b.TempDir(), "history.csv")
	registersCSV(b, path, 1_000_000)
	b.ReportAllocs()
	for b.Loop() {
		if code := execute(b.Context(), []string{"analyze", path}, terminal{in: nil, out: io.Discard, err: io.Discard}); code != exitFine {
			b.Fatalf("exit code %d", code)
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/1e6, "peak-MB")
}
