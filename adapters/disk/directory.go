package disk

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
)

// directory is a volume of real files. Its crash cuts files back to their
// synced length, since the kernel's cache survives the node; names that were
// not synced stay, as they may.
type directory struct {
	path string

	mu     sync.Mutex
	opened map[*realFile]struct{} // since each file was opened, until it is closed
}

func openDirectory(path string) (*directory, error) {
	if err := os.MkdirAll(path, 0o755); err != nil {
		return nil, err
	}
	return &directory{path: path, opened: make(map[*realFile]struct{})}, nil
}

func (d *directory) names() ([]string, error) {
	entries, err := os.ReadDir(d.path)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names, err
}

func (d *directory) in(name string) string { return filepath.Join(d.path, name) }

func (d *directory) read(name string) ([]byte, error) { return os.ReadFile(d.in(name)) }

func (d *directory) rename(from, to string) error { return os.Rename(d.in(from), d.in(to)) }

func (d *directory) remove(name string) error { return os.Remove(d.in(name)) }

func (d *directory) sync() error {
	f, err := os.Open(d.path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (d *directory) create(name string) (file, error) { return d.take(name, os.O_CREATE|os.O_TRUNC) }

func (d *directory) open(name string) (file, error) { return d.take(name, 0) }

func (d *directory) take(name string, flags int) (file, error) {
	f, err := os.OpenFile(d.in(name), flags|os.O_RDWR|os.O_APPEND, 0o644)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	r := &realFile{File: f, d: d, size: info.Size(), synced: info.Size()}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened[r] = struct{}{}
	return r, nil
}

func (d *directory) crash(reached func(at int64, tail []byte) []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var errs []error
	for f := range d.opened {
		errs = append(errs, f.lose(reached), f.File.Close())
	}
	clear(d.opened)
	return errors.Join(errs...)
}

// realFile is an open file of a directory. One goroutine at a time uses it.
type realFile struct {
	*os.File
	d            *directory
	size, synced int64
}

func (f *realFile) Write(b []byte) (int, error) {
	n, err := f.File.Write(b)
	f.size += int64(n)
	return n, err
}

func (f *realFile) truncate(size int64) error {
	if err := f.File.Truncate(size); err != nil {
		return err
	}
	f.size, f.synced = size, min(f.synced, size)
	return nil
}

func (f *realFile) sync() error {
	if err := datasync(f.File); err != nil {
		return err
	}
	f.synced = f.size
	return nil
}

// lose cuts the file back to what was synced, and what reached the disk beyond.
func (f *realFile) lose(reached func(at int64, tail []byte) []byte) error {
	var kept []byte
	if reached != nil && f.size > f.synced {
		tail := make([]byte, f.size-f.synced)
		if _, err := f.File.ReadAt(tail, f.synced); err != nil {
			return err
		}
		kept = reached(f.synced, tail)
	}
	if err := f.File.Truncate(f.synced); err != nil {
		return err
	}
	_, err := f.File.Write(kept)
	return err
}

func (f *realFile) Close() error {
	f.d.mu.Lock()
	delete(f.d.opened, f)
	f.d.mu.Unlock()
	return f.File.Close()
}
