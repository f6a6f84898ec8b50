package results

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"nines/bench"
)

// some are samples of every kind, outcome and class, with extreme values.
func some(n int) []bench.Sample {
	out := make([]bench.Sample, n)
	for i := range out {
		s := bench.Sample{
			Due: time.Duration(i-n/2) * 500 * time.Microsecond, Session: uint64(i % 64),
			Key: uint64(i*i) % 1000, Arg: uint64(i), Expect: uint64(i / 2), Result: uint64(i / 3),
			User: uint32(i % 100), Size: 16, Node: uint16(i % 3),
			Kind: bench.Kind(1 + i%4), Outcome: bench.Outcome(1 + i/3%4), Class: bench.Class(1 + i/12%4),
			Tries: uint8(i % 4), Hedges: uint8(i % 2),
		}
		s.Sent, s.Done = s.Due+time.Microsecond, s.Due+time.Millisecond
		if s.Outcome == bench.Dropped {
			s.Sent, s.Done = bench.Never, bench.Never
		}
		out[i] = s
	}
	if n > 0 {
		// An instant of exactly 0 is not null, and ids use all 64 bits.
		out[0] = bench.Sample{Session: math.MaxUint64, Key: math.MaxUint64, Arg: math.MaxUint64, Expect: math.MaxUint64, Result: math.MaxUint64,
			User: math.MaxUint32, Size: math.MaxUint32, Node: math.MaxUint16, Kind: bench.Read, Outcome: bench.OK, Class: bench.Main, Tries: math.MaxUint8, Hedges: math.MaxUint8}
	}
	return out
}

// record writes samples in batches of the given size.
func record(t testing.TB, path string, samples []bench.Sample, batch int) {
	t.Helper()
	w, err := CreateSamples(path)
	if err != nil {
		t.Fatal(err)
	}
	for b := range slices.Chunk(samples, batch) {
		if err := w.Record(b); err != nil {
			t.Fatal(err)
		}
	}
	if w.Count() != uint64(len(samples)) {
		t.Fatalf("counted %d of %d", w.Count(), len(samples))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestSamplesRoundTrip(t *testing.T) {
	for _, n := range []int{0, 1, rowsPerBatch, 5000, rowsPerGroup + 17} {
		path := filepath.Join(t.TempDir(), SamplesFile)
		want := some(n)
		record(t, path, want, 777)
		got, err := ReadSamples(path)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d samples came back as %d others", n, len(got))
		}
	}
}

// TestSamplesWithoutTries: a file of before operations were retried has no columns for
// it, and is read all the same; one whose columns hold something else is not.
func TestSamplesWithoutTries(t *testing.T) {
	type old struct {
		Due     int64  `parquet:"due_ns"`
		Sent    *int64 `parquet:"sent_ns,optional"`
		Done    *int64 `parquet:"done_ns,optional"`
		Session uint64 `parquet:"session"`
		User    uint32 `parquet:"user"`
		Node    uint32 `parquet:"node"`
		Class   string `parquet:"class,dict"`
		Kind    string `parquet:"kind,dict"`
		Outcome string `parquet:"outcome,dict"`
		Key     uint64 `parquet:"key"`
		Arg     uint64 `parquet:"arg"`
		Expect  uint64 `parquet:"expect"`
		Result  uint64 `parquet:"result"`
		Size    uint32 `parquet:"size"`
	}
	type other struct {
		old
		Tries string `parquet:"tries"`
	}
	schema := parquet.KeyValueMetadata(schemaKey, "1")
	row := old{Due: 1, Session: 2, Class: "main", Kind: "read", Outcome: "dropped"}
	dir := t.TempDir()
	before, foreign := filepath.Join(dir, "before"), filepath.Join(dir, "foreign")
	if err := errors.Join(parquet.WriteFile(before, []old{row}, schema), parquet.WriteFile(foreign, []other{{old: row}}, schema)); err != nil {
		t.Fatal(err)
	}
	want := []bench.Sample{{Due: 1, Sent: bench.Never, Done: bench.Never, Session: 2, Class: bench.Main, Kind: bench.Read, Outcome: bench.Dropped}}
	if got, err := ReadSamples(before); err != nil || !slices.Equal(got, want) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	if got, err := ReadSamples(foreign); err == nil || !strings.Contains(err.Error(), "column tries holds") {
		t.Errorf("%+v, %v; want an error about the column tries", got, err)
	}
}

func TestSamplesRoundTripAny(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) bench.Sample {
			instant := rapid.Int64()
			return bench.Sample{
				Due: time.Duration(instant.Draw(t, "due")), Sent: time.Duration(instant.Draw(t, "sent")), Done: time.Duration(instant.Draw(t, "done")),
				Session: rapid.Uint64().Draw(t, "session"), Key: rapid.Uint64().Draw(t, "key"), User: rapid.Uint32().Draw(t, "user"),
				Node: rapid.Uint16().Draw(t, "node"),
				Kind: bench.Kind(rapid.IntRange(1, 4).Draw(t, "kind")), Outcome: bench.Outcome(rapid.IntRange(1, 4).Draw(t, "outcome")),
				Class: bench.Class(rapid.IntRange(1, 4).Draw(t, "class")),
			}
		}), 0, 20).Draw(t, "samples")
		path := filepath.Join(dir, SamplesFile)
		w, err := CreateSamples(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(w.Record(want), w.Close()); err != nil {
			t.Fatal(err)
		}
		got, err := ReadSamples(path)
		if err != nil || !slices.Equal(got, want) {
			t.Fatalf("%v came back as %v: %v", want, got, err)
		}
	})
}

// TestSamplesInVirtualTime: a file may be begun, written and closed in virtual
// time and in real time by turns.
func TestSamplesInVirtualTime(t *testing.T) {
	want := some(3 * rowsPerGroup / 2)
	for _, real := range []bool{true, false} {
		path := filepath.Join(t.TempDir(), SamplesFile)
		var w *SampleWriter
		steps := []func() error{
			func() (err error) { w, err = CreateSamples(path); return err },
			func() error { return w.Record(want[:rowsPerGroup+1]) },
			func() error { return w.Record(want[rowsPerGroup+1:]) },
			func() error { return w.Close() },
		}
		for _, step := range steps {
			if real {
				if err := step(); err != nil {
					t.Fatal(err)
				}
			} else {
				synctest.Test(t, func(t *testing.T) {
					if err := step(); err != nil {
						t.Fatal(err)
					}
					time.Sleep(time.Second)
				})
			}
			real = !real
		}
		if got, err := ReadSamples(path); err != nil || !slices.Equal(got, want) {
			t.Errorf("%d samples: %v", len(got), err)
		}
	}
}

func TestForeignSamples(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	record(t, good, some(5000), 1000)
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	type other struct{ A int64 }
	parquetOf := func(options ...parquet.WriterOption) []byte {
		var b bytes.Buffer
		if err := parquet.Write(&b, []other{{1}}, options...); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"empty":              {nil, "not a nines samples file (foreign or truncated: too short"},
		"text":               {[]byte("trial,system\n"), "not a nines samples file (foreign"},
		"truncated":          {whole[:len(whole)-100], "not a nines samples file (truncated"},
		"with a long footer": {append([]byte("PAR1PAR1PAR1"), 255, 255, 255, 255, 'P', 'A', 'R', '1'), "its footer is longer than the file"},
		"half":               {whole[:len(whole)/2], "not a nines samples file (truncated"},
		"foreign Parquet":    {parquetOf(), "without nines.schema"},
		"of schema 99":       {parquetOf(parquet.KeyValueMetadata(schemaKey, "99")), "a samples file of schema 99; this version of nines reads schema 1"},
		"of schema x":        {parquetOf(parquet.KeyValueMetadata(schemaKey, "x")), `its schema version is "x"`},
		"without a column":   {parquetOf(parquet.KeyValueMetadata(schemaKey, "1")), "column due_ns is missing"},
		"damaged in a page":  {damage(whole), ""},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, "bad")
			if err := os.WriteFile(path, c.content, 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := ReadSamples(path)
			var format *FormatError
			if !errors.As(err, &format) || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path+": ") || got != nil {
				t.Errorf("%d samples, error %v, want …%s…", len(got), err, c.want)
			}
		})
	}
	if _, err := ReadSamples(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// damage overwrites the beginning of the first column.
func damage(b []byte) []byte {
	b = slices.Clone(b)
	for i := range 64 {
		b[20+i] = 0xff
	}
	return b
}

// FuzzReadSamples: no content makes the reader panic, or take memory that the
// file cannot account for.
func FuzzReadSamples(f *testing.F) {
	path := filepath.Join(f.TempDir(), SamplesFile)
	record(f, path, some(50), 50)
	whole, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(damage(whole))
	f.Add(whole[:len(whole)-9])
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) > 1<<16 {
			t.Skip("long")
		}
		var samples []bench.Sample
		err := parseSamples("x", bytes.NewReader(content), int64(len(content)), func(group []bench.Sample) error {
			samples = append(samples, group...)
			return nil
		})
		var format *FormatError
		if err != nil && !errors.As(err, &format) {
			t.Errorf("%d samples, error %v", len(samples), err)
		}
	})
}

// TestFullDisk: when writing fails, the writer says so from then on, and no file
// is left, under any name.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	w, err := CreateSamples(filepath.Join(dir, SamplesFile))
	if err != nil {
		t.Fatal(err)
	}
	w.out.file.tmp.Close() // as if the disk were full
	batch := some(rowsPerGroup)
	for range 10 {
		err = w.Record(batch)
	}
	if err == nil || w.Close() == nil || w.Record(nil) == nil {
		t.Error("a write to a broken file succeeded")
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestRecordAfterClose(t *testing.T) {
	path := filepath.Join(t.TempDir(), SamplesFile)
	w, err := CreateSamples(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Record(some(10)), w.Close(), w.Close()); err != nil {
		t.Fatal(err)
	}
	if err := w.Record(some(1)); !errors.Is(err, errClosed) {
		t.Errorf("recorded into a closed file: %v", err)
	}
	if got, err := ReadSamples(path); err != nil || len(got) != 10 {
		t.Errorf("%d samples, %v", len(got), err)
	}
}

func BenchmarkRecord1M(b *testing.B) {
	samples := some(1_000_000)
	dir := b.TempDir()
	b.ReportAllocs()
	for b.Loop() {
		record(b, filepath.Join(dir, SamplesFile), samples, 4096)
	}
	info, err := os.Stat(filepath.Join(dir, SamplesFile))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/1e6, "MB")
}

func BenchmarkRead1M(b *testing.B) {
	path := filepath.Join(b.TempDir(), SamplesFile)
	record(b, path, some(1_000_000), 4096)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadSamples(path); err != nil {
			b.Fatal(err)
		}
	}
}
