package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"nines/bench/trial"
	"nines/results"
)

// simulate runs a negative control in the event queue, in no time, and leaves what
// a trial leaves. Load, faults and seed are the control's own.
func simulate(_ context.Context, x *spec, files *results.Trial, _ *teller, _ passage) (trial.Result, error) {
	if x.ready.Simulate == nil {
		return trial.Result{}, badInput{fmt.Errorf("system %s: host %s runs negative controls alone", x.label, x.scenario.Host)}
	}
	began := time.Now()
	facts, h, failed := x.ready.Simulate()
	facts.System, facts.Adapter, facts.Settings = x.label, x.system.Name, x.settings
	facts.Variant, facts.Repeat, facts.Started = x.variant, x.repeat, began
	if failed != nil { // a history up to then
		facts.Failure = failed.Error()
	}
	err := files.Samples.Record(h.Samples)
	if facts.Txns {
		txns, failed := files.Txns()
		if failed != nil {
			return trial.Result{}, failed
		}
		for _, r := range h.Txns {
			err = errors.Join(err, txns.RecordTxn(r))
		}
	}
	return trial.Result{Facts: facts, Faults: h.Faults, Events: h.Events}, err
}
