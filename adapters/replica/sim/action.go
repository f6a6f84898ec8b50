package sim

import (
	"fmt"
	"strings"
	"time"

	"nines/adapters/replica/step"
)

// Kind is what an [Action] is.
type Kind string

// The kinds of actions.
const (
	Deliver Kind = "deliver" // a message arrives
	Force   Kind = "force"   // a forced write is complete
	Save    Kind = "save"    // a snapshot is on disk
)

// An Action is something that may happen.
type Action struct {
	ID      int // in the order in which they came up, from 1
	Kind    Kind
	Node    int          // where it happens
	Message step.Message // of Deliver; its Peer is the sender

	after   []step.Message // of Force
	compact *step.Compact  // of Force
	snap    *step.Snapshot // of Save

	at    time.Duration // when it happens, by Run
	order int           // among those of one time
	do    func()        // what Run has planned beside what machines do
}

// describe is a message body in words: what it says itself, or its type and
// fields.
func describe(body any) string {
	if s, ok := body.(fmt.Stringer); ok {
		return s.String()
	}
	name := fmt.Sprintf("%T", body)
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = name[i+1:]
	}
	return name + strings.TrimPrefix(fmt.Sprintf("%+v", body), "&")
}
