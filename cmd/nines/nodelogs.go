package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
)

// nodeLogs are the files that nodes log to. A node that joins later gets one then.
type nodeLogs struct {
	dir string

	mu      sync.Mutex
	files   []*os.File
	loggers map[string]*slog.Logger
	late    error // why one could not be opened
}

func openLogs(dir string, nodes []string) (*nodeLogs, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of the nodes' logs: %w", err)
	}
	l := &nodeLogs{dir: dir, loggers: make(map[string]*slog.Logger)}
	for _, n := range nodes {
		if err := l.open(n); err != nil {
			return nil, errors.Join(err, l.close())
		}
	}
	return l, nil
}

func (l *nodeLogs) open(node string) error {
	f, err := os.Create(filepath.Join(l.dir, node+".log"))
	if err != nil {
		return fmt.Errorf("open the log of node %s: %w", node, err)
	}
	l.files = append(l.files, f)
	l.loggers[node] = slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: slog.LevelInfo}))
	return nil
}

func (l *nodeLogs) of(node string) *slog.Logger {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.loggers[node] == nil {
		if err := l.open(node); err != nil {
			l.late = errors.Join(l.late, err)
			l.loggers[node] = slog.New(slog.DiscardHandler)
		}
	}
	return l.loggers[node]
}

func (l *nodeLogs) close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	errs := []error{l.late}
	for _, f := range l.files {
		if err := f.Close(); err != nil {
			errs = append(errs, fmt.Errorf("close the log of a node: %w", err))
		}
	}
	return errors.Join(errs...)
}
