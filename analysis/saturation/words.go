package saturation

import (
	"fmt"
	"strings"
)

// String says what was found, in a line.
func (k Knee) String() string {
	switch k.State {
	case Confirmed:
		return fmt.Sprintf("%.0f op/s%s (%s)", k.Rate, k.orMore(), strings.Join(k.how(), "; "))
	case Unconfirmed:
		return fmt.Sprintf("not confirmed: %s", strings.Join(k.how(), "; "))
	case None:
		return fmt.Sprintf("none: %s", strings.Join(append([]string{fmt.Sprintf("not even %.0f op/s held", k.Above)}, k.why()...), "; "))
	case Void:
		return "none: a history was illegal"
	}
	switch {
	case k.Rate > 0 && k.Above > 0:
		return fmt.Sprintf("not found yet: between %.0f and %.0f op/s", k.Rate, k.Above)
	case k.Rate > 0:
		return fmt.Sprintf("not found yet: above %.0f op/s", k.Rate)
	case k.Above > 0:
		return fmt.Sprintf("not found yet: below %.0f op/s", k.Above)
	}
	return "not found yet"
}

// orMore marks a knee that is a lower bound of the system's.
func (k Knee) orMore() string {
	if k.Limit == BySystem {
		return ""
	}
	return " or more"
}

// how says how the knee was confirmed and bounded.
func (k Knee) how() []string {
	out := []string{fmt.Sprintf("held %d of %d", k.Held, k.Tried)}
	out = append(append(out, k.why()...), k.lowered()...)
	if k.Unverified {
		out = append(out, "unverified: the checks came to no verdict on a history")
	}
	return out
}

func (k Knee) why() []string {
	switch {
	case k.Limit == ByMaximum:
		return []string{"the highest rate that was to be tried"}
	case k.Limit == ByGenerator:
		return []string{fmt.Sprintf("at %.0f op/s the limit is the measurement's, not the system's", k.Above)}
	case k.Above > 0 && k.Rate > 0:
		return []string{fmt.Sprintf("failed at %.0f", k.Above)}
	}
	return nil
}

func (k Knee) lowered() []string {
	if len(k.Lower) == 0 {
		return nil
	}
	var rates []string
	for _, r := range k.Lower {
		text := fmt.Sprintf("%.0f (held %d of %d", r.Rate, r.Held, r.Tried)
		if r.Unfit > 0 {
			text += fmt.Sprintf(", %d unfit", r.Unfit)
		}
		rates = append(rates, text+")")
	}
	return []string{"lowered from " + strings.Join(rates, ", ")}
}
