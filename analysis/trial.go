package analysis

import (
	"path/filepath"

	"nines/bench"
	"nines/results"
)

// Trial computes the summary of the trial in dir from its files, and writes
// what follows from them: summary.json and latency.hlog. It may be done as often
// as one likes: the same files give the same bytes.
func Trial(dir string, opts Options) (Summary, error) {
	in, err := LoadThinned(dir, Thinning{}, nil)
	if err != nil {
		return Summary{}, err
	}
	s := Analyze(in, opts)
	if err := results.WriteJSON(filepath.Join(dir, results.TrialSummaryFile), &s); err != nil {
		return Summary{}, err
	}
	return s, results.WriteLatency(filepath.Join(dir, results.LatencyFile), in.Facts.Started, byKind(in))
}

// Load reads the files of a trial.
func Load(dir string) (Input, error) {
	r, err := results.ReadTrial(dir)
	if err != nil {
		return Input{}, err
	}
	samples, err := results.ReadSamples(filepath.Join(dir, results.SamplesFile))
	if err != nil {
		return Input{}, err
	}
	in := Input{Facts: r.Facts, Samples: samples, Faults: r.Faults, Events: r.Events}
	if !r.Facts.Txns {
		return in, nil
	}
	for txn, err := range results.ReadTxns(filepath.Join(dir, results.TxnsFile)) {
		if err != nil {
			return Input{}, err
		}
		in.Txns = append(in.Txns, txn)
	}
	return in, nil
}

// byKind are the operations of the load, for the histograms.
func byKind(in Input) []results.Tagged {
	var out []results.Tagged
	for kind := bench.Read; kind <= bench.Transact; kind++ {
		tagged := results.Tagged{Tag: kind.String()}
		for i := range in.Samples {
			s := &in.Samples[i]
			if s.Class != bench.Main || s.Kind != kind || s.Due < 0 || s.Due >= in.Facts.Duration {
				continue
			}
			if s.Outcome == bench.OK {
				tagged.OK = append(tagged.OK, results.Timed{Due: s.Due, Response: s.Response()})
			} else {
				tagged.Fail++
			}
		}
		if len(tagged.OK)+tagged.Fail > 0 {
			out = append(out, tagged)
		}
	}
	return out
}
