package disk

import (
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"sync"
)

// memory is a volume that forgets, on a crash, exactly what was not synced:
// bytes of files, and also names.
type memory struct {
	mu      sync.Mutex
	live    map[string]*inode
	durable map[string]*inode
}

// inode is the bytes of a file. It is appended to, and so is the prefix that
// is durable. The bytes are in blocks, since to grow one slice would copy a log
// again and again, which no disk does.
type inode struct {
	blocks [][]byte // all but the last are full
	size   int
	synced int
}

const blockSize = 64 << 10

func (n *inode) append(b []byte) {
	for len(b) > 0 {
		at := n.size % blockSize
		if at == 0 {
			n.blocks = append(n.blocks, make([]byte, blockSize))
		}
		k := copy(n.blocks[len(n.blocks)-1][at:], b)
		n.size += k
		b = b[k:]
	}
}

func (n *inode) truncate(size int) {
	n.size = size
	n.synced = min(n.synced, size)
	n.blocks = n.blocks[:(size+blockSize-1)/blockSize]
}

func (n *inode) bytes() []byte {
	return slices.Concat(n.blocks...)[:n.size]
}

func newMemory() *memory {
	return &memory{live: make(map[string]*inode), durable: make(map[string]*inode)}
}

func (m *memory) names() ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Keys(m.live)), nil
}

func (m *memory) find(name string) (*inode, error) {
	if n := m.live[name]; n != nil {
		return n, nil
	}
	return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
}

func (m *memory) read(name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.find(name)
	if err != nil {
		return nil, err
	}
	return n.bytes(), nil
}

func (m *memory) create(name string) (file, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := &inode{}
	m.live[name] = n
	return &memoryFile{m, n}, nil
}

func (m *memory) open(name string) (file, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.find(name)
	if err != nil {
		return nil, err
	}
	return &memoryFile{m, n}, nil
}

func (m *memory) rename(from, to string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	n, err := m.find(from)
	if err != nil {
		return err
	}
	delete(m.live, from)
	m.live[to] = n
	return nil
}

func (m *memory) remove(name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.live, name)
	return nil
}

func (m *memory) sync() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.durable = maps.Clone(m.live)
	return nil
}

func (m *memory) crash(reached func(at int64, tail []byte) []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.live = maps.Clone(m.durable)
	for _, n := range m.live {
		var kept []byte
		if reached != nil && n.size > n.synced {
			kept = reached(int64(n.synced), n.bytes()[n.synced:])
		}
		n.truncate(n.synced)
		n.append(kept)
		n.synced = n.size
	}
	return nil
}

// memoryFile is an open file of a memory.
type memoryFile struct {
	m *memory
	n *inode
}

func (f *memoryFile) Write(b []byte) (int, error) {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	f.n.append(b)
	return len(b), nil
}

func (f *memoryFile) truncate(size int64) error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	f.n.truncate(int(size))
	return nil
}

func (f *memoryFile) sync() error {
	f.m.mu.Lock()
	defer f.m.mu.Unlock()
	f.n.synced = f.n.size
	return nil
}

func (f *memoryFile) Close() error { return nil }
