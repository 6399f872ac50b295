package audio

/*
#cgo pkg-config: opus
#include <opus_multistream.h>
*/
import "C"

import (
	"fmt"
	"unsafe"

	"earshot/models"
)

// channelDecoder decodes Opus to separate channels of PCM at 16 kHz: a mono decoder would add the channels of a stereo stream,
// and so cancel a pair of opposite polarity. Its state lives in Go memory. Not safe for concurrent use.
type channelDecoder struct {
	mem      []uint64
	channels int
	buf      []float32   // interleaved
	out      [][]float32 // by channel
}

// newChannelDecoder returns a decoder for a layout (RFC 7845, section 5.1.1).
func newChannelDecoder(l opusLayout) (*channelDecoder, error) {
	size := C.opus_multistream_decoder_get_size(C.int(l.streams), C.int(l.coupled))
	if size <= 0 || len(l.mapping) == 0 {
		return nil, fmt.Errorf("%w: %d streams, %d of them coupled", ErrOpus, l.streams, l.coupled)
	}
	n := len(l.mapping)
	d := &channelDecoder{mem: make([]uint64, (size+7)/8), channels: n, buf: make([]float32, n*maxFrame16)}
	rc := C.opus_multistream_decoder_init(d.state(), models.SampleRate, C.int(n), C.int(l.streams), C.int(l.coupled),
		(*C.uchar)(unsafe.SliceData(l.mapping)))
	if rc != C.OPUS_OK {
		return nil, opusError("start decoder", rc)
	}
	for range n {
		d.out = append(d.out, make([]float32, maxFrame16))
	}
	return d, nil
}

func (d *channelDecoder) state() *C.OpusMSDecoder {
	return (*C.OpusMSDecoder)(unsafe.Pointer(&d.mem[0]))
}

// decode decodes a packet or, if payload is nil, conceals n samples: a multiple of 40 (2.5 ms) and at most 1920. The channels
// are valid until the next call. Errors wrap ErrOpus; the decoder remains usable.
func (d *channelDecoder) decode(payload []byte, n int) ([][]float32, error) {
	got := C.opus_multistream_decode_float(d.state(), (*C.uchar)(unsafe.SliceData(payload)), C.opus_int32(len(payload)),
		(*C.float)(unsafe.SliceData(d.buf)), C.int(n), 0)
	if got < 0 {
		return nil, opusError("decode", got)
	}
	out := make([][]float32, d.channels)
	for c := range out {
		out[c] = d.out[c][:got]
		for i := range out[c] {
			out[c][i] = d.buf[i*d.channels+c]
		}
	}
	return out, nil
}
