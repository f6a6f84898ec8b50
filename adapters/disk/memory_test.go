package disk

import (
	"bytes"
	"slices"
	"testing"
)

// absent is the content of a file that is not there.
const absent = "<absent>"

func content(t *testing.T, m *memory, name string) string {
	t.Helper()
	names, err := m.names()
	do(t, err)
	if !slices.Contains(names, name) {
		return absent
	}
	b, err := m.read(name)
	do(t, err)
	return string(b)
}

// The memory is as forgetful as a file system may be.
func TestMemoryForgetsWhatIsNotForced(t *testing.T) {
	m := newMemory()
	put := func(name, data string) file {
		f, err := m.create(name)
		do(t, err)
		_, err = f.Write([]byte(data))
		do(t, err)
		return f
	}
	kept := put("kept", "0123456789")
	do(t, kept.sync())
	do(t, put("unforced", "bytes").Close())
	do(t, put("replaced", "old").sync())
	do(t, put("removed", "still here").sync())
	do(t, m.sync())

	_, err := kept.Write([]byte("lost"))
	do(t, err)
	do(t, put("unnamed", "forced, but its name is not").sync())
	do(t, put("new", "new").sync())
	do(t, m.rename("new", "replaced"))
	do(t, m.remove("removed"))
	if got := content(t, m, "replaced"); got != "new" {
		t.Errorf("before the crash: replaced is %q", got)
	}
	do(t, m.crash(nil))
	for name, want := range map[string]string{
		"kept": "0123456789", "unforced": "", "replaced": "old", "removed": "still here", "unnamed": absent, "new": absent,
	} {
		if got := content(t, m, name); got != want {
			t.Errorf("after the crash: %s is %q, want %q", name, got, want)
		}
	}
}

// Appending after a file was cut writes over what was there, and only that.
func TestMemoryCutsFiles(t *testing.T) {
	m := newMemory()
	f, err := m.create("x")
	do(t, err)
	want := bytes.Repeat([]byte("0123456789"), 3*blockSize/10)
	_, err = f.Write(want)
	do(t, err)
	do(t, f.sync())
	do(t, m.sync())
	for _, size := range []int{2*blockSize + 1, 2 * blockSize, blockSize - 1, 1, 0} {
		do(t, f.truncate(int64(size)))
		_, err := f.Write([]byte("lost"))
		do(t, err)
		do(t, m.crash(nil))
		if got := content(t, m, "x"); got != string(want[:size]) {
			t.Fatalf("cut at %d: %d bytes are left", size, len(got))
		}
	}
}
