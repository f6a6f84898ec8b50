package results

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/parquet-go/parquet-go"
	"pgregory.net/rapid"

	"nines/bench"
)

// someTxns are transactions of 1 to 8 micro-operations of every kind; every
// third got no reply.
func someTxns(n int) []bench.TxnRecord {
	kinds := []bench.Kind{bench.Read, bench.Write, bench.CAS, bench.Append, bench.List, bench.Add}
	out := make([]bench.TxnRecord, n)
	for i := range out {
		r := bench.TxnRecord{ID: uint64(i + 1), Txn: &bench.Txn{}}
		if i%3 > 0 {
			r.Reply = &bench.TxnReply{}
		}
		for pos := range 1 + i%8 {
			m := bench.Micro{Kind: kinds[(i+pos)%len(kinds)], Key: uint64(pos), Arg: uint64(i), Expect: uint64(i / 2)}
			f := bench.Found{Value: uint64(i * pos)}
			if m.Kind == bench.List {
				f.Value = 0
				for e := range i % 5 {
					f.List = append(f.List, uint64(e+i))
				}
			}
			if m.Kind == bench.Add {
				m.Arg = -uint64(i) // a negative number
			}
			r.Txn.Micros = append(r.Txn.Micros, m)
			if r.Reply != nil {
				r.Reply.Found = append(r.Reply.Found, f)
			}
		}
		out[i] = r
	}
	return out
}

func recordTxns(t testing.TB, path string, txns []bench.TxnRecord) {
	t.Helper()
	w, err := CreateTxns(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range txns {
		if err := w.RecordTxn(r); err != nil {
			t.Fatal(err)
		}
	}
	if w.Count() != uint64(len(txns)) {
		t.Fatalf("counted %d of %d", w.Count(), len(txns))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func readTxns(path string) (txns []bench.TxnRecord, err error) {
	for r, err := range ReadTxns(path) {
		if err != nil {
			return txns, err
		}
		txns = append(txns, r)
	}
	return txns, nil
}

func TestTxnsRoundTrip(t *testing.T) {
	// The last ones fill more than one row group, by rows.
	for _, n := range []int{0, 1, 100, 1000, rowsPerGroup/4 + 1000} {
		path := filepath.Join(t.TempDir(), TxnsFile)
		want := someTxns(n)
		recordTxns(t, path, want)
		got, err := readTxns(path)
		if err != nil {
			t.Fatal(err)
		}
		if len(got) != len(want) {
			t.Fatalf("%d transactions came back as %d", n, len(got))
		}
		for i := range want {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Fatalf("%+v came back as %+v", want[i], got[i])
			}
		}
	}
}

// TestLongLists: lists end a row group too, so that memory is bounded.
func TestLongLists(t *testing.T) {
	path := filepath.Join(t.TempDir(), TxnsFile)
	list := make([]uint64, 1000)
	for i := range list {
		list[i] = uint64(i)
	}
	var want []bench.TxnRecord
	for i := range 2000 {
		want = append(want, bench.TxnRecord{
			ID: uint64(i + 1), Txn: &bench.Txn{Micros: []bench.Micro{{Kind: bench.List, Key: 1}}},
			Reply: &bench.TxnReply{Found: []bench.Found{{List: slices.Clone(list[:i%len(list)])}}},
		})
		if i%len(list) == 0 {
			want[i].Reply.Found[0].List = nil
		}
	}
	recordTxns(t, path, want)
	got, err := readTxns(path)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%d transactions, %v", len(got), err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parquet.OpenFile(bytes.NewReader(b), int64(len(b)))
	if err != nil || len(file.RowGroups()) < 2 {
		t.Errorf("%d row groups for a million elements: %v", len(file.RowGroups()), err)
	}
}

func TestTxnsRoundTripAny(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		var want []bench.TxnRecord
		for range rapid.IntRange(0, 8).Draw(t, "txns") {
			r := bench.TxnRecord{ID: rapid.Uint64().Draw(t, "id"), Txn: &bench.Txn{}}
			if rapid.Bool().Draw(t, "reply") {
				r.Reply = &bench.TxnReply{}
			}
			for range rapid.IntRange(1, 5).Draw(t, "micros") {
				word := rapid.Uint64()
				r.Txn.Micros = append(r.Txn.Micros, bench.Micro{
					Kind: rapid.SampledFrom([]bench.Kind{bench.Read, bench.CAS, bench.Append, bench.List, bench.Add}).Draw(t, "kind"),
					Key:  word.Draw(t, "key"), Arg: word.Draw(t, "arg"), Expect: word.Draw(t, "expect"),
				})
				if r.Reply != nil {
					f := bench.Found{Value: word.Draw(t, "found")}
					for range rapid.IntRange(0, 3).Draw(t, "elements") {
						f.List = append(f.List, word.Draw(t, "element"))
					}
					r.Reply.Found = append(r.Reply.Found, f)
				}
			}
			want = append(want, r)
		}
		path := filepath.Join(dir, TxnsFile)
		w, err := CreateTxns(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range want {
			if err := w.RecordTxn(r); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		got, err := readTxns(path)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%+v came back as %+v: %v", want, got, err)
		}
	})
}

// TestTxnsOfManySessions: the micro-operations of a transaction stay together,
// whoever records at the same time, and a record is not kept.
func TestTxnsOfManySessions(t *testing.T) {
	path := filepath.Join(t.TempDir(), TxnsFile)
	w, err := CreateTxns(path)
	if err != nil {
		t.Fatal(err)
	}
	const sessions, each = 8, 1000
	var all sync.WaitGroup
	for s := range sessions {
		all.Go(func() {
			reply := &bench.TxnReply{Found: make([]bench.Found, 3)}
			list := make([]uint64, 2)
			for i := range each {
				id := uint64(s*each + i)
				for f := range reply.Found {
					list[0], list[1] = id, id+1
					reply.Found[f] = bench.Found{Value: id, List: list}
				}
				txn := &bench.Txn{Micros: []bench.Micro{{Kind: bench.List, Key: id}, {Kind: bench.List, Key: id}, {Kind: bench.List, Key: id}}}
				if err := w.RecordTxn(bench.TxnRecord{ID: id, Txn: txn, Reply: reply}); err != nil {
					t.Error(err)
				}
				list[0], list[1] = 0, 0
			}
		})
	}
	all.Wait()
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := readTxns(path)
	if err != nil || len(got) != sessions*each {
		t.Fatalf("%d transactions: %v", len(got), err)
	}
	for _, r := range got {
		for pos, m := range r.Txn.Micros {
			if f := r.Reply.Found[pos]; m.Key != r.ID || f.Value != r.ID || !slices.Equal(f.List, []uint64{r.ID, r.ID + 1}) {
				t.Fatalf("mixed up: %+v %+v", r.Txn, r.Reply)
			}
		}
	}
}

func TestTxnsInVirtualTime(t *testing.T) {
	want := someTxns(rowsPerGroup / 4)
	path := filepath.Join(t.TempDir(), TxnsFile)
	w, err := CreateTxns(path)
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		for _, r := range want {
			if err := w.RecordTxn(r); err != nil {
				t.Fatal(err)
			}
		}
	})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got, err := readTxns(path); err != nil || len(got) != len(want) {
		t.Errorf("%d transactions: %v", len(got), err)
	}
}

func TestBadTxnRecords(t *testing.T) {
	w, err := CreateTxns(filepath.Join(t.TempDir(), TxnsFile))
	if err != nil {
		t.Fatal(err)
	}
	defer w.discard()
	one := &bench.Txn{Micros: []bench.Micro{{Kind: bench.Read}}}
	for want, r := range map[string]bench.TxnRecord{
		"transaction 0x5: it has no micro-operations":                    {ID: 5, Txn: &bench.Txn{}},
		"transaction 0x6: it has no micro-operations":                    {ID: 6},
		"transaction 0x7: the reply has 0 answers to 1 micro-operations": {ID: 7, Txn: one, Reply: &bench.TxnReply{}},
		"transaction 0x8: the reply has 2 answers to 1 micro-operations": {ID: 8, Txn: one, Reply: &bench.TxnReply{Found: make([]bench.Found, 2)}},
	} {
		if err := w.RecordTxn(r); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want %s", r, err, want)
		}
	}
}

func TestForeignTxns(t *testing.T) {
	dir := t.TempDir()
	good := filepath.Join(dir, "good")
	recordTxns(t, good, someTxns(2000))
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	samples := filepath.Join(dir, "samples")
	record(t, samples, some(10), 10)
	of, err := os.ReadFile(samples)
	if err != nil {
		t.Fatal(err)
	}
	rows := func(rows ...txnRow) []byte {
		var b bytes.Buffer
		if err := parquet.Write(&b, rows, parquet.KeyValueMetadata(schemaKey, "1")); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, c := range map[string]struct {
		content []byte
		want    string
	}{
		"empty":              {nil, "not a nines transactions file (foreign or truncated: too short"},
		"text":               {[]byte("trial,system\n"), "not a nines transactions file (foreign"},
		"truncated":          {whole[:len(whole)-100], "not a nines transactions file (truncated"},
		"half":               {whole[:len(whole)/2], "not a nines transactions file (truncated"},
		"samples":            {of, "not a nines transactions file (column txn is missing)"},
		"damaged in a page":  {damage(whole), ""},
		"without its head":   {rows(txnRow{Txn: 1, Pos: 1, Kind: "read"}), "micro-operation 1 of transaction 0x1 does not follow"},
		"with a gap":         {rows(txnRow{Txn: 1, Kind: "read"}, txnRow{Txn: 1, Pos: 2, Kind: "read"}), "micro-operation 2 of transaction 0x1 does not follow"},
		"of another":         {rows(txnRow{Txn: 1, Kind: "read"}, txnRow{Txn: 2, Pos: 1, Kind: "read"}), "micro-operation 1 of transaction 0x2 does not follow"},
		"half answered":      {rows(txnRow{Txn: 1, Kind: "read"}, txnRow{Txn: 1, Pos: 1, Kind: "read", Found: new(uint64)}), "does not follow"},
		"of an unknown kind": {rows(txnRow{Txn: 1, Kind: "txn"}), "damaged in column kind of the micro-operations from 0 on: value txn"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, "bad")
			if err := os.WriteFile(path, c.content, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := readTxns(path)
			var format *FormatError
			if !errors.As(err, &format) || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), path+": ") {
				t.Errorf("error %v, want …%s…", err, c.want)
			}
		})
	}
	if _, err := readTxns(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// FuzzReadTxns: no content makes the reader panic.
func FuzzReadTxns(f *testing.F) {
	path := filepath.Join(f.TempDir(), TxnsFile)
	recordTxns(f, path, someTxns(20))
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
		parseTxns("x", bytes.NewReader(content), int64(len(content)), func(r bench.TxnRecord, err error) bool {
			var format *FormatError
			if err != nil && !errors.As(err, &format) || err == nil && len(r.Txn.Micros) == 0 {
				t.Errorf("%+v, error %v", r, err)
			}
			return true
		})
	})
}

func BenchmarkRecordTxn(b *testing.B) {
	txns := someTxns(4096)
	w, err := CreateTxns(filepath.Join(b.TempDir(), TxnsFile))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := w.RecordTxn(txns[i%len(txns)]); err != nil {
			b.Fatal(err)
		}
	}
	w.discard()
}

func BenchmarkReadTxns(b *testing.B) {
	path := filepath.Join(b.TempDir(), TxnsFile)
	recordTxns(b, path, someTxns(100_000))
	b.ReportAllocs()
	for b.Loop() {
		for _, err := range ReadTxns(path) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
