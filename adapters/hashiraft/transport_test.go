package hashiraft

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hashicorp/raft"

	"nines/adapters/replica"
)

// tube is a port whose messages a test delivers by hand.
type tube struct {
	sent []message
	take func(from string, payload any)
}

type message struct {
	to      string
	payload any
	size    int
}

func (p *tube) Send(to string, payload any, size int) {
	p.sent = append(p.sent, message{to, payload, size})
}
func (p *tube) Handle(fn func(string, any)) { p.take = fn }

func (p *tube) next(t *testing.T) message {
	t.Helper()
	synctest.Wait()
	if len(p.sent) == 0 {
		t.Fatal("nothing was sent")
	}
	m := p.sent[0]
	p.sent = p.sent[1:]
	return m
}

// reply answers a request that was sent.
func (p *tube) reply(m message, body any) {
	p.take(m.to, &response{id: m.payload.(*request).id, body: body})
}

const testTimeout = time.Second

func newTestTransport(t *testing.T, pipeline int) (*transport, *tube) {
	port := &tube{}
	tr := newTransport(replica.Env{
		ID: "n1", Link: port, Timing: replica.Timing{Election: testTimeout},
	}, Config{Pipeline: pipeline})
	tr.serve(func(term uint64) bool { return term == 5 })
	t.Cleanup(func() {
		if err := tr.Close(); err != nil {
			t.Error(err)
		}
	})
	return tr, port
}

func accepted(term uint64) *raft.AppendEntriesResponse {
	return &raft.AppendEntriesResponse{Term: term, Success: true}
}

func TestRequestAndResponse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr, port := newTestTransport(t, 1)
		args := &raft.RequestVoteRequest{Term: 7}
		var resp raft.RequestVoteResponse
		done := make(chan error, 1)
		go func() { done <- tr.RequestVote("n2", "n2", args, &resp) }()
		m := port.next(t)
		if m.to != "n2" || m.payload.(*request).call == any(args) {
			t.Errorf("sent %+v: the library changes its requests later, they must be copied", m)
		}
		port.take("n2", &response{id: 99, body: &raft.RequestVoteResponse{Term: 1}}) // to nobody
		port.reply(m, &raft.RequestVoteResponse{Term: 7, Granted: true})
		if err := <-done; err != nil || !resp.Granted {
			t.Errorf("%+v, %v", resp, err)
		}
		port.reply(m, &raft.RequestVoteResponse{Term: 8}) // once more
		if resp.Term != 7 {
			t.Error("a response was taken twice")
		}
	})
}

func TestRequestErrors(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(*transport, *tube, message)
		want string
	}{
		{"the other node says no", func(_ *transport, p *tube, m message) {
			p.take("n2", &response{id: m.payload.(*request).id, err: "no thanks"})
		}, "no thanks"},
		{"a response of another kind", func(_ *transport, p *tube, m message) {
			p.reply(m, &raft.RequestVoteResponse{})
		}, "not a *raft.AppendEntriesResponse"},
		{"no response", func(*transport, *tube, message) {
			time.Sleep(testTimeout)
		}, errTimeout.Error()},
		{"the node stops", func(t *transport, _ *tube, _ message) {
			t.silence()
		}, errStopped.Error()},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tr, port := newTestTransport(t, 1)
				done := make(chan error, 1)
				go func() {
					done <- tr.AppendEntries("n2", "n2", &raft.AppendEntriesRequest{Term: 1}, &raft.AppendEntriesResponse{})
				}()
				test.do(tr, port, port.next(t))
				if err := <-done; err == nil || !strings.Contains(err.Error(), test.want) {
					t.Errorf("%v, want %q in it", err, test.want)
				}
				if len(tr.calls) != 0 {
					t.Errorf("%d calls are still under way", len(tr.calls))
				}
			})
		})
	}
}

func TestLibraryAnswersInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr, port := newTestTransport(t, 1)
		port.take("n2", &request{id: 1, call: &raft.RequestVoteRequest{Term: 1}})
		port.take("n3", &request{id: 9, call: &raft.InstallSnapshotRequest{Term: 2}, state: []byte("state")})
		for _, want := range []message{{to: "n2"}, {to: "n3"}} {
			rpc := <-tr.Consumer()
			if rpc.Reader != nil {
				if b, err := io.ReadAll(rpc.Reader); err != nil || !bytes.Equal(b, []byte("state")) {
					t.Errorf("the snapshot arrives as %q, %v", b, err)
				}
			}
			rpc.Respond(&raft.RequestVoteResponse{}, errors.New("but"))
			m := port.next(t)
			if r := m.payload.(*response); m.to != want.to || r.err != "but" {
				t.Errorf("answered %+v to %s", r, m.to)
			}
		}
	})
}

func TestTooManyRequestsAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr, port := newTestTransport(t, 1)
		for i := range uint64(10 * maxRequests) { // takes all, and never blocks
			port.take("n2", &request{id: i, call: &raft.RequestVoteRequest{}})
		}
		for range maxRequests {
			rpc := <-tr.Consumer()
			rpc.Respond(&raft.RequestVoteResponse{}, nil)
		}
		synctest.Wait()
		var refused int
		for _, m := range port.sent {
			if m.payload.(*response).err == errOverload.Error() {
				refused++
			}
		}
		if refused == 0 || len(port.sent) != maxRequests+refused {
			t.Errorf("%d answers, %d of them refusals", len(port.sent), refused)
		}
	})
}

// TestHeartbeatShortcut: only what changes nothing passes by the library's
// queue.
func TestHeartbeatShortcut(t *testing.T) {
	for _, test := range []struct {
		name string
		call *raft.AppendEntriesRequest
		fast bool
	}{
		{"heartbeat of the term", &raft.AppendEntriesRequest{Term: 5}, true},
		{"heartbeat of a new term", &raft.AppendEntriesRequest{Term: 6}, false},
		{"append without entries", &raft.AppendEntriesRequest{Term: 5, PrevLogEntry: 3, PrevLogTerm: 5}, false},
		{"append", &raft.AppendEntriesRequest{Term: 5, Entries: []*raft.Log{{Index: 1}}}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tr, port := newTestTransport(t, 1)
				tr.SetHeartbeatHandler(func(rpc raft.RPC) { rpc.Respond(accepted(5), nil) })
				port.take("n2", &request{id: 1, call: test.call})
				if fast := len(port.sent) == 1 && len(tr.requests) == 0; fast != test.fast {
					t.Errorf("answered %d, queued %d", len(port.sent), len(tr.requests))
				}
			})
		})
	}
}

// TestConfirmed: only appends of the term that were sent after the mark count.
func TestConfirmed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr, port := newTestTransport(t, 10)
		send := func(to string, term uint64) message {
			p := newPipeline(tr, to)
			if _, err := p.AppendEntries(&raft.AppendEntriesRequest{Term: term}, &raft.AppendEntriesResponse{}); err != nil {
				t.Fatal(err)
			}
			return port.next(t)
		}
		old, other := send("n2", 5), send("n3", 5)
		mark := tr.last.Load()
		port.reply(old, accepted(5))
		if tr.confirmed(5, mark, 1) {
			t.Error("an append sent before the mark confirms")
		}
		port.reply(send("n2", 4), accepted(4))
		if tr.confirmed(5, mark, 1) {
			t.Error("an append of another term confirms")
		}
		port.reply(send("n2", 5), &raft.AppendEntriesResponse{Term: 6})
		if tr.confirmed(5, mark, 1) {
			t.Error("a refusal confirms")
		}
		port.reply(send("n2", 5), accepted(5))
		if !tr.confirmed(5, mark, 1) || tr.confirmed(5, mark, 2) {
			t.Error("an append after the mark does not confirm, or for two nodes")
		}
		port.reply(send("n2", 4), accepted(4))
		if !tr.confirmed(5, mark, 1) {
			t.Error("a late append of an older term takes the confirmation back")
		}
		port.reply(other, accepted(5))
		if tr.confirmed(5, mark, 2) {
			t.Error("an append sent before the mark confirms")
		}
		port.reply(send("n3", 5), accepted(5))
		if !tr.confirmed(5, mark, 2) {
			t.Error("two nodes do not confirm")
		}
	})
}

// TestLostResponses: a later response stands for earlier ones.
func TestLostResponses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr, port := newTestTransport(t, 3)
		p, err := tr.AppendEntriesPipeline("n2", "n2")
		if err != nil {
			t.Fatal(err)
		}
		var sent []message
		for term := range uint64(3) {
			if _, err := p.AppendEntries(&raft.AppendEntriesRequest{Term: term}, &raft.AppendEntriesResponse{}); err != nil {
				t.Fatal(err)
			}
			sent = append(sent, port.next(t))
		}
		port.reply(sent[1], accepted(1))
		port.reply(sent[0], accepted(0)) // too late
		port.reply(sent[2], accepted(2))
		var got []uint64
		for range 2 {
			f := <-p.Consumer()
			if f.Error() != nil || !f.Response().Success || f.Request().Term != f.Response().Term {
				t.Errorf("%+v for %+v", f.Response(), f.Request())
			}
			got = append(got, f.Request().Term)
		}
		if !slices.Equal(got, []uint64{1, 2}) || len(p.Consumer()) != 0 || len(tr.calls) != 0 {
			t.Errorf("responses to %v, %d more, %d calls under way", got, len(p.Consumer()), len(tr.calls))
		}
		for range 3 { // all slots are free again
			if _, err := p.AppendEntries(&raft.AppendEntriesRequest{}, &raft.AppendEntriesResponse{}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestPipelineIsBounded(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(*transport, raft.AppendPipeline, *tube, message)
		want error
	}{
		{"a response", func(_ *transport, _ raft.AppendPipeline, p *tube, m message) { p.reply(m, accepted(1)) }, nil},
		{"silence", func(*transport, raft.AppendPipeline, *tube, message) { time.Sleep(testTimeout) }, errTimeout},
		{"close", func(_ *transport, pl raft.AppendPipeline, _ *tube, _ message) { _ = pl.Close() }, raft.ErrPipelineShutdown},
		{"stop", func(t *transport, _ raft.AppendPipeline, _ *tube, _ message) { t.silence() }, errStopped},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tr, port := newTestTransport(t, 1)
				p, err := tr.AppendEntriesPipeline("n2", "n2")
				if err != nil {
					t.Fatal(err)
				}
				app := func() error {
					_, err := p.AppendEntries(&raft.AppendEntriesRequest{}, &raft.AppendEntriesResponse{})
					return err
				}
				if err := app(); err != nil {
					t.Fatal(err)
				}
				first := port.next(t)
				done := make(chan error, 1)
				go func() { done <- app() }()
				synctest.Wait()
				if len(done) > 0 {
					t.Fatal("a second append did not wait for the first")
				}
				test.do(tr, p, port, first)
				if err := <-done; !errors.Is(err, test.want) {
					t.Errorf("%v, want %v", err, test.want)
				}
				if err := p.Close(); err != nil {
					t.Error(err)
				}
				if len(tr.calls) > 0 {
					t.Errorf("%d calls are under way after Close", len(tr.calls))
				}
			})
		})
	}
}

// TestSilenceIsNoticed: with slots free too, since the library takes an error
// here, but no failed response, for what it is.
func TestSilenceIsNoticed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr, _ := newTestTransport(t, 10)
		p := newPipeline(tr, "n2")
		if _, err := p.AppendEntries(&raft.AppendEntriesRequest{}, &raft.AppendEntriesResponse{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(testTimeout + 1)
		if _, err := p.AppendEntries(&raft.AppendEntriesRequest{}, &raft.AppendEntriesResponse{}); !errors.Is(err, errTimeout) {
			t.Errorf("after %v without a response: %v", testTimeout, err)
		}
		if len(p.Consumer()) > 0 {
			t.Error("a response that was not received was handed on")
		}
	})
}

// A snapshot that comes twice, or late, does not get to the library, which would
// install it.
func TestLateSnapshot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tr, port := newTestTransport(t, 1)
		install := func(term, id uint64) {
			port.take("n2", &request{id: id, call: &raft.InstallSnapshotRequest{Term: term}, state: []byte("state")})
		}
		add := func(term, id uint64) {
			port.take("n2", &request{id: id, call: &raft.AppendEntriesRequest{Term: term, PrevLogEntry: 1}})
		}
		for i, step := range []struct {
			do   func()
			gets bool // the library gets the request
		}{
			{func() { install(6, 10) }, true},
			{func() { install(6, 10) }, false}, // twice
			{func() { add(6, 12) }, true},
			{func() { add(6, 12) }, true}, // which the library knows how to take
			{func() { install(6, 11) }, false},
			{func() { install(6, 13) }, true},
			{func() { install(7, 1) }, true}, // of another leader
			{func() { install(6, 14) }, false},
			{func() { add(7, 2) }, true},
		} {
			step.do()
			select {
			case rpc := <-tr.Consumer():
				rpc.Respond(nil, nil)
				if !step.gets {
					t.Errorf("step %d: the library gets %+v", i, rpc.Command)
				}
			default:
				if step.gets {
					t.Errorf("step %d: the library gets nothing", i)
				}
			}
		}
		synctest.Wait()
	})
}
