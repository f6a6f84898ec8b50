package disk

import "io"

// volume is a flat directory of files, with as much of a file system as the
// log needs. Names are durable after sync, the bytes of a file after its sync.
type volume interface {
	names() ([]string, error)
	read(name string) ([]byte, error)
	create(name string) (file, error) // empty, also if it was there
	open(name string) (file, error)   // for appending
	rename(from, to string) error     // replaces to
	remove(name string) error
	sync() error
	// crash loses what is not durable and closes all files. What is left of the
	// bytes of a file that were not synced, of which there are some from offset at
	// on, reached returns; they are durable then. Nil: nothing is left.
	crash(reached func(at int64, tail []byte) []byte) error
}

// file is one that is being appended to.
type file interface {
	io.WriteCloser
	truncate(size int64) error
	sync() error
}
