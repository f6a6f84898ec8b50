//go:build !linux

package results

// filesystem is known on Linux only.
func filesystem(string) string { return "" }
