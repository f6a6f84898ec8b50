package watch

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The dashboard and the page ask for metrics that there are, and leave none out.
func TestDocumentsNameTheMetrics(t *testing.T) {
	named := []string{"nines_run_trial", "nines_run_trials"}
	for _, m := range metrics {
		named = append(named, m.name)
	}
	word := regexp.MustCompile(`\bnines_[a-z_]+`)
	for file, all := range map[string]bool{"example/grafana.json": false, "watching.md": true} {
		text, err := os.ReadFile(filepath.Join("..", "..", "docs", filepath.FromSlash(file)))
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(file, ".json") && !json.Valid(text) {
			t.Errorf("%s is no JSON", file)
		}
		var seen []string
		for _, w := range word.FindAllString(string(text), -1) {
			w = strings.TrimSuffix(w, "_bucket")
			if seen = append(seen, w); !slices.Contains(named, w) {
				t.Errorf("%s asks for %s, which nobody serves", file, w)
			}
		}
		for _, n := range named {
			if all && !slices.Contains(seen, n) {
				t.Errorf("%s says nothing of %s", file, n)
			}
		}
	}
}
