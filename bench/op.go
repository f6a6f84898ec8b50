package bench

import (
	"errors"
	"fmt"
)

// Kind is what an operation does to its key.
type Kind uint8

// The zero Kind is no operation.
const (
	Read     Kind = iota + 1 // returns the id of the key's value
	Write                    // sets the key to the value Arg
	CAS                      // sets the key to Arg if its value is Expect
	Transact                 // performs the micro-operations of Op.Txn, all or none

	// These are micro-operations only.
	Append // adds the element Arg to the end of the key's list
	List   // returns the key's list
	Add    // adds int64(Arg) to the key's number, unless that became negative
	Pop    // takes the first element from the key's list
	Scan   // returns the values of up to Arg keys that are there, from the key on
)

var kindNames = [...]string{"none", "read", "write", "cas", "txn", "append", "list", "add", "pop", "scan"}

// String returns the kind's name as it stands in result files.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// IdleValue is the id of a key that was never written.
const IdleValue uint64 = 0

// MinValueSize is the least size of a value in bytes: its id.
const MinValueSize = 8

// An Op is one request as its workload made it. Values are known by an id that
// is unique in the run, so that a read tells which write it saw; a value on
// the wire and on disk is its 8-byte id followed by padding up to Size.
type Op struct {
	Kind Kind
	Key  uint64
	// Arg is the id of the value to write (Write, CAS), or of the transaction; never
	// IdleValue. Of a Read that comes before a CAS of the same user it may be the id
	// that the CAS will write; systems ignore it.
	Arg    uint64
	Expect uint64 // id of the value that a CAS replaces
	Size   uint32 // bytes of the value to write, at least MinValueSize
	User   uint32 // the logical user who asked
	Txn    *Txn   // of a Transact, which has the Key of its first micro-operation; nil otherwise
}

// A Reply is what a system answers to an operation that succeeded.
type Reply struct {
	// Value is the id of the value found before the operation: what a Read
	// returns, and what a CAS compared (it swapped exactly if Value equals
	// Expect). A Write leaves it 0. IdleValue means that the key is absent.
	Value uint64
	Txn   *TxnReply // of a Transact; nil otherwise
}

// ErrRejected is wrapped by every error after which the operation certainly had
// and will have no effect. Any other error leaves the outcome unknown.
var ErrRejected = errors.New("rejected: the operation had no effect")

// NotLeaderError rejects an operation that another node should be asked for.
type NotLeaderError struct {
	Leader string // the node to ask, or "" if none is known
}

func (e *NotLeaderError) Error() string {
	if e.Leader == "" {
		return "not leader, and no leader is known: the operation had no effect"
	}
	return fmt.Sprintf("not leader, ask %s: the operation had no effect", e.Leader)
}

// Is makes a NotLeaderError an [ErrRejected].
func (e *NotLeaderError) Is(target error) bool { return target == ErrRejected }
