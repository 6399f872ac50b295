// Package forward passes one publisher's packets on to everybody who listens.
package forward

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v3"

	"earshot/bot/peer"
)

// A voice is taken for talking by its audio level, or where the sender gives none by the size of its packets: comfort
// noise is a few bytes.
const (
	talkLevel = 50 // -dBov (RFC 6464)
	talkBytes = 24
)

// Track is one published track: it takes the publisher's packets and writes them to every listener. It implements
// webrtc.TrackLocal (one binding per listener) and peer.Sink.
type Track struct {
	id      string
	mu      sync.RWMutex
	out     []binding
	number  renumber // touched only by the publisher's reading goroutine
	loud    atomic.Int64
	packets atomic.Uint64
	dropped atomic.Uint64
	muted   atomic.Bool // by a host
	started time.Time
}

type binding struct {
	id      string
	ssrc    uint32
	pt      uint8
	levelID uint8
	stream  webrtc.TrackLocalWriter
}

// New makes a track that nobody listens to.
func New(id string) *Track { return &Track{id: id, started: time.Now()} }

// Packet forwards one RTP packet. Malformed and padding-only packets are dropped; padding and header extensions are
// not passed on, but for the audio level.
func (f *Track) Packet(raw []byte, levelExtID uint8) {
	var p rtp.Packet
	if err := p.Unmarshal(raw); err != nil {
		f.dropped.Add(1)
		return
	}
	if len(p.Payload) == 0 {
		f.dropped.Add(1)
		f.number.drop(p.SequenceNumber)
		return
	}
	if f.muted.Load() {
		f.number.drop(p.SequenceNumber)
		return
	}
	f.packets.Add(1)
	var level []byte
	if levelExtID > 0 {
		level = p.GetExtension(levelExtID)
	}
	f.noteVoice(level, len(p.Payload))
	f.write(&p, f.number.next(p.SequenceNumber), level)
}

func (f *Track) write(p *rtp.Packet, seq uint16, level []byte) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	for _, b := range f.out {
		h := rtp.Header{
			Version: 2, Marker: p.Marker, PayloadType: b.pt,
			SequenceNumber: seq, Timestamp: p.Timestamp, SSRC: b.ssrc,
		}
		if len(level) > 0 && b.levelID > 0 {
			_ = h.SetExtension(b.levelID, level[:1]) // an id that does not fit one byte: the level is left out
		}
		_, _ = b.stream.WriteRTP(&h, p.Payload) // a listener that is gone is noticed by its own connection
	}
}

func (f *Track) noteVoice(level []byte, payload int) {
	loud := payload > talkBytes
	if len(level) > 0 {
		loud = level[0]&0x7f <= talkLevel
	}
	if loud {
		f.loud.Store(int64(time.Since(f.started)) + 1)
	}
}

// Mute passes nothing on any more, or again.
func (f *Track) Mute(on bool) { f.muted.Store(on) }

// Talking reports whether the voice was loud just now.
func (f *Track) Talking() bool {
	l := f.loud.Load()
	return l > 0 && time.Since(f.started)-time.Duration(l) < talkHold
}

// End implements peer.Sink; the publication's end is noticed by its connection.
func (f *Track) End() {}

// Bind implements webrtc.TrackLocal: a listener's connection is ready.
func (f *Track) Bind(t webrtc.TrackLocalContext) (webrtc.RTPCodecParameters, error) {
	for _, c := range t.CodecParameters() {
		if c.PayloadType != peer.OpusPayloadType && c.MimeType != webrtc.MimeTypeOpus {
			continue
		}
		b := binding{id: t.ID(), ssrc: uint32(t.SSRC()), pt: uint8(c.PayloadType), stream: t.WriteStream()}
		for _, e := range t.HeaderExtensions() {
			if e.URI == sdp.AudioLevelURI && e.ID > 0 && e.ID < 15 {
				b.levelID = uint8(e.ID)
			}
		}
		f.mu.Lock()
		f.out = append(f.out, b)
		f.mu.Unlock()
		return c, nil
	}
	return webrtc.RTPCodecParameters{}, webrtc.ErrUnsupportedCodec
}

// Unbind implements webrtc.TrackLocal.
func (f *Track) Unbind(t webrtc.TrackLocalContext) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, b := range f.out {
		if b.id == t.ID() {
			f.out = append(f.out[:i:i], f.out[i+1:]...)
			return nil
		}
	}
	return webrtc.ErrUnbindFailed
}

// ID implements webrtc.TrackLocal.
func (f *Track) ID() string { return f.id }

// RID implements webrtc.TrackLocal: there is no simulcast of audio.
func (f *Track) RID() string { return "" }

// StreamID implements webrtc.TrackLocal.
func (f *Track) StreamID() string { return f.id }

// Kind implements webrtc.TrackLocal.
func (f *Track) Kind() webrtc.RTPCodecType { return webrtc.RTPCodecTypeAudio }

const (
	talkHold = 500 * time.Millisecond // how long a voice counts as talking after its last loud packet
)
