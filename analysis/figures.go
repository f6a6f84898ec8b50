package analysis

import (
	"encoding/json"
	"math"
	"time"

	"nines/bench"
)

var (
	inf = math.Inf(1)
	nan = math.NaN()
)

// ms converts; [bench.Never] becomes +Inf.
func ms(d time.Duration) MS {
	if d == bench.Never {
		return MS(inf)
	}
	return MS(float64(d) / float64(time.Millisecond))
}

// ratio is NaN where there is nothing to divide by.
func ratio(part, whole float64) float64 {
	if whole == 0 {
		return nan
	}
	return part / whole
}

// The figures below are plain numbers in memory, where NaN stands for "no
// figure"; JSON has no NaN, so that they are written as [MS] is. They lie less
// deep than the fields of the same name, and so take their place.

type summaryFigures struct {
	Throughput           MS `json:"throughput_ops_s"`
	Goodput              MS `json:"goodput_ops_s"`
	SuccessRatio         MS `json:"success_ratio"`
	IntervalAvailability MS `json:"interval_availability"`
	UserUptime           MS `json:"user_uptime"`
}

type plainSummary Summary

type deepSummary struct{ *plainSummary }

type summaryJSON struct {
	deepSummary
	summaryFigures
}

// MarshalJSON writes figures that have no value as null.
func (s Summary) MarshalJSON() ([]byte, error) {
	return json.Marshal(summaryJSON{deepSummary{(*plainSummary)(&s)}, summaryFigures{
		MS(s.Throughput), MS(s.Goodput), MS(s.SuccessRatio), MS(s.IntervalAvailability), MS(s.UserUptime),
	}})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (s *Summary) UnmarshalJSON(b []byte) error {
	v := summaryJSON{deepSummary: deepSummary{(*plainSummary)(s)}}
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	f := v.summaryFigures
	s.Throughput, s.Goodput = float64(f.Throughput), float64(f.Goodput)
	s.SuccessRatio, s.IntervalAvailability = float64(f.SuccessRatio), float64(f.IntervalAvailability)
	s.UserUptime = float64(f.UserUptime)
	return nil
}

type episodeFigures struct {
	Baseline MS `json:"baseline_ops_s"`
	LostOps  MS `json:"lost_ops"`
}

type plainEpisode Episode

type deepEpisode struct{ *plainEpisode }

type episodeJSON struct {
	deepEpisode
	episodeFigures
}

// MarshalJSON writes figures that have no value as null.
func (e Episode) MarshalJSON() ([]byte, error) {
	return json.Marshal(episodeJSON{deepEpisode{(*plainEpisode)(&e)}, episodeFigures{MS(e.Baseline), MS(e.LostOps)}})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (e *Episode) UnmarshalJSON(b []byte) error {
	v := episodeJSON{deepEpisode: deepEpisode{(*plainEpisode)(e)}}
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	e.Baseline, e.LostOps = float64(v.episodeFigures.Baseline), float64(v.episodeFigures.LostOps)
	return nil
}

// perOpJSON is [PerOp], field by field.
type perOpJSON struct {
	CPU      MS `json:"cpu_us"`
	Messages MS `json:"messages"`
	Bytes    MS `json:"bytes"`
	Syncs    MS `json:"syncs"`
}

// MarshalJSON writes figures that have no value as null.
func (p PerOp) MarshalJSON() ([]byte, error) {
	return json.Marshal(perOpJSON{MS(p.CPU), MS(p.Messages), MS(p.Bytes), MS(p.Syncs)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (p *PerOp) UnmarshalJSON(b []byte) error {
	var v perOpJSON
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	*p = PerOp{CPU: float64(v.CPU), Messages: float64(v.Messages), Bytes: float64(v.Bytes), Syncs: float64(v.Syncs)}
	return nil
}
