package main

import (
	"path/filepath"
	"runtime/debug"

	"nines/analysis"
	"nines/results"
)

// collectOften is the GOGC of the analysis of a trial that is too long to be held:
// what is kept of it would else be half of the memory, and an hour at 20,000 op/s is to
// fit into 400 MB.
const collectOften = 25

// summarize is [analysis.Trial], of a long trial in less memory and more time.
func summarize(dir string) (analysis.Summary, error) {
	n, err := results.CountSamples(filepath.Join(dir, results.SamplesFile))
	if err == nil && n > analysis.DefaultWhole { // an error is the analysis' to tell
		defer debug.SetGCPercent(debug.SetGCPercent(collectOften))
	}
	return analysis.Trial(dir, analysis.Options{})
}
