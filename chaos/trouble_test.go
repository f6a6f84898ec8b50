package chaos

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"
)

func TestInjectionFails(t *testing.T) {
	boom := errors.New("boom")
	for _, c := range []struct{ fault, failing, want string }{
		{"kill(all)", "kill n3", "injection: kill n3: boom"},
		{"isolate(n1)", "hurt n3>n1", "injection: isolate: link n3 -> n1: boom"},
		{"slow-sync(all, 1ms)", "hurt n2", "injection: slow-sync n2: boom"},
		{"isolate(n1) + kill(n2)", "kill n2", "injection: kill n2: boom"},
	} {
		bubble(t, 3, func(t *testing.T, f *fake) {
			f.fail = func(what, node string, _ int) error {
				if what+" "+node == c.failing {
					return boom
				}
				return nil
			}
			list := run(t, f, t.Context(),
				Step{At: s, For: s, Fault: must(t, c.fault)},
				Step{At: 3 * s, For: s, Fault: must(t, "one-way(n1 -> n2)")})
			if v := list[0]; v.Error != c.want || v.Evidence != "" || v.End != s {
				t.Errorf("%+v, want %q", v, c.want)
			}
			if v := list[1]; v.Error != "" || v.Evidence == "" {
				t.Errorf("the trial does not go on: %+v", v)
			}
		})
	}
}

// TestHealingFails: what fails once is tried again at the end; what fails for
// good is the error of the run.
func TestHealingFails(t *testing.T) {
	for failures := range 3 {
		bubble(t, 3, func(t *testing.T, f *fake) {
			f.fail = func(what, node string, n int) error {
				if what == "restart" && node == "n2" && n < failures {
					return errors.New("no port")
				}
				return nil
			}
			list, err := Run(t.Context(), Config{Cluster: f, Base: f.base, Duration: 9 * s, Steps: []Step{
				{At: s, For: s, Fault: must(t, "kill(all)")},
			}})
			if wantErr := failures > 1; (err != nil) != wantErr || wantErr && err.Error() != "kill(all) could not be healed: restart n2: no port" {
				t.Errorf("%d failures: %v", failures, err)
			}
			if bad := list[0].Error == "healing: restart n2: no port"; bad != (failures > 0) {
				t.Errorf("%d failures: %+v", failures, list)
			}
			if up := f.up["n1"] && f.up["n3"] && f.up["n2"] == (failures < 2); !up {
				t.Errorf("%d failures: up %v", failures, f.up)
			}
		})
	}
}

// TestHealingHangs: a node that does not come back cannot stop the run.
func TestHealingHangs(t *testing.T) {
	bubble(t, 1, func(t *testing.T, f *fake) {
		f.slow = time.Hour // and then Restart sees that its context has ended
		list, err := Run(t.Context(), Config{Cluster: f, Base: f.base, Duration: 9 * s, Steps: []Step{
			{At: s, For: s, Fault: must(t, "kill(all)")},
		}})
		if err == nil || !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(list[0].Error, "restart n1") {
			t.Errorf("%+v, %v", list, err)
		}
	})
}

// TestCancel: the end of the context heals everything at once.
func TestCancel(t *testing.T) {
	bubble(t, 3, func(t *testing.T, f *fake) {
		ctx, cancel := context.WithTimeout(t.Context(), 7*s)
		defer cancel()
		list := run(t, f, ctx,
			Step{At: 5 * s, For: 40 * s, Fault: must(t, "kill(leader)")},
			Step{At: 6 * s, For: 40 * s, Fault: must(t, "isolate(n2)")},
			Step{At: 50 * s, For: s, Fault: must(t, "isolate(n2)")})
		if len(list) != 2 || list[0].End != 7*s || list[1].End != 7*s || list[0].Evidence != "n1 was down 2.00 s, then restarted" {
			t.Errorf("%+v", list)
		}
		if now := time.Since(f.base); now != 7*s {
			t.Errorf("Run returned after %v", now)
		}
	})
}

func TestConfigIsChecked(t *testing.T) {
	f := newFake(1)
	kill := must(t, "kill(all)")
	for want, c := range map[string]Config{
		"chaos: Config.Cluster is nil: want a running cluster":                      {Base: f.base},
		"chaos: Config.Base is zero: want the base instant of the trial":            {Cluster: f},
		"chaos: step 0 has no fault":                                                {Cluster: f, Base: f.base, Steps: []Step{{For: s}}},
		"chaos: step 0: for: the fault would end when it starts: want more than 0s": {Cluster: f, Base: f.base, Duration: s, Steps: []Step{{Fault: kill}}},
	} {
		if _, err := Run(t.Context(), c); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

// TestCaps holds what CapsOf reads from the interfaces against what it should.
func TestCaps(t *testing.T) {
	f := newFake(1)
	if got := CapsOf(f); got != CanKill|CanLink|CanDisk|CanPoint|CanSkew|CanDrift {
		t.Errorf("a fake offers %v", got)
	}
	if got := CapsOf(deaf{f, f}); got != CanKill {
		t.Errorf("a deaf one offers %v", got)
	}
	f.caps = CanDisk | CanLink
	if got := CapsOf(f).String(); got != "link faults, disk faults" {
		t.Errorf("it prints as %q", got)
	}
	if got := Caps(0).String(); got != "nothing" {
		t.Errorf("none prints as %q", got)
	}
}
