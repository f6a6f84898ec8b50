package workloads

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"time"

	"nines/bench"
)

// Config is what a workload is told. Zero fields mean the default.
type Config struct {
	// Keys is how many keys there are: 0 … Keys-1. Default 1000, and 1 for
	// register.
	Keys uint64 `yaml:"keys"`
	// Distribution of the keys: uniform; zipfian (key 0 is the hottest);
	// scrambled-zipfian (the hot keys are spread evenly over the key space); hotspot
	// (HotOps of the operations are on the first HotKeys of the keys); or latest
	// (zipfian by age: the key that was inserted last is the hottest). Only latest
	// draws keys that the load inserts. Default as the workload says.
	Distribution Distribution `yaml:"distribution"`
	// Theta is the exponent of the zipfian distributions: key number k, from 1,
	// is drawn in proportion to k^-Theta. Default 0.99, as in YCSB.
	Theta float64 `yaml:"theta"`
	// HotKeys and HotOps are the shares of the keys that are hot, and of the
	// operations that these get, in (0, 1). Only for hotspot. Default 0.2 and 0.8, as
	// in YCSB.
	HotKeys float64 `yaml:"hot_keys"`
	HotOps  float64 `yaml:"hot_ops"`
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

	// Accounts is how many accounts there are, where money is moved; they are keys
	// 0 … Accounts-1, so Keys says nothing there. Default as the workload says.
	Accounts uint64 `yaml:"accounts"`
	// Initial is what each account holds at first, at least 1. Default 1000.
	Initial uint64 `yaml:"initial"`
	// Span is how many keys a transaction touches: exactly, where money is moved
	// (but for bank's reads of all accounts), and at most, for append. Default 2,
	// and as many as there are micro-operations for append. With an Owner, the keys
	// of a transfer have different owners as far as there are as many.
	Span int `yaml:"span"`
	// Micros is the most micro-operations of a transaction; their number is uniform
	// between 1 and this. Only for append. Default 8.
	Micros int `yaml:"micros"`
	// MaxWrites is how many elements are appended to a key before a fresh key takes
	// its place. Only for append. Default 32.
	MaxWrites uint64 `yaml:"max_writes_per_key"`

	// ScanLength is how many keys a scan returns at most; how many it asks for is
	// uniform between 1 and this. Only for ycsb-e. Default 100, as in YCSB.
	ScanLength int `yaml:"scan_length"`
	// Lease is how long after it asked for a lock a holder takes itself for one, and
	// how long after they first saw it held others wait until they take it away. At
	// least 1 ms. Only for lock. Default 500 ms.
	Lease time.Duration `yaml:"lease"`

	// Owner tells which node owns a key, from 0 to Owners-1, in a system whose nodes
	// own parts of the keys. Nil: there is none.
	Owner  func(key uint64) int `yaml:"-"`
	Owners int                  `yaml:"-"`
	// Seed of all sources.
	Seed uint64 `yaml:"seed"`
}

// MaxKeys bounds the keys of a workload.
const MaxKeys = 1 << 32

const (
	// maxInitial keeps the sum of all accounts within an int64.
	maxInitial = 1 << 30
	// maxScan keeps what a scan finds, and what its check looks at, in bounds.
	maxScan = 10_000
	// maxMicros is what every system takes in one transaction.
	maxMicros = 4096
)

func (c Config) withDefaults(e *Entry) Config {
	c.Keys = cmp.Or(c.Keys, e.Keys)
	c.Accounts = cmp.Or(c.Accounts, e.Accounts)
	if e.Accounts > 0 {
		c.Keys = c.Accounts
	}
	c.Initial = cmp.Or(c.Initial, e.Initial)
	c.Micros = cmp.Or(c.Micros, e.Micros)
	c.Span = cmp.Or(c.Span, e.Span)
	c.MaxWrites = cmp.Or(c.MaxWrites, e.MaxWrites)
	c.ScanLength = cmp.Or(c.ScanLength, e.ScanLength)
	c.Lease = cmp.Or(c.Lease, e.Lease)
	c.Distribution = cmp.Or(c.Distribution, e.Distribution)
	if c.Theta == 0 {
		c.Theta = 0.99
	}
	if c.Distribution == Hotspot {
		c.HotKeys, c.HotOps = cmp.Or(c.HotKeys, 0.2), cmp.Or(c.HotOps, 0.8)
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
	for _, hot := range []struct {
		name  string
		share float64
	}{{"hot_keys", c.HotKeys}, {"hot_ops", c.HotOps}} {
		switch {
		case c.Distribution != Hotspot && hot.share != 0:
			bad("%s: %v: only the distribution hotspot has hot keys", hot.name, hot.share)
		case c.Distribution == Hotspot && !(hot.share > 0 && hot.share < 1):
			bad("%s: %v: want a share above 0 and below 1", hot.name, hot.share)
		}
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
	errs = append(errs, c.validateTxns(e))
	return errors.Join(errs...)
}

// validateTxns is about what only workloads with transactions have.
func (c *Config) validateTxns(e *Entry) error {
	var errs []error
	bad := func(format string, args ...any) { errs = append(errs, fmt.Errorf(format, args...)) }
	for _, s := range []struct {
		name      string
		has       bool
		got       uint64
		low, high uint64
	}{
		{"accounts", e.Accounts > 0, c.Accounts, 2, e.maxAccounts()},
		{"initial", e.Initial > 0, c.Initial, 1, maxInitial},
		{"span", e.Span > 0, uint64(c.Span), e.leastSpan(), maxMicros},
		{"micros", e.Micros > 0, uint64(c.Micros), 1, maxMicros},
		{"max_writes_per_key", e.MaxWrites > 0, c.MaxWrites, 1, math.MaxInt32},
		{"scan_length", e.ScanLength > 0, uint64(c.ScanLength), 1, maxScan},
		{"lease in ms", e.Lease > 0, uint64(c.Lease.Milliseconds()), 1, math.MaxInt32},
	} {
		switch {
		case int64(s.got) < 0 && s.name != "accounts":
			bad("%s: %d: want %d or more", s.name, int64(s.got), s.low)
		case !s.has && s.got != 0:
			bad("%s: %s has none", s.name, e.Name)
		case s.has && (s.got < s.low || s.got > s.high):
			bad("%s: %d: want %d to %d", s.name, s.got, s.low, s.high)
		}
	}
	if e.Accounts > 0 && uint64(c.Span) > c.Accounts {
		bad("span: %d: want at most the %d accounts", c.Span, c.Accounts)
	}
	if e.MaxWrites > 0 && c.Keys > maxSeen {
		bad("keys: %d: want at most %d, since the elements of each are counted", c.Keys, maxSeen)
	}
	if e.Lease > 0 && c.Keys > maxSeen {
		bad("keys: %d: want at most %d, since what was seen of each lock is kept", c.Keys, maxSeen)
	}
	if c.Owner != nil && c.Owners < 1 {
		bad("owners: %d: want at least 1 if keys have owners", c.Owners)
	}
	return errors.Join(errs...)
}

// maxAccounts is lower where one transaction reads all of them.
func (e *Entry) maxAccounts() uint64 {
	if e.ReadsAll {
		return maxMicros
	}
	return MaxKeys
}

// leastSpan is 2 where money is moved, from one account to another.
func (e *Entry) leastSpan() uint64 {
	if e.Accounts > 0 {
		return 2
	}
	return 1
}

func share(p float64) bool { return p >= 0 && p <= 1 }
