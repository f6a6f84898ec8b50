package machine

import (
	"fmt"
	"testing"

	"nines/bench"
)

// BenchmarkApply writes 1000 keys from 64 sessions in turn.
func BenchmarkApply(b *testing.B) {
	for _, size := range []uint32{16, 1024} {
		b.Run(fmt.Sprintf("value=%d", size), func(b *testing.B) {
			m, c, buf := New(), Command{Kind: bench.Write, Size: size}, []byte(nil)
			b.ReportAllocs()
			b.SetBytes(int64(size))
			for i := uint64(1); b.Loop(); i++ {
				c.Session, c.Seq, c.Key, c.Arg = i%64, i, i*2654435761%1000, i
				buf = c.AppendTo(buf[:0])
				if _, _, err := m.Apply(i, buf); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSnapshot encodes and restores 1000 keys of 1 KiB and 1000 sessions.
func BenchmarkSnapshot(b *testing.B) {
	m := New()
	for i := range uint64(1000) {
		c := Command{Session: i + 1, Seq: 1, Kind: bench.Write, Key: i, Arg: i + 1, Size: 1024}
		if _, err := apply(m, &c); err != nil {
			b.Fatal(err)
		}
	}
	b.Run("encode", func(b *testing.B) {
		for b.Loop() {
			m.Snapshot()
		}
	})
	b.Run("restore", func(b *testing.B) {
		s, n := m.Snapshot(), New()
		for b.Loop() {
			if err := n.Restore(s); err != nil {
				b.Fatal(err)
			}
		}
	})
}
