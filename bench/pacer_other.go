//go:build !linux

package bench

import "time"

// Precise returns the best Pacer of this platform, which is Sleeping.
func Precise(base time.Time) Pacer { return Sleeping(base) }
