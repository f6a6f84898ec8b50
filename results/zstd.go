package results

import (
	"bytes"
	"errors"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/compress"
	"github.com/parquet-go/parquet-go/format"
)

// A pageCodec compresses the pages of one file, by one goroutine at a time.
//
// The codec that comes with the Parquet library passes its encoders through
// channels, and a channel belongs to the testing/synctest bubble in which it was
// made: a file that is begun outside and written in virtual time, or the
// reverse, would end the process. This one has an encoder of its own and uses
// it as a stream, which needs no channel.
type pageCodec struct {
	enc *zstd.Encoder
	out bytes.Buffer
}

var _ compress.Codec = (*pageCodec)(nil)

func newPageCodec() (*pageCodec, error) {
	enc, err := zstd.NewWriter(nil,
		zstd.WithEncoderConcurrency(1), // no goroutines
		zstd.WithEncoderCRC(false),
		zstd.WithWindowSize(1<<20), // no page is larger
		zstd.WithZeroFrames(true))
	return &pageCodec{enc: enc}, err
}

func (c *pageCodec) String() string                            { return "ZSTD" }
func (c *pageCodec) CompressionCodec() format.CompressionCodec { return format.Zstd }

// Encode compresses src. The flush before the end keeps the library from taking
// its path for small inputs, which is the one with the channel.
func (c *pageCodec) Encode(dst, src []byte) ([]byte, error) {
	c.out.Reset()
	c.enc.Reset(&c.out)
	_, err := c.enc.Write(src)
	err = errors.Join(err, c.enc.Flush(), c.enc.Close())
	return append(dst[:0], c.out.Bytes()...), err
}

// Decode is for completeness: a writer does not read.
func (c *pageCodec) Decode(dst, src []byte) ([]byte, error) {
	dec, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		return nil, err
	}
	defer dec.Close()
	return dec.DecodeAll(src, dst[:0])
}
