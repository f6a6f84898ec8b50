package bench

import (
	"fmt"
	"strings"
)

// UnknownName is the error for a name that is not in a table: it lists the
// names that are and suggests the nearest, if one is near. what is a noun such
// as "workload".
func UnknownName(what, name string, known []string) error {
	list := strings.Join(known, ", ")
	if near := Nearest(name, known); near != "" {
		return fmt.Errorf("unknown %s %q: did you mean %q? There are %s", what, name, near, list)
	}
	return fmt.Errorf("unknown %s %q: there are %s", what, name, list)
}

// Nearest returns the name that takes the fewest edits of one letter to get
// from name (Levenshtein 1966), or "" if that is more than a third of it plus
// one, which is no slip of the finger.
func Nearest(name string, known []string) string {
	best, fewest := "", len(name)/3+2
	for _, k := range known {
		if d := edits(strings.ToLower(name), strings.ToLower(k)); d < fewest {
			best, fewest = k, d
		}
	}
	return best
}

// edits is the Levenshtein distance, by the row-wise recurrence.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substituted := diagonal
			if a[i] != b[j] {
				substituted++
			}
			diagonal = row[j+1]
			row[j+1] = min(substituted, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
