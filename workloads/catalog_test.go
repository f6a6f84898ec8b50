package workloads

import (
	"math"
	"strings"
	"testing"
)

func TestBadConfigs(t *testing.T) {
	nan, two := math.NaN(), 2.0
	for _, c := range []struct {
		name string
		cfg  Config
		want string
	}{
		{"ycsb-d", Config{}, `unknown workload "ycsb-d": did you mean "ycsb-a"? There are ycsb-a, ycsb-b, ycsb-c, register`},
		{"ycsb-a", Config{Keys: MaxKeys + 1}, "keys: 4294967297: want at most 4294967296"},
		{"ycsb-a", Config{Distribution: "zipf"}, `unknown distribution "zipf"`},
		{"ycsb-a", Config{Theta: -1}, "theta: -1: want"},
		{"ycsb-a", Config{Theta: nan}, "theta: NaN: want"},
		{"ycsb-a", Config{ValueSize: 7}, "value_size: 7 bytes: want at least 8"},
		{"ycsb-a", Config{Reads: &two}, "reads: 2: want a share"},
		{"ycsb-a", Config{CAS: 0.5}, "ycsb-a has no compare-and-swap; register has"},
		{"register", Config{CAS: nan}, "cas: NaN: want a share"},
		{"register", Config{CAS: 1, Keys: maxSeen + 1}, "keys: 16777217: want at most 16777216 with"},
		{"ycsb-a", Config{Theta: -1, ValueSize: 1}, "theta: -1: want more than 0 and at most 10\nvalue_size"}, // all at once
	} {
		if _, err := New(c.name, c.cfg); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s %+v: error %v, want one with %q", c.name, c.cfg, err, c.want)
		}
	}
}

func TestCatalog(t *testing.T) {
	for _, e := range Catalog() {
		w := workload(t, e.Name, Config{})
		if w.Name() != e.Name || e.About == "" || w.CAS() {
			t.Errorf("%+v makes %s", e, w.Name())
		}
		cfg := w.Config()
		if cfg.Theta != 0.99 || cfg.Distribution != ScrambledZipfian || cfg.ValueSize != 100 || *cfg.Reads != e.Reads {
			t.Errorf("%s: the effective configuration is %+v", e.Name, cfg)
		}
	}
}
