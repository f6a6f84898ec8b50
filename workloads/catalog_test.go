package workloads

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestBadConfigs(t *testing.T) {
	nan, two := math.NaN(), 2.0
	for _, c := range []struct {
		name string
		cfg  Config
		want string
	}{
		{"ycsb-g", Config{}, `unknown workload "ycsb-g": did you mean "ycsb-a"? There are ycsb-a, ycsb-b, ycsb-c, ycsb-d, `},
		{"ycsb-a", Config{Keys: MaxKeys + 1}, "keys: 4294967297: want at most 4294967296"},
		{"ycsb-a", Config{Distribution: "zipf"}, `unknown distribution "zipf"`},
		{"ycsb-a", Config{Theta: -1}, "theta: -1: want"},
		{"ycsb-a", Config{Theta: nan}, "theta: NaN: want"},
		{"ycsb-a", Config{ValueSize: 7}, "value_size: 7 bytes: want at least 8"},
		{"ycsb-a", Config{Reads: &two}, "reads: 2: want a share"},
		{"ycsb-a", Config{CAS: 0.5}, "ycsb-a has no compare-and-swap; register has"},
		{"register", Config{CAS: nan}, "cas: NaN: want a share"},
		{"register", Config{CAS: 1, Keys: maxSeen + 1}, "keys: 16777217: want at most 16777216 with"},
		{"ycsb-a", Config{HotOps: 0.5}, "hot_ops: 0.5: only the distribution hotspot has hot keys"},
		{"ycsb-a", Config{Distribution: Hotspot, HotKeys: 1}, "hot_keys: 1: want a share above 0 and below 1"},
		{"ycsb-a", Config{Distribution: Hotspot, HotOps: nan}, "hot_ops: NaN: want a share above 0 and below 1"},
		{"ycsb-a", Config{Accounts: 5}, "accounts: ycsb-a has none"},
		{"ycsb-a", Config{Span: 2, Micros: 3}, "span: ycsb-a has none\nmicros: ycsb-a has none"},
		{"bank", Config{Accounts: 1}, "accounts: 1: want 2 to 4096"},
		{"bank", Config{Accounts: 4097}, "accounts: 4097: want 2 to 4096"},
		{"transfer-skewed", Config{Accounts: MaxKeys + 1}, "accounts: 4294967297: want 2 to 4294967296"},
		{"bank", Config{Initial: 1 << 31}, "initial: 2147483648: want 1 to 1073741824"},
		{"bank", Config{Span: 1}, "span: 1: want 2 to 4096"},
		{"bank", Config{Span: 11}, "span: 11: want at most the 10 accounts"},
		{"bank", Config{Span: -2}, "span: -2: want 2 or more"},
		{"bank", Config{Micros: 2}, "micros: bank has none"},
		{"append", Config{Micros: 5000}, "micros: 5000: want 1 to 4096"},
		{"append", Config{Keys: maxSeen + 1}, "keys: 16777217: want at most 16777216, since the elements"},
		{"append", Config{Initial: 7}, "initial: append has none"},
		{"lock", Config{Lease: time.Microsecond}, "lease in ms: 0: want 1 to"},
		{"lock", Config{Keys: maxSeen + 1}, "keys: 16777217: want at most 16777216, since what was seen"},
		{"queue", Config{Lease: time.Second}, "lease in ms: queue has none"},
		{"bank", Config{Owner: func(uint64) int { return 0 }}, "owners: 0: want at least 1"},
		{"lock", Config{Lease: time.Microsecond}, "lease in ms: 0: want 1 to"},
		{"lock", Config{Keys: maxSeen + 1}, "keys: 16777217: want at most 16777216, since what was seen"},
		{"queue", Config{Lease: time.Second}, "lease in ms: queue has none"},
		{"bank", Config{Owner: func(uint64) int { return 0 }, Owners: 2}, "no probe key found that belongs to owner 1 of 2"},
		{"ycsb-a", Config{Theta: -1, ValueSize: 1}, "theta: -1: want more than 0 and at most 10\nvalue_size"}, // all at once
	} {
		_, err := New(c.name, c.cfg)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %+v: error %v, want one with %q", c.name, c.cfg, err, c.want)
		}
		if checked := Check(c.name, c.cfg); c.cfg.Owner == nil && (checked == nil || checked.Error() != err.Error()) {
			t.Errorf("%s %+v: checked: %v, want %v", c.name, c.cfg, checked, err)
		}
	}
}

func TestCatalog(t *testing.T) {
	for _, e := range Catalog() {
		w := workload(t, e.Name, Config{})
		if w.Name() != e.Name || e.About == "" || e.Verifies == "" || w.Object() != e.Object || w.CAS() != (e.Name == "ycsb-f" || e.Name == "lock") {
			t.Errorf("%+v makes %s", e, w.Name())
		}
		cfg := w.Config()
		if cfg.Theta != 0.99 || cfg.Distribution != e.Distribution || cfg.ValueSize != 100 || *cfg.Reads != e.Reads {
			t.Errorf("%s: the effective configuration is %+v", e.Name, cfg)
		}
	}
}
