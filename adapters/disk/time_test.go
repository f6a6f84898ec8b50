package disk

import (
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"nines/chaos"
)

const ms = time.Millisecond

// sleeping is a disk in virtual time with a store that is open.
func sleeping(t *testing.T, latency time.Duration) (*Disk, *Store) {
	d := newTestDisk(t, Config{SyncLatency: latency})
	t.Cleanup(func() { d.Close() })
	return d, open(t, d)
}

// took is how long f takes.
func took(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}

func TestConcurrentSyncsShareAForcedWrite(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := sleeping(t, 10*ms)
		before, _ := d.Cost()
		var all sync.WaitGroup
		ready := make(chan struct{})
		sync := func() {
			defer all.Done()
			do(t, s.Append(rec(1)))
			do(t, s.Sync())
		}
		all.Add(65)
		go sync()
		synctest.Wait() // the first one is being forced
		for range 64 {
			go func() { <-ready; sync() }()
		}
		close(ready)
		if d := took(all.Wait); d != 20*ms {
			t.Errorf("65 syncs took %v, want 20 ms: one forced write for the first, one for all others", d)
		}
		if after, _ := d.Cost(); after != before+2 {
			t.Errorf("65 syncs took %d forced writes, want 2", after-before)
		}
		if n := len(replay(t, s)); n != 65 {
			t.Errorf("%d records, want 65", n)
		}
	})
}

func TestASyncCoversWhatWasAppendedBeforeIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := sleeping(t, 10*ms)
		do(t, s.Append(rec(1)))
		go s.Sync()
		time.Sleep(5 * ms)
		do(t, s.Append(rec(2))) // too late for the first one
		if d := took(func() { do(t, s.Sync()) }); d != 15*ms {
			t.Errorf("the second sync took %v, want 15 ms: the rest of the first and its own", d)
		}
		do(t, d.Crash())
		if n := len(replay(t, open(t, d))); n != 2 {
			t.Errorf("%d records survived, want 2", n)
		}
	})
}

func TestAppendDoesNotWaitForASync(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s := sleeping(t, time.Hour)
		do(t, s.Append(rec(1)))
		for _, slow := range []func() error{
			s.Sync,
			func() error { return s.Compact(0) },
			func() error { return s.SaveSnapshot(1, nil) },
		} {
			done := make(chan struct{})
			go func() { defer close(done); do(t, slow()) }()
			synctest.Wait()
			if d := took(func() { do(t, s.Append(Record{Data: make([]byte, 2*bufferBytes)})) }); d != 0 {
				t.Errorf("Append took %v", d)
			}
			<-done
		}
	})
}

func TestSnapshotAndSyncRunSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, s := sleeping(t, 10*ms)
		go s.SaveSnapshot(1, nil) // 20 ms: the file, then its name
		synctest.Wait()
		do(t, s.Append(rec(1)))
		if d := took(func() { do(t, s.Sync()) }); d != 10*ms {
			t.Errorf("a sync beside a snapshot took %v, want 10 ms", d)
		}
		if d := took(func() { do(t, s.SaveSnapshot(2, nil)) }); d != 30*ms {
			t.Errorf("a snapshot beside another took %v, want 10 ms for the rest of that, and 20 ms", d)
		}
		if i, _, err := s.Snapshot(); i != 2 || err != nil {
			t.Errorf("snapshot %d, %v", i, err)
		}
	})
}

func TestSlowSyncAddsItsDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := sleeping(t, 2*ms)
		sync := func() time.Duration {
			do(t, s.Append(rec(1)))
			return took(func() { do(t, s.Sync()) })
		}
		expect := func(want time.Duration) {
			t.Helper()
			if got := sync(); got != want {
				t.Errorf("a sync took %v, want %v", got, want)
			}
		}
		expect(2 * ms)
		ten := d.Hurt(chaos.DiskFault{SyncDelay: 10 * ms})
		expect(12 * ms)
		thirty := d.Hurt(chaos.DiskFault{SyncDelay: 30 * ms})
		expect(42 * ms)
		for range 2 { // the second time changes nothing
			if harm := ten(); harm != (chaos.DiskHarm{Syncs: 2, Added: 20 * ms}) {
				t.Errorf("harm %+v", harm)
			}
		}
		expect(32 * ms)
		if harm := thirty(); harm != (chaos.DiskHarm{Syncs: 2, Added: 60 * ms}) {
			t.Errorf("harm %+v", harm)
		}
		expect(2 * ms)
	})
}

func TestACrashInterruptsWhatIsInProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d, s := sleeping(t, 0)
		do(t, s.Append(rec(1)))
		do(t, s.Sync())
		d.Hurt(chaos.DiskFault{SyncDelay: time.Hour})
		do(t, s.Append(rec(2)))
		do(t, s.Replay(func(Record) error { return nil })) // written, not forced
		errs := make(chan error, 4)
		for _, call := range []func() error{
			s.Sync,
			s.Sync,
			func() error { return s.Compact(1) },
			func() error { return s.SaveSnapshot(1, nil) },
		} {
			go func() { errs <- call() }()
		}
		synctest.Wait()
		if d := took(func() { do(t, d.Crash()) }); d != 0 {
			t.Errorf("the crash took %v", d)
		}
		for range cap(errs) {
			if err := <-errs; !errors.Is(err, ErrCrashed) {
				t.Errorf("in progress: %v, want ErrCrashed", err)
			}
		}
		s = open(t, d)
		if got := replay(t, s); !equal(got, []Record{rec(1)}) {
			t.Errorf("survived: %v", got)
		}
		if i, _, err := s.Snapshot(); i != 0 || err != nil {
			t.Errorf("snapshot %d, %v: it was being written", i, err)
		}
	})
}

func TestACrashWhileOpening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newTestDisk(t, Config{SyncLatency: time.Hour})
		err := make(chan error)
		go func() { _, e := d.Open(); err <- e }()
		synctest.Wait()
		do(t, d.Crash())
		if e := <-err; !errors.Is(e, ErrCrashed) {
			t.Errorf("Open: %v, want ErrCrashed", e)
		}
		do(t, open(t, d).Close())
	})
}

// A thousand bytes a second are eight seconds for eight thousand, whoever writes
// them: the log, in one forced write or in two, or a snapshot.
func TestBandwidth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newTestDisk(t, Config{SyncLatency: 10 * ms, Bandwidth: 1000})
		defer d.Close()
		s := open(t, d)
		data := make([]byte, 4000)
		write := func() {
			_, before := d.Cost()
			took := took(func() {
				do(t, s.Append(Record{Index: 1, Data: data}))
				do(t, s.Sync())
			})
			_, after := d.Cost()
			if want := time.Duration(after-before)*ms + 10*ms; took != want {
				t.Errorf("%d bytes took %v, want %v", after-before, took, want)
			}
		}
		write()
		write()
		if took := took(func() { do(t, s.SaveSnapshot(1, data)) }); took < 4*time.Second || took > 5*time.Second {
			t.Errorf("a snapshot of 4000 bytes took %v, want 4 s and the time of some forced writes", took)
		}
	})
}

// TestBandwidthIsShared: a snapshot of ten portions, each of a second, and one of the
// log take turns, so that the log waits for one portion of the other and its own, and
// both together for as long as all bytes take.
func TestBandwidthIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newTestDisk(t, Config{Bandwidth: portion})
		defer d.Close()
		s := open(t, d)
		var snapshot time.Duration
		saved := make(chan struct{})
		go func() {
			defer close(saved)
			snapshot = took(func() { do(t, s.SaveSnapshot(1, make([]byte, 10*portion))) })
		}()
		time.Sleep(ms)
		do(t, s.Append(Record{Index: 1, Data: make([]byte, portion/2)}))
		if got := took(func() { do(t, s.Sync()) }); got < 1400*ms || got > 1600*ms {
			t.Errorf("a sync beside a snapshot took %v, want the second that the snapshot has begun, and half of one", got)
		}
		<-saved
		if snapshot < 10400*ms || snapshot > 10800*ms {
			t.Errorf("a snapshot of 10 s beside 0.5 s of the log took %v", snapshot)
		}
	})
}

func TestInstant(t *testing.T) {
	for _, tc := range []struct {
		name  string
		cfg   Config
		fault chaos.DiskFault
		want  bool
	}{
		{"memory", Config{}, chaos.DiskFault{}, true},
		{"memory that takes its time", Config{SyncLatency: time.Millisecond}, chaos.DiskFault{}, false},
		{"memory with a bandwidth", Config{Bandwidth: 1e6}, chaos.DiskFault{}, false},
		{"slowed memory", Config{}, chaos.DiskFault{SyncDelay: time.Millisecond}, false},
		{"files", Config{Dir: t.TempDir()}, chaos.DiskFault{}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			d := newTestDisk(t, tc.cfg)
			defer d.Close()
			s := open(t, d)
			if tc.fault != (chaos.DiskFault{}) {
				heal := d.Hurt(tc.fault)
				if s.Instant() {
					t.Error("instant although it is slowed")
				}
				heal()
				tc.want = true
			}
			if got := s.Instant(); got != tc.want {
				t.Errorf("instant: %v, want %v", got, tc.want)
			}
		})
	}
}
