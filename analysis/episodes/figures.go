package episodes

import (
	"encoding/json"

	"nines/analysis"
)

// Figures has the same for each figure of an episode: what one episode shows, or
// the distribution over many. Times are ms.
type Figures[T any] struct {
	// Detect is the time until another leader was chosen. An episode without a new
	// leader has no figure, as none was called for, unless the service was
	// still out when it was cut short: then it is censored there.
	Detect T `json:"detect_ms"`
	// Out is all the time in which nobody was served, from injection to the next
	// fault or the end; of the owner that was out for the longest, where keys have owners.
	Out T `json:"out_ms"`
	// OutSLO is the same with a deadline: no probe was good.
	OutSLO T `json:"out_slo_ms"`
	// OutReads and OutWrites are Out by the probes that only read, and that only write.
	OutReads  T `json:"out_reads_ms"`
	OutWrites T `json:"out_writes_ms"`
	// OutHit and OutOthers are all the time in which the clients of a node were not served,
	// total outages included: of the nodes that the fault hit, and of the others, the one that
	// was out for the longest. None where it hit no node, or all.
	OutHit    T `json:"out_hit_ms"`
	OutOthers T `json:"out_others_ms"`
	// OnInject and OnHeal are the longest gaps that began before and after healing.
	OnInject T `json:"on_inject_ms"`
	OnHeal   T `json:"on_heal_ms"`
	// Partial is all the time in which clients of some nodes were out, and of others not.
	Partial T `json:"partial_ms"`
	// PartialInject and PartialHeal are that part of it which began before and after healing.
	PartialInject T `json:"partial_inject_ms"`
	PartialHeal   T `json:"partial_heal_ms"`
	// Back95 is the time from injection until throughput was back at 95 %, Back95Heal
	// the same from healing.
	Back95     T `json:"back95_ms"`
	Back95Heal T `json:"back95_heal_ms"`
	// LostOps is the deficit of throughput, summed until it was back, in operations.
	LostOps T `json:"lost_ops"`
	// Lasting is the share of the load that was not served any more after
	// recovery; 0 where it is within the noise of the baseline.
	Lasting T `json:"lasting_share"`
	// InDoubt is the longest that a participant of atomic commit was in doubt.
	InDoubt T `json:"in_doubt_ms"`
}

// all are the figures in their order.
func (f *Figures[T]) all() []*T {
	return []*T{
		&f.Detect, &f.Out, &f.OutSLO, &f.OutReads, &f.OutWrites, &f.OutHit, &f.OutOthers, &f.OnInject, &f.OnHeal,
		&f.Partial, &f.PartialInject, &f.PartialHeal, &f.Back95, &f.Back95Heal, &f.LostOps, &f.Lasting, &f.InDoubt,
	}
}

// A Bound is a figure of one episode: NaN if it has none, a lower bound if it is
// censored.
type Bound struct {
	Value    float64
	Censored bool
}

type boundJSON struct {
	Value    analysis.MS `json:"value"`
	Censored bool        `json:"censored,omitempty"`
}

// MarshalJSON writes NaN as null.
func (b Bound) MarshalJSON() ([]byte, error) {
	return json.Marshal(boundJSON{analysis.MS(b.Value), b.Censored})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (b *Bound) UnmarshalJSON(data []byte) error {
	var v boundJSON
	if err := json.Unmarshal(data, &v); err != nil {
		return err
	}
	*b = Bound{float64(v.Value), v.Censored}
	return nil
}
