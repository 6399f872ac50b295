package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
)

// ErrMalformed is wrapped by every error about a bridge's messages.
var ErrMalformed = errors.New("jitsi: a malformed message of the bridge")

// Event is the type of a message.
type Event string

// The events that matter to a listener; others are ignored.
const (
	EventInfo  Event = "info"
	EventStart Event = "start"
	EventMedia Event = "media"
	EventPing  Event = "ping"
	EventEnd   Event = "session-end"
)

// MaxMessage limits the size of a message in bytes: it is many times the longest Opus packet (RFC 6716, section 3.4) in base64.
const MaxMessage = 64 << 10

const (
	maxName   = 128  // bytes of a tag or an endpoint id
	maxOpus   = 8192 // bytes of a packet
	maxPingID = 32   // bytes
)

// Message is a message from a bridge. It owns its slices.
type Message struct {
	Event Event
	// Tag identifies the stream of a start or media event.
	Tag   string
	Start Start
	Media Media
	// PingID is the id of a ping as written, for the pong to repeat.
	PingID []byte
}

// Start announces a stream, or a change of its format.
type Start struct {
	// Endpoint is the id of its owner in the meeting, which is also their nick in the chat room.
	Endpoint string
	// Encoding is the codec, such as "opus"; Rate is its clock rate in Hz.
	Encoding string
	Rate     int64
}

// Media is a packet of a stream.
type Media struct {
	// Chunk is the packet's RTP sequence number, extended so that it does not wrap.
	Chunk int64
	// Time is the timestamp in samples of the stream's clock rate. All streams of a connection share the clock.
	Time int64
	Opus []byte
	// Level is the packet's audio level in -dBov, from 0 to 127 (RFC 6464), or -1 if the bridge does not report it.
	Level int
	// Voice says that the sender classified the packet as speech.
	Voice bool
}

// number is a number that may be written as a string.
type number int64

// UnmarshalJSON implements json.Unmarshaler.
func (n *number) UnmarshalJSON(b []byte) error {
	v, err := strconv.ParseInt(string(bytes.Trim(b, `"`)), 10, 64)
	if err != nil {
		return fmt.Errorf("%w: a number that is none", ErrMalformed)
	}
	*n = number(v)
	return nil
}

// raw is a message as sent. Old bridges write a key twice, which encoding/json accepts.
type raw struct {
	Event Event           `json:"event"`
	ID    json.RawMessage `json:"id"`
	Start *struct {
		Tag    string `json:"tag"`
		Format struct {
			Encoding string `json:"encoding"`
			Rate     number `json:"sampleRate"`
		} `json:"mediaFormat"`
		Custom struct {
			Endpoint string `json:"endpointId"`
		} `json:"customParameters"`
	} `json:"start"`
	Media *struct {
		Tag     string  `json:"tag"`
		Chunk   number  `json:"chunk"`
		Time    number  `json:"timestamp"`
		Payload []byte  `json:"payload"`
		Level   *number `json:"audioLevel"`
		Voice   bool    `json:"vad"`
	} `json:"media"`
}

// Parse parses a text frame. Its error wraps ErrMalformed and repeats nothing of the frame.
func Parse(data []byte) (m Message, err error) {
	if len(data) > MaxMessage {
		return m, fmt.Errorf("%w: %d bytes", ErrMalformed, len(data))
	}
	var r raw
	if err := json.Unmarshal(data, &r); err != nil {
		return m, fmt.Errorf("%w: no JSON of its kind in %d bytes", ErrMalformed, len(data))
	}
	m.Event = r.Event
	switch {
	case r.Event == EventStart && r.Start != nil:
		m.Tag = r.Start.Tag
		m.Start = Start{Endpoint: r.Start.Custom.Endpoint, Encoding: r.Start.Format.Encoding, Rate: int64(r.Start.Format.Rate)}
		if !named(m.Tag) || !named(m.Start.Endpoint) || len(m.Start.Encoding) > maxName {
			return m, fmt.Errorf("%w: a start with a tag of %d bytes, of an endpoint of %d", ErrMalformed, len(m.Tag), len(m.Start.Endpoint))
		}
	case r.Event == EventMedia && r.Media != nil:
		return media(r)
	case r.Event == EventPing:
		if len(r.ID) == 0 || len(r.ID) > maxPingID || r.ID[0] == '{' || r.ID[0] == '[' {
			return m, fmt.Errorf("%w: a ping with an id of %d bytes", ErrMalformed, len(r.ID))
		}
		m.PingID = r.ID
	case r.Event == EventStart, r.Event == EventMedia:
		return m, fmt.Errorf("%w: nothing in it", ErrMalformed)
	}
	return m, nil
}

func media(r raw) (Message, error) {
	x := r.Media
	m := Message{Event: r.Event, Tag: x.Tag, Media: Media{
		Chunk: int64(x.Chunk), Time: int64(x.Time), Opus: x.Payload, Level: -1, Voice: x.Voice,
	}}
	if x.Level != nil {
		m.Media.Level = int(min(max(*x.Level, -1), 127))
	}
	if !named(m.Tag) || len(x.Payload) == 0 || len(x.Payload) > maxOpus || x.Chunk < 0 || x.Time < 0 {
		return m, fmt.Errorf("%w: media with a tag of %d bytes and %d of sound", ErrMalformed, len(m.Tag), len(x.Payload))
	}
	return m, nil
}

func named(s string) bool { return s != "" && len(s) <= maxName }
