package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// datasync forces the bytes of f, and as much of its metadata as reading them
// back needs: its size, but not its times.
//
// Measured on ext4 with 64 bytes to 20 KB appended between two calls, the median
// of fsync and of fdatasync is the same, 0.25 to 0.35 ms: the size changes, so
// the journal is committed either way. Where the size does not change, in a
// region that was zeroed before, fdatasync takes 0.16 to 0.2 ms; the log does
// without, since its end would have to be found among zeros.
func datasync(f *os.File) error {
	for {
		if err := unix.Fdatasync(int(f.Fd())); err != unix.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
