package replica_test

import (
	"testing"

	"nines/adapters/replica"
)

func TestChange(t *testing.T) {
	type ms = []replica.Member
	n1, n2, n3, n2again := replica.Member{Node: "n1"}, replica.Member{Node: "n2"}, replica.Member{Node: "n3"}, replica.Member{Node: "n2", Life: 1}
	swap := replica.Change{Remove: ms{n2}, Add: ms{n2again}}
	for _, c := range []struct {
		change  replica.Change
		members ms
		next    replica.Member
		add     bool
	}{
		{replica.Change{}, ms{n1, n2}, replica.Member{}, false},
		{replica.Change{Remove: ms{n3}}, ms{n1, n2}, replica.Member{}, false},
		{replica.Change{Add: ms{n3}}, ms{n1, n2}, n3, true},
		{swap, ms{n1, n2, n3}, n2, false},
		{swap, ms{n1, n2, n2again}, n2, false},
		{swap, ms{n1, n3}, n2again, true},
		{swap, ms{n1, n3, n2again}, replica.Member{}, false},
	} {
		next, add := c.change.Next(c.members)
		if next != c.next || add != c.add || c.change.Done(c.members) != (c.next == replica.Member{}) {
			t.Errorf("%v of %v: next is %v, to be added %t; want %v, %t", c.change, c.members, next, add, c.next, c.add)
		}
	}
	if got := n2.String() + " " + n2again.String(); got != "n2 n2#2" {
		t.Errorf("they are called %s", got)
	}
}
