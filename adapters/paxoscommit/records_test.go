package paxoscommit

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"testing"

	"nines/adapters/commit"
	"nines/adapters/replica/step"
)

func recovering(nodes int) *machine {
	sc := step.Config{Members: make([]string, nodes), Rand: rand.New(rand.NewPCG(1, 1)), HeartbeatTicks: 2, ElectionTicks: 10}
	var m *machine
	commit.New(sc, func(n *commit.Node) commit.Machine { m = newMachine(1, n, &sc); return m })
	return m
}

func example() *entry {
	return &entry{
		txn:      &commit.Txn{ID: commit.ID{Node: 2, Seq: 1<<40 | 7}, Label: 9, Stamp: 4, Participants: []int{0, 1, 2}},
		promised: 5,
		votes:    []vote{{}, {cast: true, ballot: 4}, {cast: true, prepared: true}},
	}
}

func TestRecords(t *testing.T) {
	m := recovering(3)
	first, second := example(), example()
	second.promised, second.votes[0] = 8, vote{cast: true, ballot: 8, prepared: true}
	for _, e := range []*entry{first, second} {
		if err := m.Replay(recordEntry, appendEntry(nil, e)); err != nil {
			t.Fatal(err)
		}
	}
	m.lows, m.floors = []uint64{1, 2, 3}, []uint64{4, 5, 6}
	state := m.AppendState(nil)
	again := recovering(3)
	if err := again.Restore(state); err != nil {
		t.Fatal(err)
	}
	got := again.acceptor.entries[second.txn.ID]
	second.durable = true
	if len(again.acceptor.entries) != 1 || !reflect.DeepEqual(got, second) || !reflect.DeepEqual(again.lows, m.lows) || !reflect.DeepEqual(again.floors, m.floors) {
		t.Errorf("got %+v, want %+v", got, second)
	}
	if err := m.Replay(recordEntry+1, nil); !errors.Is(err, commit.ErrDamaged) {
		t.Errorf("a record of no kind: %v", err)
	}
}

// FuzzRecords: what no acceptor has written is refused, and what is taken is what
// was written.
func FuzzRecords(f *testing.F) {
	good := appendEntry(nil, example())
	f.Add(good)
	f.Add(good[:len(good)-1])
	f.Add(append(bytes.Clone(good), 0))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, data []byte) {
		m := recovering(3)
		if err := m.Replay(recordEntry, data); err != nil {
			if !errors.Is(err, commit.ErrDamaged) {
				t.Errorf("%v", err)
			}
			return
		}
		if again := appendEntry(nil, m.acceptor.order[0]); !bytes.Equal(again, data) {
			t.Errorf("%x was read as %x", data, again)
		}
	})
}
