package paxos

import (
	"encoding/binary"
	"fmt"

	"nines/adapters/disk"
)

// Kinds of log records. Accepted values carry their slot as index; the others
// index 0.
const (
	recordValue   byte = iota + 1 // a value: see below
	recordPromise                 // ballot (8): nothing below it is promised or accepted any more
	recordCommit                  // slot (8): all values up to it that stand here are chosen
)

// A value is what stands in a slot, encoded once for messages, records and the
// state machine, which share it: the ballot in which it was proposed (8), then
// the command; no command is a no-op.
const valueHeader = 8

var order = binary.LittleEndian

func ballotOf(value []byte) Ballot  { return Ballot(order.Uint64(value)) }
func commandOf(value []byte) []byte { return value[valueHeader:] }
func isNoop(value []byte) bool      { return len(value) == valueHeader }

// proposed is a value with the command of another one, nil for a no-op, in
// ballot b.
func proposed(b Ballot, value []byte) []byte {
	if value == nil {
		return order.AppendUint64(nil, uint64(b))
	}
	out := order.AppendUint64(make([]byte, 0, len(value)), uint64(b))
	return append(out, commandOf(value)...)
}

func numberRecord(kind byte, n uint64) disk.Record {
	return disk.Record{Kind: kind, Data: order.AppendUint64(nil, n)}
}

func decodeNumber(r disk.Record) (uint64, error) {
	if len(r.Data) != 8 {
		return 0, fmt.Errorf("record of kind %d has %d bytes, not 8", r.Kind, len(r.Data))
	}
	return order.Uint64(r.Data), nil
}
