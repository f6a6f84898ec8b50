package disk

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
)

// A segment is a file: a header, then records. Little endian.
//
//	header: magic (8), its number (8), number of the oldest segment that is part
//	        of the log (8), checksum of these (4)
//	record: checksum of the rest of this header (4), length of the data (4), kind
//	        (1), index (8), checksum of the data (4); then the data
//
// A header of its own checksum keeps a damaged length from looking like a
// record that the end of the file cut off. Checksums are CRC-32C.
const (
	segmentMagic  = "ninesog1"
	segmentHeader = 8 + 8 + 8 + 4
	recordHeader  = 4 + 4 + 1 + 8 + 4

	// MaxData is the most that a record may carry, in bytes.
	MaxData = 1 << 30
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// errTorn says that a segment ends in the middle of a record.
var errTorn = errors.New("the record is cut off")

func appendSegmentHeader(b []byte, number, oldest uint64) []byte {
	start := len(b)
	b = append(b, segmentMagic...)
	b = binary.LittleEndian.AppendUint64(b, number)
	b = binary.LittleEndian.AppendUint64(b, oldest)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b[start:], castagnoli))
}

func parseSegmentHeader(b []byte) (number, oldest uint64, err error) {
	switch {
	case len(b) < segmentHeader:
		return 0, 0, fmt.Errorf("%d bytes are too few for the header of a segment", len(b))
	case string(b[:8]) != segmentMagic:
		return 0, 0, fmt.Errorf("not a segment: it does not begin with %q", segmentMagic)
	case crc32.Checksum(b[:24], castagnoli) != binary.LittleEndian.Uint32(b[24:]):
		return 0, 0, errors.New("wrong checksum of the segment's header")
	}
	return binary.LittleEndian.Uint64(b[8:]), binary.LittleEndian.Uint64(b[16:]), nil
}

func appendRecord(b []byte, r Record) []byte {
	start := len(b)
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(r.Data)))
	b = append(b, r.Kind)
	b = binary.LittleEndian.AppendUint64(b, r.Index)
	b = binary.LittleEndian.AppendUint32(b, crc32.Checksum(r.Data, castagnoli))
	binary.LittleEndian.PutUint32(b[start:], crc32.Checksum(b[start+4:], castagnoli))
	return append(b, r.Data...)
}

// parseRecord takes the record at the start of b, which is not empty. Data is
// a part of b. The error is errTorn if b may be the beginning of a record that
// was being written; with another one the size is 0 if it is not known.
func parseRecord(b []byte) (r Record, size int, err error) {
	if len(b) < recordHeader {
		return r, 0, errTorn
	}
	if crc32.Checksum(b[4:recordHeader], castagnoli) != binary.LittleEndian.Uint32(b) {
		return r, 0, errors.New("wrong checksum of a record's header")
	}
	length := int64(binary.LittleEndian.Uint32(b[4:]))
	if length > int64(len(b)-recordHeader) {
		return r, 0, errTorn
	}
	size = recordHeader + int(length)
	r = Record{Kind: b[8], Index: binary.LittleEndian.Uint64(b[9:]), Data: b[recordHeader:size:size]}
	if crc32.Checksum(r.Data, castagnoli) != binary.LittleEndian.Uint32(b[17:]) {
		if size == len(b) {
			return r, 0, errTorn
		}
		return r, size, errors.New("wrong checksum of a record's data")
	}
	return r, size, nil
}

// scan calls fn for the records of a segment and returns where they end, which
// is before len(b) if the last one is torn.
func scan(b []byte, fn func(Record) error) (end int, err error) {
	for end = segmentHeader; end < len(b); {
		r, size, err := parseRecord(b[end:])
		switch {
		case err == nil:
		case errors.Is(err, errTorn), hole(b[end:], end, size):
			return end, nil
		default:
			return end, fmt.Errorf("offset %d: %w", end, err)
		}
		if err := fn(r); err != nil {
			return end, err
		}
		end += size
	}
	return end, nil
}

// hole reports whether b, the rest of a segment from offset off, is what a power
// cut leaves of records of which only the first sectors reached the disk, or none:
// zeros from a sector's start on. That start is in the damaged record, which has
// this size, or is the first one behind its beginning, or is before it and the
// zeros cannot be told from the data of the last whole record. Other damage has
// no such excuse.
func hole(b []byte, off, size int) bool {
	const sector = 512
	first := (sector - off%sector) % sector
	zeros := len(bytes.TrimRight(b, "\x00"))
	from := zeros + (sector-(off+zeros)%sector)%sector
	return zeros == 0 || from < len(b) && from <= max(first, size-1)
}
