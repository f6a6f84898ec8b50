package saturation_test

import (
	"testing"

	"nines/analysis/saturation"
)

func TestKneeInWords(t *testing.T) {
	for want, k := range map[string]saturation.Knee{
		"1000 op/s (held 3 of 3; failed at 1050)": {
			State: saturation.Confirmed, Rate: 1000, Above: 1050, Limit: saturation.BySystem, Held: 3, Tried: 3},
		"907 op/s (held 2 of 3; failed at 952; lowered from 1000 (held 1 of 3), 952 (held 0 of 2, 1 unfit))": {
			State: saturation.Confirmed, Rate: 907, Above: 952, Limit: saturation.BySystem, Held: 2, Tried: 3,
			Lower: []saturation.Refut{{1000, 1, 3, 0}, {952, 0, 2, 1}}},
		"1000 op/s or more (held 3 of 3; at 1050 op/s the limit is the measurement's, not the system's)": {
			State: saturation.Confirmed, Rate: 1000, Above: 1050, Limit: saturation.ByGenerator, Held: 3, Tried: 3},
		"1000 op/s or more (held 3 of 3; the highest rate that was to be tried)": {
			State: saturation.Confirmed, Rate: 1000, Limit: saturation.ByMaximum, Held: 3, Tried: 3},
		"none: not even 167 op/s held": {State: saturation.None, Above: 167, Limit: saturation.BySystem},
		"none: not even 167 op/s held; at 167 op/s the limit is the measurement's, not the system's": {
			State: saturation.None, Above: 167, Limit: saturation.ByGenerator},
		"1000 op/s (held 3 of 4; failed at 1050; unverified: the checks came to no verdict on a history)": {
			State: saturation.Confirmed, Rate: 1000, Above: 1050, Limit: saturation.BySystem, Held: 3, Tried: 4, Unverified: true},
		"none: a history was illegal":               {State: saturation.Void},
		"not found yet":                             {State: saturation.Unfinished},
		"not found yet: between 1000 and 1500 op/s": {State: saturation.Unfinished, Rate: 1000, Above: 1500},
		"not found yet: above 1000 op/s":            {State: saturation.Unfinished, Rate: 1000},
		"not found yet: below 1500 op/s":            {State: saturation.Unfinished, Above: 1500},
		"not confirmed: held 0 of 2; lowered from 10 (held 0 of 2)": {
			State: saturation.Unconfirmed, Above: 10, Limit: saturation.BySystem, Tried: 2, Lower: []saturation.Refut{{10, 0, 2, 0}}},
	} {
		if got := k.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
