package results

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// A FormatError says that a file is there but is not what it should be:
// foreign, truncated, damaged, or of another schema version.
type FormatError struct {
	Path string
	Why  string
}

func (e *FormatError) Error() string { return e.Path + ": " + e.Why }

// WriteFile writes a file whole or not at all: into a temporary file in the
// same folder, which is synced and then renamed. After an error nothing is left
// but what was there before.
func WriteFile(path string, write func(io.Writer) error) error {
	f, err := createAtomic(path)
	if err != nil {
		return err
	}
	defer f.abort()
	w := bufio.NewWriterSize(f.tmp, 1<<16)
	if err := write(w); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return f.commit()
}

// WriteJSON writes v as an indented JSON file, whole or not at all. It refuses
// to write a value that it cannot encode before it touches the folder.
func WriteJSON(path string, v any) error {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("encode %s: %w", path, err)
	}
	return WriteFile(path, func(w io.Writer) error {
		_, err := w.Write(append(b, '\n'))
		return err
	})
}

// ReadJSON reads a JSON file that [WriteJSON] wrote into v, and refuses another
// schema version. what names the file's content in errors.
func ReadJSON(path, what string, v any) error { return readJSON(path, what, v) }

// readJSON reads a JSON file into v after it has checked the file's schema.
func readJSON(path, what string, v any) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("read %s: %w", what, err)
	}
	var head struct{ Schema *int }
	if err := json.Unmarshal(b, &head); err != nil {
		return &FormatError{path, fmt.Sprintf("not a %s: %v", what, err)}
	}
	if err := checkSchema(path, what, head.Schema); err != nil {
		return err
	}
	if err := json.Unmarshal(b, v); err != nil {
		return &FormatError{path, fmt.Sprintf("not a %s: %v", what, err)}
	}
	return nil
}

func checkSchema(path, what string, got *int) error {
	switch {
	case got == nil:
		return &FormatError{path, fmt.Sprintf("not a %s: it has no schema version", what)}
	case *got != Schema:
		return &FormatError{path, fmt.Sprintf("a %s of schema %d; this version of nines reads schema %d", what, *got, Schema)}
	}
	return nil
}

// An atomicFile is written beside its path and appears there on commit.
type atomicFile struct {
	path string
	tmp  *os.File // nil once committed or aborted
}

func createAtomic(path string) (*atomicFile, error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*.tmp")
	if err != nil {
		return nil, fmt.Errorf("create %s: %w", path, err)
	}
	return &atomicFile{path: path, tmp: tmp}, nil
}

func (f *atomicFile) commit() error {
	tmp := f.tmp
	if tmp == nil {
		return errors.New("commit " + f.path + ": the file was given up")
	}
	f.tmp = nil
	err := errors.Join(tmp.Chmod(0o644), tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), f.path)
	}
	if err != nil {
		os.Remove(tmp.Name())
		return fmt.Errorf("write %s: %w", f.path, err)
	}
	return syncDir(filepath.Dir(f.path))
}

// abort removes what was written; after commit it does nothing.
func (f *atomicFile) abort() {
	if f.tmp != nil {
		f.tmp.Close()
		os.Remove(f.tmp.Name())
		f.tmp = nil
	}
}

// syncDir makes the names in a folder survive a crash.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("sync folder: %w", err)
	}
	if err := errors.Join(d.Sync(), d.Close()); err != nil {
		return fmt.Errorf("sync folder %s: %w", dir, err)
	}
	return nil
}
