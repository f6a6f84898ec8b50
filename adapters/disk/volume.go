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
	crash() error // loses what is not durable and closes all files
}

// file is one that is being appended to.
type file interface {
	io.WriteCloser
	truncate(size int64) error
	sync() error
}
