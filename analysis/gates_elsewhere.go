package analysis

// elsewhere are the gates of a history that was recorded elsewhere. Nothing is known
// of how its load was made and its faults were injected, so what a trial of ours is
// refused for is a warning here: but a figure needs operations and times.
func (t *trial) elsewhere(s *Summary) []Gate {
	gates := []Gate{
		gate(GateAccounting, s.Counts.Due > 0, "operations are counted as the file has them",
			"no operation was due in the measured period: say with --period how long it was"),
		gate("times", !t.Facts.Elsewhere.Untimed, "operations have times",
			"the history has no times, so no figure means anything: only the verdict counts"),
		warned(t.sent(s)),
	}
	if t.Facts.Elsewhere.Due {
		gates = append(gates, warned(t.generator(s)), lagging(s))
	}
	if s.Gaps.Measured {
		gates = append(gates, warned(t.prober(s)))
	}
	gates = append(gates, warned(enough(s)), independents(s))
	if len(t.faults) > 0 {
		gates = append(gates, warned(t.baselineHealth()))
		gates = append(gates, t.healthBefore()...)
	}
	return append(gates, correct(s))
}

// warned makes a gate that failed one that warns.
func warned(g Gate) Gate {
	if !g.Pass {
		g.Pass, g.Warn = true, true
	}
	return g
}
