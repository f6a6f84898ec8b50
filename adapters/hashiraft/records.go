package hashiraft

import (
	"encoding/binary"
	"fmt"

	"github.com/hashicorp/raft"

	"nines/adapters/disk"
)

// Kinds of log records. Entries carry their index; the others index 0.
const (
	recordEntry    byte = iota + 1 // type (1 byte), term (8), data
	recordTruncate                 // index (8): that entry and all behind it are void
	recordBounds                   // first, next (8 each): all entries before first, and from next on, are void
	recordStable                   // length of the key (1), key, value
)

var order = binary.LittleEndian

const entryHeader = 1 + 8

// appendEntry encodes an entry without its index.
func appendEntry(b []byte, e *entry) []byte {
	b = append(b, byte(e.kind))
	b = order.AppendUint64(b, e.term)
	return append(b, e.data...)
}

func decodeEntry(b []byte) (entry, error) {
	if len(b) < entryHeader {
		return entry{}, fmt.Errorf("an entry of %d bytes, and its header alone has %d", len(b), entryHeader)
	}
	return entry{kind: raft.LogType(b[0]), term: order.Uint64(b[1:]), data: b[entryHeader:]}, nil
}

func truncateRecord(from uint64) disk.Record {
	return disk.Record{Kind: recordTruncate, Data: order.AppendUint64(nil, from)}
}

func boundsRecord(first, next uint64) disk.Record {
	return disk.Record{Kind: recordBounds, Data: order.AppendUint64(order.AppendUint64(nil, first), next)}
}

func stableRecord(key string, value []byte) disk.Record {
	b := append([]byte{byte(len(key))}, key...)
	return disk.Record{Kind: recordStable, Data: append(b, value...)}
}

func decodeStable(b []byte) (key string, value []byte, err error) {
	if len(b) < 1 || len(b) < 1+int(b[0]) {
		return "", nil, fmt.Errorf("a key of the vote store is cut short at %d bytes", len(b))
	}
	n := 1 + int(b[0])
	return string(b[1:n]), b[n:], nil
}

// decodeIndexes takes n numbers apart.
func decodeIndexes(b []byte, n int) ([]uint64, error) {
	if len(b) != 8*n {
		return nil, fmt.Errorf("a record of %d bytes, not %d", len(b), 8*n)
	}
	out := make([]uint64, n)
	for i := range out {
		out[i] = order.Uint64(b[8*i:])
	}
	return out, nil
}
