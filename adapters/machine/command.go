package machine

import (
	"encoding/binary"
	"errors"
	"fmt"

	"nines/bench"
)

// A Command is a change of one key, or a transaction, as it stands in a log.
type Command struct {
	Session uint64     // who asks; unique in a trial
	Seq     uint64     // of the session's commands, from 1; the same on every attempt
	Kind    bench.Kind // Write, CAS or Transact
	Key     uint64
	Arg     uint64     // id of the new value, or of the transaction; never bench.IdleValue
	Expect  uint64     // id of the value that a CAS replaces; others ignore it
	Size    uint32     // bytes of every value that it writes, at least bench.MinValueSize
	Txn     *bench.Txn // of a Transact
}

// The encoding, little endian: kind (1 byte), session, seq, key, expect (8
// each), size (4), then the value: Arg (8) and zeros up to Size. A Transact has
// Arg (8) and its micro-operations there, as [AppendMicros] writes them.
const (
	headerSize = 1 + 4*8 + 4

	// MaxValueSize bounds a value, so that a damaged size is found before
	// memory is asked for.
	MaxValueSize = 16 << 20
)

// ErrCommand is wrapped by every error about bytes that are not a command.
var ErrCommand = errors.New("not a command")

// Len is the length of the encoding of c, in bytes.
func (c *Command) Len() int {
	if c.Kind == bench.Transact {
		return headerSize + bench.MinValueSize + MicrosSize(c.Txn.Micros, c.Size)
	}
	return headerSize + int(c.Size)
}

// AppendTo appends the encoding of c, with its whole values, to b.
func (c *Command) AppendTo(b []byte) []byte {
	b = append(b, byte(c.Kind))
	b = binary.LittleEndian.AppendUint64(b, c.Session)
	b = binary.LittleEndian.AppendUint64(b, c.Seq)
	b = binary.LittleEndian.AppendUint64(b, c.Key)
	b = binary.LittleEndian.AppendUint64(b, c.Expect)
	b = binary.LittleEndian.AppendUint32(b, c.Size)
	b = binary.LittleEndian.AppendUint64(b, c.Arg)
	if c.Kind == bench.Transact {
		return AppendMicros(b, c.Txn.Micros, c.Size)
	}
	if c.Size > bench.MinValueSize {
		b = append(b, make([]byte, c.Size-bench.MinValueSize)...)
	}
	return b
}

// Decode is the inverse of [Command.AppendTo]. It accepts exactly one whole
// command; the padding of the value may be anything.
func Decode(b []byte) (Command, error) {
	if len(b) < headerSize+bench.MinValueSize {
		return Command{}, fmt.Errorf("%w: %d bytes, the least is %d", ErrCommand, len(b), headerSize+bench.MinValueSize)
	}
	c := Command{
		Kind:    bench.Kind(b[0]),
		Session: binary.LittleEndian.Uint64(b[1:]),
		Seq:     binary.LittleEndian.Uint64(b[9:]),
		Key:     binary.LittleEndian.Uint64(b[17:]),
		Expect:  binary.LittleEndian.Uint64(b[25:]),
		Size:    binary.LittleEndian.Uint32(b[33:]),
		Arg:     binary.LittleEndian.Uint64(b[headerSize:]),
	}
	if c.Kind == bench.Transact {
		return c.decodeTxn(b[headerSize+bench.MinValueSize:])
	}
	if err := c.Validate(); err != nil {
		return Command{}, err
	}
	if got := len(b) - headerSize; got != int(c.Size) {
		return Command{}, fmt.Errorf("%w: its value has %d bytes, its size says %d", ErrCommand, got, c.Size)
	}
	return c, nil
}

// decodeTxn completes c, of which all but the micro-operations was decoded.
func (c Command) decodeTxn(b []byte) (Command, error) {
	micros, rest, err := DecodeMicros(b, c.Size)
	switch {
	case err != nil:
		return Command{}, fmt.Errorf("%w: %w", ErrCommand, err)
	case len(rest) > 0:
		return Command{}, fmt.Errorf("%w: %d bytes too many", ErrCommand, len(rest))
	}
	c.Txn = &bench.Txn{Micros: micros}
	if err := c.Validate(); err != nil {
		return Command{}, err
	}
	return c, nil
}

// Validate tells what makes c no command.
func (c *Command) Validate() error {
	switch {
	case c.Kind != bench.Write && c.Kind != bench.CAS && c.Kind != bench.Transact:
		return fmt.Errorf("%w: kind %v, want write, cas or txn", ErrCommand, c.Kind)
	case c.Seq == 0:
		return fmt.Errorf("%w: sequence 0, they begin with 1", ErrCommand)
	case c.Arg == bench.IdleValue:
		return fmt.Errorf("%w: id %d stands for an absent key", ErrCommand, bench.IdleValue)
	case c.Kind == bench.Transact:
		if err := ValidateTxn(c.Txn, c.Size); err != nil {
			return fmt.Errorf("%w: %w", ErrCommand, err)
		}
	case c.Size < bench.MinValueSize || c.Size > MaxValueSize:
		return fmt.Errorf("%w: value of %d bytes, want %d to %d", ErrCommand, c.Size, bench.MinValueSize, MaxValueSize)
	}
	return nil
}
