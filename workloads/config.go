package workloads

import (
	"errors"
	"fmt"
	"math"

	"nines/bench"
)

// Config is what a workload is told. Zero fields mean the default.
type Config struct {
	// Keys is how many keys there are: 0 … Keys-1. Default 1000, and 1 for
	// register.
	Keys uint64 `yaml:"keys"`
	// Distribution of the keys: uniform, zipfian (key 0 is the hottest), or
	// scrambled-zipfian (the hot keys are spread evenly over the key space).
	// Default scrambled-zipfian.
	Distribution Distribution `yaml:"distribution"`
	// Theta is the exponent of the zipfian distributions: key number k, from 1,
	// is drawn in proportion to k^-Theta. Default 0.99, as in YCSB.
	Theta float64 `yaml:"theta"`
	// ValueSize is the size of a written value in bytes, at least 8. Default 100.
	ValueSize uint32 `yaml:"value_size"`
	// Users is how many logical users there are; each operation is of one of
	// them, drawn uniformly. Default 100.
	Users uint32 `yaml:"users"`
	// Reads is the share of reads, in [0, 1]. Default as the workload says.
	Reads *float64 `yaml:"reads"`
	// CAS is the share of compare-and-swaps among the operations that are not
	// reads, in [0, 1]. Only for register. Default 0.
	CAS float64 `yaml:"cas"`
	// Seed of all sources.
	Seed uint64 `yaml:"seed"`
}

// MaxKeys bounds the keys of a workload.
const MaxKeys = 1 << 32

func (c Config) withDefaults(e *Entry) Config {
	if c.Keys == 0 {
		c.Keys = e.Keys
	}
	if c.Distribution == "" {
		c.Distribution = ScrambledZipfian
	}
	if c.Theta == 0 {
		c.Theta = 0.99
	}
	if c.ValueSize == 0 {
		c.ValueSize = 100
	}
	if c.Users == 0 {
		c.Users = 100
	}
	if c.Reads == nil {
		c.Reads = &e.Reads
	}
	return c
}

// validate is for a configuration with its defaults.
func (c *Config) validate(e *Entry) error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	if c.Keys > MaxKeys {
		bad("keys: %d: want at most %d", c.Keys, uint64(MaxKeys))
	}
	if err := c.Distribution.validate(); err != nil {
		bad("distribution: %w", err)
	}
	if !(c.Theta > 0 && c.Theta <= 10) {
		bad("theta: %v: want more than 0 and at most 10", c.Theta)
	}
	if c.ValueSize < bench.MinValueSize {
		bad("value_size: %d bytes: want at least %d, the size of a value's id", c.ValueSize, bench.MinValueSize)
	}
	if c.ValueSize > math.MaxInt32 {
		bad("value_size: %d bytes: want at most %d", c.ValueSize, math.MaxInt32)
	}
	if !share(*c.Reads) {
		bad("reads: %v: want a share between 0 and 1", *c.Reads)
	}
	if !share(c.CAS) {
		bad("cas: %v: want a share between 0 and 1", c.CAS)
	}
	if c.CAS > 0 && !e.CAS {
		bad("cas: %v: %s has no compare-and-swap; register has", c.CAS, e.Name)
	}
	if c.CAS > 0 && c.Keys > maxSeen {
		bad("keys: %d: want at most %d with compare-and-swap, which remembers a value of each", c.Keys, maxSeen)
	}
	return errors.Join(errs...)
}

func share(p float64) bool { return p >= 0 && p <= 1 }
