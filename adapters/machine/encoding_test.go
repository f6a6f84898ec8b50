package machine

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"nines/bench"
)

// micro is any valid one.
var micro = rapid.Custom(func(t *rapid.T) bench.Micro {
	return bench.Micro{
		Kind:   rapid.SampledFrom([]bench.Kind{bench.Read, bench.Write, bench.CAS, bench.Append, bench.List, bench.Add}).Draw(t, "kind"),
		Key:    rapid.Uint64().Draw(t, "key"),
		Arg:    rapid.Uint64Min(1).Draw(t, "arg"),
		Expect: rapid.Uint64().Draw(t, "expect"),
	}
})

// What is decoded is what was encoded, what follows it is left, and the size was
// foretold; what is cut off is refused.
func TestEncodings(t *testing.T) {
	rest := []byte("rest")
	rapid.Check(t, func(t *rapid.T) {
		check := func(b []byte, size int, decode func([]byte) (any, []byte, error), want any) {
			t.Helper()
			if len(b) != size {
				t.Fatalf("%d bytes, %d were foretold", len(b), size)
			}
			got, left, err := decode(append(slices.Clone(b), rest...))
			if err != nil || !reflect.DeepEqual(got, want) || string(left) != string(rest) {
				t.Fatalf("%+v, %q, %v; want %+v", got, left, err, want)
			}
			if _, _, err := decode(b[:rapid.IntRange(0, size-1).Draw(t, "cut")]); !errors.Is(err, ErrEncoding) {
				t.Fatalf("a part of it: %v", err)
			}
		}
		micros, size := rapid.SliceOfN(micro, 1, 6).Draw(t, "micros"), rapid.Uint32Range(8, 40).Draw(t, "size")
		check(AppendMicros(nil, micros, size), MicrosSize(micros, size),
			func(b []byte) (any, []byte, error) { m, rest, err := DecodeMicros(b, size); return m, rest, err }, micros)
		found := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) bench.Found {
			f := bench.Found{Value: rapid.Uint64().Draw(t, "value")}
			f.List = append(f.List, rapid.SliceOfN(rapid.Uint64(), 0, 4).Draw(t, "list")...)
			return f
		}), 1, 6).Draw(t, "found")
		check(AppendFound(nil, found), FoundSize(found),
			func(b []byte) (any, []byte, error) { f, rest, err := DecodeFound(b); return f, rest, err }, found)
		writes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Write {
			return Write{rapid.Uint64().Draw(t, "key"), rapid.SliceOfN(rapid.Byte(), 8, 30).Draw(t, "value")}
		}), 1, 6).Draw(t, "writes")
		check(AppendWrites(nil, writes), WritesSize(writes),
			func(b []byte) (any, []byte, error) { w, rest, err := DecodeWrites(b); return w, rest, err }, writes)
	})
}

// What a decoder accepts is encoded again as it was; nothing makes it fail
// otherwise, or ask for much memory.
func FuzzEncodings(f *testing.F) {
	f.Add(AppendMicros(nil, []bench.Micro{{Kind: bench.Read, Key: 1}, {Kind: bench.CAS, Key: 2, Arg: 3, Expect: 4}, {Kind: bench.Add, Key: 1, Arg: 1 << 63}}, 9))
	f.Add(AppendFound(nil, []bench.Found{{Value: 7}, {List: []uint64{1, 2}}}))
	f.Add(AppendWrites(nil, []Write{{1, value(1, 9)}, {2, list(1, 2)}}))
	f.Add([]byte{255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, b []byte) {
		check := func(again, rest []byte, err error, padded bool) {
			switch {
			case err != nil && !errors.Is(err, ErrEncoding):
				t.Errorf("%v is no ErrEncoding", err)
			case err == nil && len(again)+len(rest) != len(b), err == nil && !padded && !slices.Equal(again, b[:len(again)]):
				t.Errorf("%x was read from %x", again, b)
			}
		}
		m, rest, err := DecodeMicros(b, 9)
		check(AppendMicros(nil, m, 9), rest, err, true)
		found, rest, err := DecodeFound(b)
		check(AppendFound(nil, found), rest, err, false)
		w, rest, err := DecodeWrites(b)
		check(AppendWrites(nil, w), rest, err, false)
	})
}
