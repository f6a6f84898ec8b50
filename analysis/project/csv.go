package project

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"nines/bench"
)

// columns are those of an outage file: the first two must be there.
var columns = []string{"class", "outage_s", "duration_s", "censored"}

// ReadCSV reads outages that were measured elsewhere, one a line, under a header
// that names its columns: class and outage_s (seconds), and if known duration_s, how
// long the fault lasted, and censored (true or false), whether the outage is a
// lower bound. An error tells the file and line.
func ReadCSV(name string, r io.Reader) ([]Episode, error) {
	c := csv.NewReader(r)
	c.TrimLeadingSpace, c.ReuseRecord = true, true
	head, err := c.Read()
	if errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: the file is empty: want a line class,outage_s and one for each outage", name)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	at, err := header(head)
	if err != nil {
		return nil, fmt.Errorf("%s:1: %w", name, err)
	}
	var out []Episode
	for {
		row, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		e, err := at.episode(row)
		if err != nil {
			line, _ := c.FieldPos(0)
			return nil, fmt.Errorf("%s:%d: %w", name, line, err)
		}
		out = append(out, e)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no outage below the header", name)
	}
	return out, nil
}

// places are where each of columns stands; -1 where it does not.
type places [4]int

func header(head []string) (at places, err error) {
	at = places{-1, -1, -1, -1}
	for i, name := range head {
		name = strings.TrimSpace(strings.TrimPrefix(name, "\ufeff"))
		k := slices.Index(columns, name)
		switch {
		case k < 0:
			return at, bench.UnknownName("column", name, columns)
		case at[k] >= 0:
			return at, fmt.Errorf("two columns are named %s", name)
		}
		at[k] = i
	}
	for k, name := range columns[:2] {
		if at[k] < 0 {
			return at, fmt.Errorf("no column is named %s: want class,outage_s", name)
		}
	}
	return at, nil
}

func (at places) episode(row []string) (Episode, error) {
	cell := func(k int) string {
		if at[k] < 0 {
			return ""
		}
		return strings.TrimSpace(row[at[k]])
	}
	e := Episode{Fault: cell(0), Duration: math.NaN()}
	if e.Fault == "" {
		return e, errors.New("the class is empty")
	}
	var err error
	if e.Outage, err = seconds("outage_s", cell(1), 0); err != nil {
		return e, err
	}
	if text := cell(2); text != "" {
		if e.Duration, err = seconds("duration_s", text, math.SmallestNonzeroFloat64); err != nil {
			return e, err
		}
	}
	if text := cell(3); text != "" {
		if e.Censored, err = strconv.ParseBool(text); err != nil {
			return e, fmt.Errorf("censored: %q: want true or false", text)
		}
	}
	return e, nil
}

func seconds(column, text string, least float64) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || math.IsNaN(v):
		return 0, fmt.Errorf("%s: %q is no number of seconds", column, text)
	case v < least || v > Year:
		return 0, fmt.Errorf("%s: %s: want seconds, from 0 (a duration: above it) to those of a year", column, text)
	}
	return v, nil
}
