package report

import (
	"fmt"
	"maps"
	"slices"

	"nines/analysis"
	"nines/results"
)

// terms defines every figure of the report, with this run's settings.
func terms(summaries []analysis.Summary) []term {
	var f results.Facts
	if len(summaries) > 0 {
		f = summaries[0].Facts
	}
	return []term{
		{termLoad, "Load", "Arrivals do not wait for the system (unless the loop is closed). An operation that was late, failed, never answered or never sent counts, from when it was due."},
		{termResponse, "Response and service time", fmt.Sprintf("Response runs from when an operation was due to its success, service from when it was sent. Percentiles run over all due operations; one that never succeeded is infinite and shown as beyond the time at which clients give up, %s.", orNone(duration(f.Abandon)))},
		{termLag, "Lag", "From due to sent: how late the load generator itself was. It is part of every response time. If it is large, a gate fails."},
		{termGood, "Good, throughput, goodput, success ratio", fmt.Sprintf("Good: succeeded within the deadline, %s after it was due. Throughput: successes a second. Goodput: good ones a second. Success ratio: good / due.", orNone(duration(f.Deadline)))},
		{termOutcomes, "Outcomes", "ok; rejected: certainly without effect; unknown: may have had its effect, or may yet have it; dropped: due, but no session was free to send it."},
		{termIntervals, "Interval availability (intervals up)", fmt.Sprintf("The share of bins of %s in which at least %.3g %% of the operations that were due were good.", orNone(duration(f.SLOBin)), 100*f.SLOTarget)},
		{termUptime, "User-uptime", "Hauer et al., NSDI 2020: each stretch between two consecutive operations of one user is up or down by the outcome of its first; stretches longer than a cutoff are left out; up / (up + down)."},
		{termProbes, "Probes", fmt.Sprintf("A small fixed-rate load pinned to each node, one probe every %s a node, apart from the workload. Gaps and SLO outages come from probes alone.", orNone(duration(f.Probe)))},
		{termGap, "Service gap", "The time between consecutive completions of successful probes, less one probe period, where it exceeds three periods and the baseline's p99.9. It finds a stall of any length, also one that the deadline would forgive. Resolution: one probe period, written ±."},
		{termSLO, "SLO outage", "A maximal stretch, by due time, in which no probe was good. Same resolution."},
		{termEpisode, "Episode", "One injection of a fault, from before it to full recovery. Its times count from the start of the injection."},
		{termDetect, "New leader (detection)", "Of an episode: until a node became leader in a higher term, by its own events. A dash where nobody leads, or nobody new."},
		{termBack, "Back at 95 %", "Of an episode: until goodput was at 95 % of its baseline again for several bins."},
		{termLost, "Lost operations", "Of an episode: the integral of the deficit of goodput below its baseline, until it was back."},
		{termCensored, "Censored", "What had not ended when the next fault or the end came is a lower bound, and marked ≥ or >. It stays in every distribution as such, and is never left out."},
		{termRoles, "Leads, follows, down, cut off, partly cut off", "What the events of a node tell of it. A node leads if it takes itself for the leader: so may two at once. Cut off: faults left the node no link, in either direction, with a majority of the nodes, itself included. Partly: they cut a link with a node that was not cut off itself, in one direction or both. A link on which messages wait until the fault is healed, or are all lost, is cut."},
		{termWindows, "Worst window (minimal cumulative ratio, MCR)", "Worst 1 s: the least good / due of all windows of that length inside the measured period (minimal cumulative ratio; Hauer et al., NSDI 2020). Windows without demand do not count. Over the whole period it is the success ratio."},
		{termDowntime, "Equivalent downtime", "(1 - success ratio) × period, as if the service had been either up or down. Of a year: if it were nothing but such trials, which are full of faults; no forecast."},
		{termAlerts, "Burn-rate alerts", "Multi-window, multi-burn-rate rules of the Site Reliability Workbook (2018), chapter 5: both the long and the short window have burnt the SLO's error budget at that rate. Their windows are scaled by one factor, so that the longest is the measured period."},
		{termSteady, "Steady state", "Where MSER-5 ends the warm-up, on throughput and on the logarithm of response time; what follows, up to the first fault, is what episodes are compared with."},
		{termOutage, "Outage of a fault", "Over many episodes of a fault: all the time in which nobody was served, from injection to the next fault or the end, so that what goes on into the next fault is cut off there, and censored. Censored episodes stay in as lower bounds (Kaplan and Meier, JASA 1958). Intervals of quantiles are order statistics of the episodes, and hold whatever the censored ones would have become; those of shares are Clopper and Pearson's."},
		{termReach, "Partial outage", "Clients of some nodes were out for longer than a gap takes to be told, and others were served."},
		{termLasting, "Lasting damage", "After recovery a smaller share of the load was served than before the first fault, by more than twice the standard error of the difference."},
		{termCost, "Cost", "CPU time of the trial's process, messages between nodes, their bytes and forced writes, divided by the operations that succeeded in the measured period, probes included."},
		{termSurvives, "What a system survives", "For each number of dead nodes, and each split in two: whether clients of the living, or of a side, still read and wrote, held against what theory says of the system."},
		{termKnee, "Knee", "The highest rate at which p99 of the response meets the SLO and the backlog does not grow, found by bisection and confirmed by further trials. The universal scalability law is fitted to a closed loop, as advice of where to look."},
		{termYear, "Nines a year", "The downtime E of a year is the sum of rate × mean outage over classes of faults, and the nines are -log₁₀(E / year), rounded down. The rates are those of the built-in table (nines list rates), from the literature and of nobody's cluster. Interval: 95 %, as the episodes are finitely many. Classes of fault that nobody measured are not in it; at worst, service is away for as long as they last. nines project takes rates of your own and says more."},
		{termModelled, "Modelled", "In virtual time: links, forced writes and timeouts take what the scenario says, and no processor is charged for."},
		{termVerdict, "Verdict", "ok: every check of the history passed. illegal: a guarantee was broken, and the trial's performance is void. unknown: the checks came to no verdict; that is not a pass. n/a: the system promises nothing that could be checked."},
		{termDoubt, "In doubt", "Of atomic commit: a participant has prepared a transaction, and does not know its fate; its keys stay locked. Counted from a heartbeat on, when it learns the fate; what it never learnt fails a check."},
		{termIllegal, "Why a history is illegal", "What a transaction found shows which ones must precede it: ww, it wrote the next version of a key; wr, it read what the other wrote; rw, it wrote the next version of what the other read; process, the same session performed it later; real time, it was sent after the other was done. If these go round, no serial order explains the history. Names as in Adya, PhD thesis, MIT 1999, and Elle, VLDB 2020."},
		{termGates, "Gates", "Tests of the measurement, not of the system: the generator kept time, every due operation is accounted for, each fault left evidence, the baseline was healthy, there are enough samples. A trial that fails one is invalid: its figures carry †. One that warns has passed. A percentile with ≈ rests on too few independent operations for an interval."},
		{termTrials, "Several trials", "Where a system has several trials, its row holds medians over those that can be trusted, and charts over time show the trial with the median longest gap. The trial is the unit of inference, not the operation."},
	}
}

func orNone(s string) string {
	if s == "0" {
		return "none"
	}
	return s
}

// runPairs is the manifest for reading.
func runPairs(m results.Manifest) []pair {
	out := []pair{{"scenario", title(m)}, {"seed", fmt.Sprint(m.Seed)}}
	if !m.Started.IsZero() {
		out = append(out, pair{"started", m.Started.UTC().Format("2006-01-02 15:04:05 UTC")})
	}
	switch {
	case m.Ended != nil:
		out = append(out, pair{"ended", m.Ended.UTC().Format("2006-01-02 15:04:05 UTC")})
	case len(m.Trials) > 0:
		out = append(out, pair{"ended", "not yet, or interrupted"})
	}
	out = append(out, machinePairs(m.Machine)...)
	version := m.Versions.Nines
	if m.Versions.Revision != "" {
		version += ", revision " + m.Versions.Revision
	}
	if m.Versions.Modified {
		version += " with uncommitted changes"
	}
	out = append(out, pair{"nines", orDash(version)}, pair{"Go", orDash(m.Versions.Go)})
	for _, e := range m.Trials {
		if e.State != results.Done {
			out = append(out, pair{"trial " + oneLine(e.Trial), orDash(string(e.State) + " " + e.Why)})
		}
	}
	return out
}

func machinePairs(m results.Machine) []pair {
	var out []pair
	add := func(name, value string) {
		if value = oneLine(value); value != "" {
			out = append(out, pair{name, value})
		}
	}
	add("machine", m.Host)
	add("system", m.OS+" "+m.Arch+" "+m.Kernel)
	add("CPU", m.CPU)
	if m.Cores > 0 {
		add("cores", fmt.Sprintf("%d, GOMAXPROCS %d", m.Cores, m.GoMaxProcs))
	}
	if m.Memory > 0 {
		add("memory", fmt.Sprintf("%.1f GiB", float64(m.Memory)/(1<<30)))
	}
	if m.Cores > 0 {
		add("load before the run", fmt.Sprintf("%.2f, %.2f, %.2f (1, 5, 15 minutes)", m.Load[0], m.Load[1], m.Load[2]))
	}
	add("filesystem of the results", m.Filesystem)
	return out
}

func modules(m results.Manifest) *table {
	if len(m.Versions.Modules) == 0 {
		return nil
	}
	t := &table{Title: "Libraries", Keys: 1, Columns: []column{{"module", word}, {"version", word}}}
	for _, name := range slices.Sorted(maps.Keys(m.Versions.Modules)) {
		t.add(oneLine(name), oneLine(m.Versions.Modules[name]))
	}
	return t
}
