package link

import (
	"fmt"
	"reflect"
	"testing"
	"time"
)

func TestProfiles(t *testing.T) {
	const us = time.Microsecond
	for _, tc := range []struct {
		name string
		n    int
		want [][]time.Duration
	}{
		{"none", 2, [][]time.Duration{{0, 0}, {0, 0}}},
		{"lan", 2, [][]time.Duration{{0, 250 * us}, {250 * us, 0}}},
		{"lan", 0, [][]time.Duration{}},
		{"3-region", 1, [][]time.Duration{{0}}},
		{"3-region", 4, [][]time.Duration{ // nodes 0 and 3 are in one region
			{0, 16 * ms, 56500 * us, 250 * us},
			{16 * ms, 0, 37500 * us, 16 * ms},
			{56500 * us, 37500 * us, 0, 56500 * us},
			{250 * us, 16 * ms, 56500 * us, 0},
		}},
	} {
		p, err := ParseProfile(tc.name)
		if err != nil {
			t.Fatal(err)
		}
		got, err := p.Delays(tc.n)
		if err != nil || !reflect.DeepEqual(got, tc.want) {
			t.Errorf("%s for %d nodes: %v, %v; want %v", p, tc.n, got, err, tc.want)
		}
	}
	if got, err := (Profile{}).Delays(1); err != nil || got[0][0] != 0 || (Profile{}).String() != "none" {
		t.Errorf("zero profile %q: %v, %v", Profile{}, got, err)
	}
	_, err := ParseProfile("wan")
	if want := `no link profile "wan", there are none, lan, 3-region, or a table of round-trip times`; fmt.Sprint(err) != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestTable(t *testing.T) {
	given := [][]time.Duration{{0, 10 * ms}, {30 * ms, 0}}
	p, err := Table(given)
	if err != nil {
		t.Fatal(err)
	}
	given[0][1] = time.Hour // the table keeps its own copy
	got, err := p.Delays(2)
	if want := [][]time.Duration{{0, 5 * ms}, {15 * ms, 0}}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("delays %v, %v; want %v", got, err, want)
	}
	for _, tc := range []struct {
		rtt  [][]time.Duration
		want string
	}{
		{nil, "link table: it is empty, want a row for each node"},
		{[][]time.Duration{{0, 1}, {0}}, "link table: row 1 has 1 round-trip times, want 2, one for each node"},
		{[][]time.Duration{{0, -ms}, {0, 0}}, "link table: row 0 column 1: round-trip time -1ms is negative"},
		{[][]time.Duration{{0, 0}, {0, ms}}, "link table: row 1 column 1: a node's round-trip time to itself is 1ms, want 0"},
	} {
		if _, err := Table(tc.rtt); fmt.Sprint(err) != tc.want {
			t.Errorf("Table(%v): %v, want %s", tc.rtt, err, tc.want)
		}
	}
}

// Spare nodes stand beside the others, one by one, also where each site had only one.
func TestSpares(t *testing.T) {
	table, err := Table([][]time.Duration{{0, 10 * ms}, {30 * ms, 0}})
	if err != nil {
		t.Fatal(err)
	}
	lan, err := ParseProfile("lan")
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []Profile{{}, lan, table} {
		f, err := New(Config{Nodes: []string{"a", "b"}, Spares: []string{"c", "d"}, Profile: p})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			from, to    string
			lan, tabled time.Duration
		}{{"c", "b", within / 2, 5 * ms}, {"d", "a", within / 2, 15 * ms}, {"a", "d", within / 2, 5 * ms}, {"c", "a", within / 2, 0}, {"c", "d", within / 2, 5 * ms}} {
			want := map[string]time.Duration{"none": 0, "lan": c.lan, "table": c.tabled}[p.String()]
			if got := f.nodes[c.from].to[c.to].base; got != want {
				t.Errorf("%v: %s to %s takes %v, want %v", p, c.from, c.to, got, want)
			}
		}
		f.Close()
	}
	if _, err := New(Config{Nodes: []string{"a"}, Spares: []string{"a"}}); err == nil {
		t.Error("a spare has the name of a node")
	}
}
