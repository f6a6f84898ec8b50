package history

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"nines/bench"
	"nines/results"
)

const (
	faultName = iota
	faultStart
	faultEnd
	faultNodes
	faultInjected
	faultHeal
	allFaultColumns
)

// The columns of a file of faults; cells that are empty say nothing.
var faultColumns = [allFaultColumns]wanted{
	faultName:     {"fault", false},
	faultStart:    {"start_ms", false}, // injection began
	faultEnd:      {"end_ms", false},   // healing was complete; empty: the fault was not healed
	faultNodes:    {"nodes", true},     // whom it hit, separated by spaces
	faultInjected: {"injected_ms", true},
	faultHeal:     {"heal_ms", true}, // healing began
}

// ReadFaults reads the fault intervals in a file: a CSV file with the columns
// fault, start_ms and end_ms, and perhaps nodes, injected_ms and heal_ms; a file
// with a JSON object of these in each line; or a faults.jsonl of ours. What is
// wrong with it is a [Problems].
func ReadFaults(path string) ([]bench.Interval, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read faults: %w", err)
	}
	text = bytes.TrimPrefix(text, bom)
	first, _, _ := bytes.Cut(bytes.TrimSpace(text), []byte("\n"))
	switch {
	case bytes.Contains(first, []byte(`"schema"`)):
		return results.ReadFaults(path)
	case bytes.HasPrefix(first, []byte("{")):
		return faultLines(path, text)
	}
	return faultTable(path, text)
}

func faultTable(path string, text []byte) ([]bench.Interval, error) {
	b := &book{file: path}
	t := &table{in: bufio.NewReaderSize(bytes.NewReader(text), buffered), book: b}
	places, _ := t.header(faultColumns[:])
	if err := b.err(); err != nil {
		return nil, err
	}
	var out []bench.Interval
	width := len(t.cells)
	for {
		cells, err := t.next()
		switch {
		case errors.Is(err, io.EOF):
			return out, b.err()
		case err != nil:
			return nil, err
		case len(cells) != width:
			b.add(t.line, 0, "", "%d cells, and the first row has %d", len(cells), width)
			continue
		}
		var row [allFaultColumns][]byte
		for i, place := range places {
			if place >= 0 {
				row[i] = cells[place]
			}
		}
		out = append(out, interval(b, t.line, len(out), row))
	}
}

// faultLine is a line of JSON.
type faultLine struct {
	Fault    string       `json:"fault"`
	Start    *json.Number `json:"start_ms"`
	End      *json.Number `json:"end_ms"`
	Nodes    []string     `json:"nodes"`
	Injected *json.Number `json:"injected_ms"`
	Heal     *json.Number `json:"heal_ms"`
}

func faultLines(path string, text []byte) ([]bench.Interval, error) {
	b := &book{file: path}
	var out []bench.Interval
	n := 0
	for line := range bytes.Lines(text) {
		n++
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var l faultLine
		dec := json.NewDecoder(bytes.NewReader(line))
		dec.DisallowUnknownFields()
		if err := dec.Decode(&l); err != nil {
			b.add(n, 0, "", `%v: want a line such as {"fault":"kill(n1)","start_ms":5000,"end_ms":9000,"nodes":["n1"]}`, err)
			continue
		}
		cell := func(v *json.Number) []byte {
			if v == nil {
				return nil
			}
			return []byte(*v)
		}
		out = append(out, interval(b, n, len(out), [allFaultColumns][]byte{
			faultName: []byte(l.Fault), faultStart: cell(l.Start), faultEnd: cell(l.End),
			faultNodes: []byte(strings.Join(l.Nodes, " ")), faultInjected: cell(l.Injected), faultHeal: cell(l.Heal),
		}))
	}
	return out, b.err()
}

// interval makes a fault of its cells. What is not told was at the start or the
// end.
func interval(b *book, line, step int, row [allFaultColumns][]byte) bench.Interval {
	f := bench.Interval{Step: step, Fault: string(row[faultName]), Nodes: strings.Fields(string(row[faultNodes]))}
	if f.Fault == "" {
		b.add(line, 0, faultColumns[faultName].name, "it is empty: want what the fault was, such as kill(n1)")
	}
	at := func(column int, otherwise time.Duration) time.Duration {
		t, ok := instant(row[column])
		switch {
		case !ok:
			b.add(line, 0, faultColumns[column].name, "%s is no time: want milliseconds such as 12.345", quote(row[column]))
			return otherwise
		case t == bench.Never:
			return otherwise
		}
		return t
	}
	if len(row[faultStart]) == 0 {
		b.add(line, 0, faultColumns[faultStart].name, "it is empty: want when injection began")
	}
	f.Start = at(faultStart, 0)
	f.Injected = at(faultInjected, f.Start)
	if len(row[faultEnd]) == 0 {
		return f
	}
	f.End = at(faultEnd, f.Start)
	f.HealFrom = at(faultHeal, f.End)
	if f.Injected < f.Start || f.HealFrom < f.Injected || f.End < f.HealFrom {
		b.add(line, 0, "", "a fault is injected after it starts, and healed before it ends: want start_ms ≤ injected_ms ≤ heal_ms ≤ end_ms")
	}
	return f
}
