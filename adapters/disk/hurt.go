package disk

import (
	"fmt"
	"syscall"
)

// The errors of a medium that faults make fail.
var (
	errIO   = fmt.Errorf("injected fault: %w", syscall.EIO)
	errFull = fmt.Errorf("injected fault: %w", syscall.ENOSPC)
)

// change returns why nothing can be changed on the medium now.
func (d *Disk) change() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, y := range d.faults {
		if y.Fail {
			y.harm.Failed++
			return errIO
		}
	}
	return nil
}

// fit returns how many of n bytes can be written now, and why not all of them.
func (d *Disk) fit(n int) (int, error) {
	if err := d.change(); err != nil {
		return 0, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	fits := int64(n)
	var tight *fault
	for _, y := range d.faults {
		if y.Full && y.room < fits {
			fits, tight = y.room, y
		}
	}
	for _, y := range d.faults {
		y.room -= fits
	}
	if tight != nil {
		tight.harm.Failed++
		return int(fits), errFull
	}
	return n, nil
}

// hurtVolume is a volume as the faults upon its disk let it be, whatever it is
// made of. Reading is never hurt.
type hurtVolume struct {
	volume
	d *Disk
}

func (v *hurtVolume) create(name string) (file, error) { return v.take(v.volume.create, name) }
func (v *hurtVolume) open(name string) (file, error)   { return v.take(v.volume.open, name) }

func (v *hurtVolume) take(from func(string) (file, error), name string) (file, error) {
	if err := v.d.change(); err != nil {
		return nil, err
	}
	f, err := from(name)
	if err != nil {
		return nil, err
	}
	return &hurtFile{f, v.d}, nil
}

func (v *hurtVolume) rename(from, to string) error {
	if err := v.d.change(); err != nil {
		return err
	}
	return v.volume.rename(from, to)
}

func (v *hurtVolume) remove(name string) error {
	if err := v.d.change(); err != nil {
		return err
	}
	return v.volume.remove(name)
}

func (v *hurtVolume) sync() error {
	if err := v.d.change(); err != nil {
		return err
	}
	return v.volume.sync()
}

type hurtFile struct {
	file
	d *Disk
}

func (f *hurtFile) Write(p []byte) (int, error) {
	fits, full := f.d.fit(len(p))
	n, err := f.file.Write(p[:fits])
	if err == nil {
		err = full
	}
	return n, err
}

func (f *hurtFile) sync() error {
	if err := f.d.change(); err != nil {
		return err
	}
	return f.file.sync()
}

func (f *hurtFile) truncate(size int64) error {
	if err := f.d.change(); err != nil {
		return err
	}
	return f.file.truncate(size)
}
