package bench

import "fmt"

// A Txn is what a transaction does: all of its micro-operations in one atomic
// step, in order, or none of them. It is not changed once it is made, so that
// nodes of one process may share it.
//
// What a key holds is read as a value with an id (Read, Write, CAS), as a list
// of 8-byte elements (List, Append, Pop) or as a number of 8 bytes (Add, and Read,
// whose Value it is); workloads use a key in one of these ways only.
//
// A Scan is a transaction by itself. Systems whose nodes own parts of the keys
// reject it.
type Txn struct {
	Micros []Micro
}

// A Micro is one micro-operation.
type Micro struct {
	Kind   Kind // Read, Write, CAS, Append, List, Add, Pop or Scan
	Key    uint64
	Arg    uint64 // Write, CAS: the new value's id; Append: the element; Add: an int64; Scan: how many keys
	Expect uint64 // CAS: the id of the value that it replaces
}

// A TxnReply is what a transaction found, one for each micro-operation.
type TxnReply struct {
	Found []Found
}

// Found is what a micro-operation found before it took effect, with the effects
// of those before it in the same transaction.
type Found struct {
	// Value is the id of the value, or the number (Read, CAS, Add), or the element
	// that was taken (Pop; IdleValue if the list was empty). Others leave it 0.
	Value uint64
	List  []uint64 // List: the elements; Scan: the ids of the values in the order of their keys; nil if there are none
}

// ErrAborted rejects a transaction that was undone: it met a CAS whose key held
// something else, or an Add that would have led below zero, or it had to give way
// to another transaction.
var ErrAborted = fmt.Errorf("aborted: %w", ErrRejected)

// A TxnRecord is what a Transact asked for, and what it got. Its sample has the
// same Arg, and the outcome.
type TxnRecord struct {
	ID    uint64 // Op.Arg
	Txn   *Txn
	Reply *TxnReply // nil unless the outcome is OK
}

// A TxnRecorder takes the record of every transaction that was not dropped, from
// many goroutines at once.
type TxnRecorder interface {
	RecordTxn(TxnRecord) error
}
