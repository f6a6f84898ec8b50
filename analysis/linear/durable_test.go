package linear

import (
	"slices"
	"strings"
	"testing"

	"nines/bench"
)

func TestDurable(t *testing.T) {
	tests := []struct {
		name    string
		history []bench.Sample
		want    Verdict
		bad     []int
		why     string
	}{
		{"nothing was written", []bench.Sample{final(read(1, 0, 0, 1))}, OK, nil, "0 acknowledged writes of 0 keys"},
		{"the last write is there", []bench.Sample{
			write(1, 5, 0, 1), write(1, 6, 2, 3), final(read(2, 6, 8, 9)),
		}, OK, nil, "2 acknowledged writes of 1 keys"},
		{"either of two concurrent writes may be there", []bench.Sample{
			write(1, 5, 0, 3), write(2, 6, 2, 4), final(read(2, 5, 8, 9)),
		}, OK, nil, ""},
		{"an unanswered write may replace a later one", []bench.Sample{
			with(write(1, 5, 0, 1), bench.Unknown), write(2, 6, 2, 4), final(read(2, 5, 8, 9)),
		}, OK, nil, ""},
		{"a value written twice, once without an answer, may come late", []bench.Sample{
			write(1, 5, 0, 2), with(write(2, 5, 0, 1), bench.Unknown), write(1, 6, 3, 4), final(read(3, 5, 8, 9)),
		}, OK, nil, ""},
		{"a rejected swap and one that found another value count for nothing", []bench.Sample{
			write(1, 5, 0, 1), swap(2, 7, 8, 5, 2, 3), with(swap(2, 5, 9, 5, 2, 3), bench.Rejected), final(read(2, 5, 8, 9)),
		}, OK, nil, "1 acknowledged writes"},
		{"a write that was answered during the final reads may still be missing", []bench.Sample{
			write(1, 5, 0, 1), write(2, 6, 2, 8), final(read(2, 5, 8, 9)),
		}, OK, nil, ""},
		{"an acknowledged write is lost", []bench.Sample{
			write(1, 5, 0, 1), write(1, 6, 2, 3), final(read(2, 5, 8, 9)),
		}, Illegal, []int{0, 1, 2}, "key 17: acknowledged write of 6 (session 1, n1, 0.002-0.003 s) is lost: " +
			"final read of 5 (session 2, n2, 0.008-0.009 s) found what was there before, by write of 5 (session 1, n1, 0.000-0.001 s)"},
		{"an acknowledged swap is lost", []bench.Sample{
			write(1, 5, 0, 1), swap(1, 5, 6, 5, 2, 3), final(read(2, 5, 8, 9)),
		}, Illegal, []int{0, 1, 2}, "acknowledged swap of 5 for 6"},
		{"the key is empty", []bench.Sample{
			write(1, 5, 0, 1), final(read(2, 0, 8, 9)),
		}, Illegal, []int{0, 1}, "found nothing"},
		{"the value is nobody's", []bench.Sample{
			write(1, 5, 0, 1), final(read(2, 7, 8, 9)),
		}, Illegal, []int{0, 1}, "found a value that nobody wrote to this key"},
		{"one of several final reads shows it", []bench.Sample{
			write(1, 5, 0, 1), final(read(2, 5, 8, 9)), final(read(3, 0, 8, 9)),
		}, Illegal, []int{0, 2}, ""},
		{"the earliest loss of several is told", []bench.Sample{
			onKey(write(1, 5, 2, 3), 18), onKey(final(read(2, 0, 8, 9)), 18), write(1, 6, 0, 1), final(read(3, 0, 8, 9)),
		}, Illegal, []int{2, 3}, "2 keys lost writes in all"},
		{"a read that was no final one counts for nothing", []bench.Sample{
			write(1, 5, 0, 1), read(2, 5, 8, 9),
		}, Unknown, nil, "1 of 1 keys with acknowledged writes had no answered final read"},
		{"a final read without an answer", []bench.Sample{
			write(1, 5, 0, 1), with(final(read(2, 5, 8, 9)), bench.Unknown), onKey(write(1, 6, 0, 1), 18), onKey(final(read(2, 6, 8, 9)), 18),
		}, Unknown, nil, "1 of 2 keys"},
		{"an outcome is missing", []bench.Sample{with(write(1, 5, 0, 1), 0)}, Unknown, []int{0}, "outcome none"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Durable(tt.history, Options{})
			if got.Verdict != tt.want || !slices.Equal(got.Bad, tt.bad) || !strings.Contains(got.Why, tt.why) {
				t.Errorf("Durable = %s, %v, %q\nwant      %s, %v, %q", got.Verdict, got.Bad, got.Why, tt.want, tt.bad, tt.why)
			}
		})
	}
}
