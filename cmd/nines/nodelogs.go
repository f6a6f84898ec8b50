package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
)

// nodeLogs are the files that nodes log to.
type nodeLogs struct {
	files   []*os.File
	loggers map[string]*slog.Logger
}

func openLogs(dir string, nodes []string) (*nodeLogs, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the folder of the nodes' logs: %w", err)
	}
	l := &nodeLogs{loggers: make(map[string]*slog.Logger)}
	for _, n := range nodes {
		f, err := os.Create(filepath.Join(dir, n+".log"))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open the log of node %s: %w", n, err), l.close())
		}
		l.files = append(l.files, f)
		l.loggers[n] = slog.New(slog.NewTextHandler(f, &slog.HandlerOptions{Level: slog.LevelInfo}))
	}
	return l, nil
}

func (l *nodeLogs) of(node string) *slog.Logger { return l.loggers[node] }

func (l *nodeLogs) close() error {
	var errs []error
	for _, f := range l.files {
		if err := f.Close(); err != nil {
			errs = append(errs, fmt.Errorf("close the log of a node: %w", err))
		}
	}
	return errors.Join(errs...)
}
