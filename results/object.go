package results

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// textColumns are the columns of summary.csv that are text, whatever is in them.
var textColumns = []string{
	"trial", "system", "host", "invalid_reasons", "verdict", "adapter", "reads", "durability", "why_verdict", "time", "warnings", "weak_percentiles",
}

// MarshalJSON writes a row as an object with the columns of summary.csv, in their
// order and units. A figure that there is not is null, and an infinite one "inf".
func (r Row) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, c := range columns {
		value, err := json.Marshal(typed(c.name, c.cell(&r)))
		if err != nil {
			return nil, fmt.Errorf("encode column %s: %w", c.name, err)
		}
		fmt.Fprintf(&b, "%c%q:%s", "{,"[min(i, 1)], c.name, value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// typed is what a cell holds.
func typed(column, cell string) any {
	switch {
	case slices.Contains(textColumns, column):
		return cell
	case cell == "":
		return nil
	case cell == "true" || cell == "false":
		return cell == "true"
	}
	if _, err := strconv.ParseFloat(cell, 64); err != nil || cell == "inf" {
		return cell
	}
	return json.Number(cell)
}
