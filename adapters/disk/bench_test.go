package disk

import (
	"fmt"
	"testing"
)

// BenchmarkSync appends a record of 100 bytes and syncs, from one goroutine and
// from 64.
func BenchmarkSync(b *testing.B) {
	for _, medium := range []string{"memory", "files"} {
		for _, sessions := range []int{1, 64} {
			b.Run(fmt.Sprintf("%s/sessions=%d", medium, sessions), func(b *testing.B) {
				cfg := Config{}
				if medium == "files" {
					cfg.Dir = b.TempDir()
				}
				d, err := New(cfg)
				if err != nil {
					b.Fatal(err)
				}
				defer d.Close()
				s, err := d.Open()
				if err != nil {
					b.Fatal(err)
				}
				data := make([]byte, 100)
				before, _ := d.Cost()
				b.ReportAllocs()
				b.SetParallelism((sessions + 1) / 2)
				work := func() {
					if err := s.Append(Record{Kind: 1, Index: 1, Data: data}); err != nil {
						b.Error(err)
					}
					if err := s.Sync(); err != nil {
						b.Error(err)
					}
				}
				if sessions == 1 {
					for b.Loop() {
						work()
					}
				} else {
					b.RunParallel(func(pb *testing.PB) {
						for pb.Next() {
							work()
						}
					})
				}
				after, _ := d.Cost()
				b.ReportMetric(float64(after-before)/float64(b.N), "syncs/op")
			})
		}
	}
}

// BenchmarkAppend encodes batches of 64 records, which are written and not
// forced.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{16, 1024} {
		b.Run(fmt.Sprintf("bytes=%d", size), func(b *testing.B) {
			d, err := New(Config{Dir: b.TempDir()})
			if err != nil {
				b.Fatal(err)
			}
			defer d.Close()
			s, err := d.Open()
			if err != nil {
				b.Fatal(err)
			}
			recs := make([]Record, 64)
			for i := range recs {
				recs[i] = Record{Kind: 1, Index: 1, Data: make([]byte, size)}
			}
			b.SetBytes(int64(64 * size))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := s.Append(recs...); err != nil {
					b.Fatal(err)
				}
				if i%1024 == 1023 { // the log must not grow for ever
					if err := s.Compact(1); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
