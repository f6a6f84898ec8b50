package adapters

import (
	"fmt"
	"testing"
)

// TestTolerate: what the protocols say by hand for some sizes: quorums to serve and to
// elect, to read, and how many nodes may be dead.
func TestTolerate(t *testing.T) {
	for _, c := range []struct {
		system   string
		settings map[string]string
		n        int
		want     string // serve elect reads killed
	}{
		{"single", nil, 1, "1 1 1 0"},
		{"etcdraft", nil, 1, "1 1 1 0"},
		{"etcdraft", nil, 2, "2 2 2 0"},
		{"etcdraft", nil, 5, "3 3 3 2"},
		{"etcdraft", nil, 6, "4 4 4 2"},
		{"etcdraft", map[string]string{"reads": "local"}, 5, "3 3 1 2"},
		{"hashiraft", nil, 7, "4 4 4 3"},
		{"hashiraft", map[string]string{"reads": "local"}, 3, "2 2 1 1"},
		{"paxos", nil, 9, "5 5 5 4"},
		{"paxos", map[string]string{"reads": "local"}, 5, "3 3 1 2"},
		{"paxos", map[string]string{"quorums": "4/2"}, 5, "2 4 2 1"},
		{"paxos", map[string]string{"quorums": "2/4"}, 5, "4 2 4 1"},
		{"paxos", map[string]string{"quorums": "4/2", "reads": "local"}, 5, "2 4 1 1"},
		{"paxos-classic", nil, 3, "2 2 2 1"},
		{"2pc", nil, 5, "1 1 1 0"},
		{"3pc", nil, 5, "1 1 1 0"},
		{"paxoscommit", nil, 5, "1 1 1 0"},
	} {
		s, err := Lookup(c.system)
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Prepare(s.Effective(c.settings))
		if err != nil {
			t.Fatal(err)
		}
		got := p.Tolerate(c.n)
		if text := fmt.Sprint(got.Serve, got.Elect, got.Reads, got.Killed); text != c.want {
			t.Errorf("%s %v of %d: %s, want %s", c.system, c.settings, c.n, text, c.want)
		}
		if got.Formula == "" || got.Source == "" {
			t.Errorf("%s: says neither how nor where from: %+v", c.system, got)
		}
	}
}

// TestEveryoneTolerates: each system but null, which promises nothing, says what it
// should survive.
func TestEveryoneTolerates(t *testing.T) {
	for _, s := range Systems() {
		p, err := s.Prepare(s.Effective(nil))
		if err != nil {
			t.Fatal(err)
		}
		if (p.Tolerate == nil) != (s.Name == "null") {
			t.Errorf("%s: says what it survives: %t", s.Name, p.Tolerate != nil)
		}
	}
}
