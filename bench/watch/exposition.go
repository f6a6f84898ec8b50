package watch

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// contentType is that of the text format of Prometheus, version 0.0.4.
const contentType = "text/plain; version=0.0.4; charset=utf-8"

// A metric is what the format calls a family: lines of one name that differ in
// their labels.
type metric struct {
	name, kind, help string
	// lines tells the lines of a trial: what follows the name of a histogram's, a
	// value, and labels as name and value in turn.
	lines func(t *Trial, line func(suffix string, value float64, labels ...string))
}

// metrics are those of a trial, in the order in which they are written. All of
// their lines also have the labels trial and system.
var metrics = []metric{
	{"nines_trial_phase", "gauge", "Phase that the trial is in: 1.", func(t *Trial, line func(string, float64, ...string)) {
		line("", 1, "phase", t.Phase)
	}},
	{"nines_trial_time_seconds", "gauge", "Instant on the trial's clock; the measured period begins at 0.", func(t *Trial, line func(string, float64, ...string)) {
		line("", t.At.Seconds())
	}},
	{"nines_trial_episode", "gauge", "Episode that goes on, from 1; 0: the schedule has none, or none has begun.", func(t *Trial, line func(string, float64, ...string)) {
		line("", float64(t.Episode))
	}},
	{"nines_operations_due_total", "counter", "Operations of the load that were due.", byPeriod(func(c *Counts, line func(string, float64, ...string)) {
		line("", float64(c.Due))
	})},
	{"nines_operations_total", "counter", "Operations of the load that have ended, by outcome.", byPeriod(func(c *Counts, line func(string, float64, ...string)) {
		line("", float64(c.OK), "outcome", "ok")
		line("", float64(c.Rejected), "outcome", "rejected")
		line("", float64(c.Unknown), "outcome", "unknown")
		line("", float64(c.Dropped), "outcome", "dropped")
	})},
	{"nines_operations_good_total", "counter", "Operations that succeeded within the deadline of when they were due.", byPeriod(func(c *Counts, line func(string, float64, ...string)) {
		line("", float64(c.Good))
	})},
	{"nines_response_seconds", "histogram", "From when an operation was due to its success. One that failed is in the bucket +Inf, and not in the sum.",
		byPeriod(func(c *Counts, line func(string, float64, ...string)) { c.Response.lines(line) })},
	{"nines_send_lag_seconds", "histogram", "From when an operation was due until it was sent.",
		byPeriod(func(c *Counts, line func(string, float64, ...string)) { c.Lag.lines(line) })},
	{"nines_node_up", "gauge", "1 if the node is up.", byNode(func(n *Node) float64 { return truth(!n.Down) })},
	{"nines_node_leads", "gauge", "1 if the node takes itself for the leader.", byNode(func(n *Node) float64 { return truth(n.Leads) })},
	{"nines_node_term", "gauge", "Term or ballot of the node's last news of leaders.", byNode(func(n *Node) float64 { return float64(n.Term) })},
	{"nines_fault_in_force", "gauge", "Injections of the fault that have not been healed.", func(t *Trial, line func(string, float64, ...string)) {
		for i := range t.View.Faults {
			line("", float64(t.View.Faults[i].InForce), "fault", t.View.Faults[i].Name)
		}
	}},
}

func byPeriod(lines func(*Counts, func(string, float64, ...string))) func(*Trial, func(string, float64, ...string)) {
	return func(t *Trial, line func(string, float64, ...string)) {
		for _, p := range []struct {
			name   string
			counts *Counts
		}{{"warmup", &t.View.Warmup}, {"measured", &t.View.Measured}} {
			lines(p.counts, func(suffix string, value float64, labels ...string) {
				line(suffix, value, append([]string{"period", p.name}, labels...)...)
			})
		}
	}
}

func byNode(of func(*Node) float64) func(*Trial, func(string, float64, ...string)) {
	return func(t *Trial, line func(string, float64, ...string)) {
		for i := range t.View.Nodes {
			line("", of(&t.View.Nodes[i]), "node", t.View.Nodes[i].Name)
		}
	}
}

// lines are those of a histogram, whose buckets add up.
func (h *Histogram) lines(line func(string, float64, ...string)) {
	total := uint64(0)
	for i, n := range h.Buckets {
		total += n
		le := "+Inf"
		if i < len(bounds) {
			le = number(bounds[i].Seconds())
		}
		line("_bucket", float64(total), "le", le)
	}
	line("_sum", h.Sum.Seconds())
	line("_count", float64(total))
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// expose writes the run and the trials that are shown.
func expose(w io.Writer, r Run, trials []Trial) error {
	var b strings.Builder
	for _, g := range []struct {
		name, help string
		value      int
	}{
		{"nines_run_trials", "Trials of the run, as far as is known.", r.Trials},
		{"nines_run_trial", "Number of the trial that runs, or ran last, from 1.", r.Trial},
	} {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s gauge\n%s %d\n", g.name, g.help, g.name, g.name, g.value)
	}
	for _, m := range metrics {
		fmt.Fprintf(&b, "# HELP %s %s\n# TYPE %s %s\n", m.name, m.help, m.name, m.kind)
		for i := range trials {
			t := &trials[i]
			m.lines(t, func(suffix string, value float64, labels ...string) {
				b.WriteString(m.name + suffix + "{")
				writeLabels(&b, append([]string{"trial", t.Name, "system", t.System}, labels...))
				b.WriteString("} " + number(value) + "\n")
			})
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// escaper is for the value of a label.
var escaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func writeLabels(b *strings.Builder, labels []string) {
	for i := 0; i+1 < len(labels); i += 2 {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(labels[i] + `="`)
		_, _ = escaper.WriteString(b, strings.ToValidUTF8(labels[i+1], "?"))
		b.WriteByte('"')
	}
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// A Run is where a run stands.
type Run struct {
	Trials int // of the run, as far as is known
	Trial  int // the one that runs, from 1
}

// A Trial is one that is shown.
type Trial struct {
	Name, System string
	Phase        string
	At           time.Duration // on the trial's clock
	Episode      int           // that goes on, from 1; 0: none
	View         View
}
