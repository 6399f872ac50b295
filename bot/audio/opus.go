package audio

/*
#cgo pkg-config: opus
#include <opus.h>

// The ctl calls are variadic, which cgo cannot call.
static int earshot_decoder_reset(OpusDecoder *d) { return opus_decoder_ctl(d, OPUS_RESET_STATE); }
static int earshot_encoder_set(OpusEncoder *e, int request, opus_int32 value) {
	return opus_encoder_ctl(e, request, value);
}
*/
import "C"

import (
	"errors"
	"fmt"
	"unsafe"

	"earshot/models"
)

// maxFrame16 is the length of the longest packet in samples at 16 kHz.
const maxFrame16 = maxOpusPacket / 3

// ErrOpus wraps errors of libopus.
var ErrOpus = errors.New("opus")

// Decoder decodes Opus of any bandwidth, mono or stereo, to mono PCM at 16 kHz; libopus resamples. The zero value is not usable.
// Its state lives in Go memory, so there is nothing to close. Not safe for concurrent use.
type Decoder struct {
	mem []uint64 // the C state; uint64 for its alignment
}

// NewDecoder returns a decoder, which takes about 18 kB.
func NewDecoder() (*Decoder, error) {
	d := &Decoder{mem: make([]uint64, (C.opus_decoder_get_size(1)+7)/8)}
	if rc := C.opus_decoder_init(d.state(), models.SampleRate, 1); rc != C.OPUS_OK {
		return nil, opusError("start decoder", rc)
	}
	return d, nil
}

func (d *Decoder) state() *C.OpusDecoder { return (*C.OpusDecoder)(unsafe.Pointer(&d.mem[0])) }

// Reset resets the decoder's state.
func (d *Decoder) Reset() { C.earshot_decoder_reset(d.state()) }

// Decode decodes an Opus packet into pcm, which should have room for 1920 samples (120 ms), and returns the number of samples.
// Errors wrap ErrOpus; the decoder remains usable.
func (d *Decoder) Decode(payload []byte, pcm []float32) (int, error) {
	if len(payload) == 0 || len(pcm) == 0 {
		return 0, fmt.Errorf("%w: decode: empty packet or buffer", ErrOpus)
	}
	return d.decode(payload, pcm, 0)
}

// DecodeFEC fills pcm with the audio before the packet, from the copy that the packet carries (in-band FEC, RFC 6716, section
// 2.1.7) or by concealment. len(pcm) is the missing time, a multiple of 40 samples (2.5 ms) and at most 1920. The packet itself
// must be decoded afterwards.
func (d *Decoder) DecodeFEC(payload []byte, pcm []float32) (int, error) {
	if len(payload) == 0 || len(pcm) == 0 {
		return 0, fmt.Errorf("%w: decode FEC: empty packet or buffer", ErrOpus)
	}
	return d.decode(payload, pcm, 1)
}

// Conceal fills pcm by packet loss concealment. len(pcm) is a multiple of 40 samples (2.5 ms) and at most 1920.
func (d *Decoder) Conceal(pcm []float32) (int, error) {
	if len(pcm) == 0 {
		return 0, nil
	}
	return d.decode(nil, pcm, 0)
}

func (d *Decoder) decode(payload []byte, pcm []float32, fec C.int) (int, error) {
	n := C.opus_decode_float(d.state(), (*C.uchar)(unsafe.SliceData(payload)), C.opus_int32(len(payload)),
		(*C.float)(unsafe.SliceData(pcm)), C.int(len(pcm)), fec)
	if n < 0 {
		return 0, opusError("decode", n)
	}
	return int(n), nil
}

// EncoderConfig configures an Encoder. The zero value is mono speech at libopus's default bit rate.
type EncoderConfig struct {
	// Channels is 1 or 2; 0 means 1. Stereo PCM is interleaved.
	Channels int
	// Bitrate is in bits per second; 0 means libopus's default.
	Bitrate int
	// FEC adds a low-rate copy of each frame to the next packet, if LossPercent, the expected loss, justifies it.
	FEC         bool
	LossPercent int
	// DTX enables discontinuous transmission: in silence the encoder returns packets of one or two bytes, which the sender
	// omits.
	DTX bool
}

// Encoder encodes PCM at 48 kHz to Opus, tuned for speech. Not safe for concurrent use.
type Encoder struct {
	mem      []uint64
	channels int
	out      [4000]byte
}

// NewEncoder returns an encoder; errors wrap ErrOpus and name the setting that libopus rejected.
func NewEncoder(c EncoderConfig) (*Encoder, error) {
	ch := max(1, c.Channels)
	size := C.opus_encoder_get_size(C.int(ch))
	if size <= 0 {
		return nil, fmt.Errorf("%w: encoder with %d channels", ErrOpus, ch)
	}
	e := &Encoder{mem: make([]uint64, (size+7)/8), channels: ch}
	if rc := C.opus_encoder_init(e.state(), 48000, C.int(ch), C.OPUS_APPLICATION_VOIP); rc != C.OPUS_OK {
		return nil, opusError("start encoder", rc)
	}
	rate := c.Bitrate
	if rate == 0 {
		rate = C.OPUS_AUTO
	}
	for _, s := range []struct {
		what    string
		request C.int
		value   int
	}{
		{"bit rate", C.OPUS_SET_BITRATE_REQUEST, rate},
		{"FEC", C.OPUS_SET_INBAND_FEC_REQUEST, flag(c.FEC)},
		{"expected loss", C.OPUS_SET_PACKET_LOSS_PERC_REQUEST, c.LossPercent},
		{"DTX", C.OPUS_SET_DTX_REQUEST, flag(c.DTX)},
	} {
		if rc := C.earshot_encoder_set(e.state(), s.request, C.opus_int32(s.value)); rc != C.OPUS_OK {
			return nil, opusError(fmt.Sprintf("set %s to %d", s.what, s.value), rc)
		}
	}
	return e, nil
}

func (e *Encoder) state() *C.OpusEncoder { return (*C.OpusEncoder)(unsafe.Pointer(&e.mem[0])) }

// Encode encodes one frame: 120, 240, 480, 960, 1920 or 2880 samples per channel. The caller owns the packet.
func (e *Encoder) Encode(pcm []float32) ([]byte, error) {
	if len(pcm) == 0 {
		return nil, fmt.Errorf("%w: encode: no samples", ErrOpus)
	}
	n := C.opus_encode_float(e.state(), (*C.float)(unsafe.SliceData(pcm)), C.int(len(pcm)/e.channels),
		(*C.uchar)(&e.out[0]), C.opus_int32(len(e.out)))
	if n < 0 {
		return nil, opusError(fmt.Sprintf("encode %d samples", len(pcm)), n)
	}
	return append([]byte(nil), e.out[:n]...), nil
}

func opusError(what string, rc C.int) error {
	return fmt.Errorf("%w: %s: %s", ErrOpus, what, C.GoString(C.opus_strerror(rc)))
}

func flag(b bool) int {
	if b {
		return 1
	}
	return 0
}
