package inproc_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"nines/adapters/host/inproc"
	"nines/chaos"
)

var _ chaos.Sufferer = (*inproc.Cluster)(nil)

// A host tells each fault in force, in whatever order they are healed, and none
// afterwards.
func TestHurts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := start(t, primary, "n1", "n2")
		if got := c.Hurts(); len(got) > 0 {
			t.Errorf("before any fault: %q", got)
		}
		var heal []func()
		hurt := func(h func(), err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
			heal = append(heal, h)
		}
		link := func(f chaos.LinkFault) (func(), error) {
			h, err := c.HurtLink("n2", "n1", f)
			return func() { h() }, err
		}
		disk := func(f chaos.DiskFault) (func(), error) {
			h, err := c.HurtDisk("n1", f)
			return func() { h() }, err
		}
		clock := func(f chaos.ClockFault) (func(), error) {
			h, err := c.HurtClock("n2", f)
			return func() { h() }, err
		}
		hurt(link(chaos.LinkFault{Cut: true}))
		hurt(link(chaos.LinkFault{Clog: true, Rate: 20_000}))
		hurt(disk(chaos.DiskFault{SyncDelay: time.Millisecond, Full: true}))
		hurt(disk(chaos.DiskFault{Tear: 7}))
		hurt(clock(chaos.ClockFault{Offset: -time.Second}))
		hurt(clock(chaos.ClockFault{Rate: 0.2}))
		all := []string{
			"link n2 -> n1 (cut)", "link n2 -> n1 (clogged, rate 20kB/s)",
			"disk of n1 (slow-sync 1ms, disk-full)", "disk of n1 (torn-write)",
			"clock of n2 (skew -1s)", "clock of n2 (drift +20%)",
		}
		for _, i := range []int{1, 0, 3, 2, 5, 4} {
			if got := c.Hurts(); !slices.Equal(got, slices.DeleteFunc(slices.Clone(all), func(s string) bool { return s == "" })) {
				t.Errorf("%q, want %q", got, all)
			}
			heal[i]()
			all[i] = ""
		}
		if got := c.Hurts(); len(got) > 0 {
			t.Errorf("all is healed, and it says %q", got)
		}
	})
}
