package disk

// brittle is a volume that fails after a number of operations that change it:
// the process has died, or the medium has. What fails may have been done in
// part.
type brittle struct {
	volume
	left int // operations that still work
	err  error
}

const unbreakable = 1 << 60

// spend returns the error once there are no operations left.
func (b *brittle) spend() error {
	if b.left--; b.left < 0 {
		return b.err
	}
	return nil
}

func (b *brittle) create(name string) (file, error) { return b.wrap(b.volume.create, name) }
func (b *brittle) open(name string) (file, error)   { return b.wrap(b.volume.open, name) }

func (b *brittle) wrap(f func(string) (file, error), name string) (file, error) {
	if err := b.spend(); err != nil {
		return nil, err
	}
	inner, err := f(name)
	return &brittleFile{inner, b}, err
}

func (b *brittle) rename(from, to string) error {
	if err := b.spend(); err != nil {
		return err
	}
	return b.volume.rename(from, to)
}

func (b *brittle) remove(name string) error {
	if err := b.spend(); err != nil {
		return err
	}
	return b.volume.remove(name)
}

func (b *brittle) sync() error {
	if err := b.spend(); err != nil {
		return err
	}
	return b.volume.sync()
}

type brittleFile struct {
	file
	b *brittle
}

// Write does half of its work before it fails.
func (f *brittleFile) Write(p []byte) (int, error) {
	if err := f.b.spend(); err != nil {
		n, _ := f.file.Write(p[:len(p)/2])
		return n, err
	}
	return f.file.Write(p)
}

func (f *brittleFile) sync() error {
	if err := f.b.spend(); err != nil {
		return err
	}
	return f.file.sync()
}

func (f *brittleFile) truncate(size int64) error {
	if err := f.b.spend(); err != nil {
		return err
	}
	return f.file.truncate(size)
}
