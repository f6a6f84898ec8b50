package results

import "time"

// Expected is what a committed transaction should cost, in a trial whose
// transactions are all alike: each is asked of one of its participants, all of which
// write, and there are neither probes nor faults. What was measured stands beside
// it in the report.
type Expected struct {
	Participants int           `json:"participants"`
	Formula      TxnCost       `json:"formula"` // as the adapter documents it
	Paper        TxnCost       `json:"paper"`   // as the source counts; 0: it does not say
	Source       string        `json:"source"`
	Differs      string        `json:"differs,omitempty"` // why formula and paper differ, or what is in neither
	Hop          time.Duration `json:"hop_ns"`            // one-way delay between any two nodes; 0: they differ
}

// TxnCost is what a transaction takes.
type TxnCost struct {
	Messages float64 `json:"messages"` // between different nodes
	Forced   float64 `json:"forced"`   // forced writes
	Delays   float64 `json:"delays"`   // messages one after the other; until the client is answered, unless Differs says otherwise
}
