package bench_test

import (
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/hashicorp/raft"
)

// BenchmarkBareHashiraft measures the library with what it has at hand for tests
// and a state machine that does nothing.
func BenchmarkBareHashiraft(b *testing.B) {
	for _, sessions := range sessionCounts {
		b.Run(fmt.Sprintf("system=hashiraft/sessions=%d/value=16", sessions), func(b *testing.B) {
			leader := bareHashiraft(b)
			command := make([]byte, 16)
			b.ReportAllocs()
			b.ResetTimer()
			eachSession(b, sessions, func(int) func() error {
				return func() error { return leader.Apply(command, 0).Error() }
			})
		})
	}
}

// bareHashiraft starts three nodes and returns the leader.
func bareHashiraft(b *testing.B) *raft.Raft {
	var (
		nodes      []*raft.Raft
		transports []*raft.InmemTransport
		members    raft.Configuration
	)
	for i := range 3 {
		addr, t := raft.NewInmemTransportWithTimeout(raft.ServerAddress(fmt.Sprintf("n%d", i+1)), 10*time.Second)
		transports = append(transports, t)
		members.Servers = append(members.Servers, raft.Server{ID: raft.ServerID(addr), Address: addr})
	}
	for i, t := range transports {
		for j, peer := range transports {
			if i != j {
				t.Connect(peer.LocalAddr(), peer)
			}
		}
		nodes = append(nodes, bareNode(b, members.Servers[i].ID, members, t))
	}
	for {
		for _, n := range nodes {
			if n.State() == raft.Leader && n.Barrier(0).Error() == nil {
				return n
			}
		}
		time.Sleep(time.Millisecond)
	}
}

// patience keeps the leader in place on a busy machine.
const patience = 2 * time.Second

func bareNode(b *testing.B, id raft.ServerID, members raft.Configuration, t raft.Transport) *raft.Raft {
	conf := raft.DefaultConfig()
	conf.LocalID = id
	conf.HeartbeatTimeout, conf.ElectionTimeout, conf.LeaderLeaseTimeout = patience, patience, patience
	conf.MaxAppendEntries = 1024
	conf.BatchApplyCh = true
	conf.LogOutput = io.Discard
	conf.LogLevel = "OFF"
	store, snapshots := raft.NewInmemStore(), raft.NewDiscardSnapshotStore()
	if err := raft.BootstrapCluster(conf, store, store, snapshots, t, members); err != nil {
		b.Fatal(err)
	}
	n, err := raft.NewRaft(conf, bareMachine{}, store, store, snapshots, t)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := n.Shutdown().Error(); err != nil {
			b.Error(err)
		}
	})
	return n
}

// bareMachine is a state machine that does nothing.
type bareMachine struct{ raft.FSM }

func (bareMachine) Apply(*raft.Log) any { return nil }

func (bareMachine) ApplyBatch(logs []*raft.Log) []any { return make([]any, len(logs)) }

func (bareMachine) Snapshot() (raft.FSMSnapshot, error) { return nil, raft.ErrNothingNewToSnapshot }
