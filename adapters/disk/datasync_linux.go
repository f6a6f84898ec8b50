package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// datasync forces the bytes of f, and as much of its metadata as reading them
// back needs: the size.
func datasync(f *os.File) error {
	for {
		if err := unix.Fdatasync(int(f.Fd())); err != unix.EINTR {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
