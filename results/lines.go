package results

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"nines/bench"
)

// lineHead is the first line of a file of JSON lines.
type lineHead struct {
	Schema *int   `json:"schema"`
	Holds  string `json:"holds"` // faults or events
}

// WriteFaults writes the fault intervals of a trial: faults.jsonl, a head with
// the schema version and then one line an interval.
func WriteFaults(path string, faults []bench.Interval) error {
	return writeLines(path, "faults", faults)
}

// ReadFaults reads what [WriteFaults] wrote.
func ReadFaults(path string) ([]bench.Interval, error) {
	return readLines[bench.Interval](path, "faults")
}

// WriteEvents writes what nodes did: events.jsonl.
func WriteEvents(path string, events []bench.Event) error {
	return writeLines(path, "events", events)
}

// ReadEvents reads what [WriteEvents] wrote.
func ReadEvents(path string) ([]bench.Event, error) {
	return readLines[bench.Event](path, "events")
}

func writeLines[T any](path, holds string, values []T) error {
	return WriteFile(path, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false) // "leader -> rest" stays readable
		schema := Schema
		if err := enc.Encode(lineHead{&schema, holds}); err != nil {
			return err
		}
		for i := range values {
			if err := enc.Encode(&values[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

func readLines[T any](path, holds string) ([]T, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", holds, err)
	}
	defer f.Close()
	return parseLines[T](path, holds, f)
}

func parseLines[T any](path, holds string, r io.Reader) ([]T, error) {
	dec := json.NewDecoder(bufio.NewReader(r))
	what := "nines file of " + holds
	var head lineHead
	if err := dec.Decode(&head); err != nil || head.Holds != holds {
		return nil, &FormatError{path, "not a " + what + `: its first line is not {"schema":…,"holds":"` + holds + `"}`}
	}
	if err := checkSchema(path, what, head.Schema); err != nil {
		return nil, err
	}
	var values []T
	for {
		var v T
		switch err := dec.Decode(&v); err {
		case nil:
			values = append(values, v)
		case io.EOF:
			return values, nil
		default:
			return nil, &FormatError{path, fmt.Sprintf("damaged or truncated at entry %d: %v", len(values)+1, err)}
		}
	}
}
