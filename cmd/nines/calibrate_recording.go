package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"time"

	"nines/analysis/calibration"
	"nines/bench"
	"nines/results"
)

// record measures what recording costs, in this process, and leaves the rounds in
// the folder.
func (c *calibrateCmd) record(ctx context.Context, dir string, p calibrationPlan, show *display) (calibration.Rounds, error) {
	var rounds calibration.Rounds
	s, err := c.parse(p.ladderScenario())
	if err != nil {
		return rounds, err
	}
	x, err := specify(listed(s)[0])
	if err != nil {
		return rounds, err
	}
	show.line("recording: %s of a closed loop, in real time", plural(2*p.recording.Rounds, "round"))
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent)) // as in a trial
	w := &loop{x: x, operations: p.recording.Operations}
	file := filepath.Join(dir, results.SamplesFile)
	for range p.recording.Rounds {
		if err := w.turn(ctx, file, &rounds); err != nil {
			return rounds, fmt.Errorf("measure what recording costs: %w", errors.Join(err, os.RemoveAll(file)))
		}
	}
	return rounds, errors.Join(os.Remove(file), results.WriteJSON(filepath.Join(dir, "recording.json"), &rounds))
}

// A loop is a closed loop of one session.
type loop struct {
	x          *spec
	operations int
}

// turn makes a round without the recorder of a trial and one with it.
func (w *loop) turn(ctx context.Context, file string, rounds *calibration.Rounds) error {
	cpu, elapsed, err := w.round(ctx, nothing{}, func() error { return nil })
	if err != nil {
		return err
	}
	rounds.Without, rounds.ElapsedWithout = append(rounds.Without, cpu), append(rounds.ElapsedWithout, elapsed)
	samples, err := results.CreateSamples(file)
	if err != nil {
		return err
	}
	cpu, elapsed, err = w.round(ctx, bench.Tee(samples, new(bench.Progress)), samples.Close)
	if err != nil {
		return errors.Join(err, samples.Close())
	}
	rounds.With, rounds.ElapsedWith = append(rounds.With, cpu), append(rounds.ElapsedWith, elapsed)
	return nil
}

// round returns the nanoseconds for each operation, with what it takes to close
// the recorder.
func (w *loop) round(ctx context.Context, rec bench.Recorder, closes func() error) (cpu, elapsed float64, err error) {
	host, err := w.x.host("")
	if err != nil {
		return 0, 0, err
	}
	cluster, err := w.x.ready.Start(host)
	if err != nil {
		return 0, 0, err
	}
	defer cluster.Close()
	runtime.GC() // nobody pays for the round before
	used, began := cpuTime(), time.Now()
	_, err = bench.Run(ctx, bench.Config{
		Cluster: cluster, Base: began, Recorder: rec,
		Closed: []bench.Closed{{
			Class: bench.Main, Sessions: 1, Until: bench.Never,
			Source: func(int) bench.Source { return &first{w.x.workload.Source(), w.operations} },
			Picker: func(int) bench.Picker { return bench.Pinned(0) },
		}},
	})
	if err == nil {
		err = closes()
	}
	n := float64(w.operations)
	return float64(cpuTime()-used) / n, float64(time.Since(began)) / n, err
}

// first is the first operations of a source.
type first struct {
	bench.Source
	left int
}

// Next implements [bench.Source].
func (f *first) Next(op *bench.Op) bool {
	f.left--
	return f.left >= 0 && f.Source.Next(op)
}

// nothing is an engine's recorder where nothing is recorded.
type nothing struct{}

// Record implements [bench.Recorder].
func (nothing) Record([]bench.Sample) error { return nil }
