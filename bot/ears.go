// Package bot listens in live audio rooms: it keeps one connection per room alive, and takes each speaker's packets
// through decoding and cutting to clips that are handed to a store.
//
//	connector --RTP--> Ears --bounded channel per track--> bot/audio --clips, gaps--> bounded hand-over --> Sink (disk)
//
// A Connector connects once; a Room supervises it and retries. RTP never waits: what cannot be taken in time is dropped,
// counted and stored as a gap that the reviewer sees.
package bot

import (
	"context"
	"strings"

	"earshot/models"
)

// Capabilities is what the bot may do in a room besides listening, as the server granted it at the join.
type Capabilities struct {
	Message        bool `json:"message"`
	PrivateMessage bool `json:"private_message"`
	Mute           bool `json:"mute"`
	Unmute         bool `json:"unmute"`
	ToAudience     bool `json:"to_audience"`
	Remove         bool `json:"remove"`
	Ban            bool `json:"ban"`
	// SelfUnmute says that people can undo a mute themselves, so that it has to be watched.
	SelfUnmute bool `json:"self_unmute"`
}

// String lists the capabilities in words: "message mute remove", or "listen only".
func (c Capabilities) String() string {
	var out []string
	for _, x := range []struct {
		has  bool
		name string
	}{
		{c.Message, "message"},
		{c.PrivateMessage, "private_message"},
		{c.Mute, "mute"},
		{c.Unmute, "unmute"},
		{c.ToAudience, "to_audience"},
		{c.Remove, "remove"},
		{c.Ban, "ban"},
	} {
		if x.has {
			out = append(out, x.name)
		}
	}
	if len(out) == 0 {
		return "listen only"
	}
	return strings.Join(out, " ")
}

// TrackInfo says whose sound a track carries. Attribution comes from the transport, never from the voice.
type TrackInfo struct {
	// Track is the connector's name of the track, unique within the session and safe in URLs. A track that comes back
	// after a reconnect may keep its name: its clips are numbered on.
	Track       string
	SpeakerID   string
	SpeakerName string
	Role        models.Role
	Attribution models.Attribution
}

// TrackSink takes the packets of one track. Packet is called from one goroutine at a time with one RTP packet that is
// valid only during the call, and the id of the audio level header extension (RFC 6464; 0: none). End is called once,
// after the last Packet. Neither blocks.
type TrackSink interface {
	Packet(raw []byte, levelExtID uint8)
	End()
}

// Ears is what a connector tells about a room. Its methods may be called from any goroutine and never block.
type Ears interface {
	// Joined says the bot is in the room and what it may do there. Called once per connection, before anything else, and
	// again when the rights change.
	Joined(Capabilities)
	// Speaker tells of a person who came, or whose name or role changed. Session and FirstMS are filled in by the Room.
	Speaker(models.Speaker)
	// Left tells that a person is gone. Unknown ids are ignored.
	Left(speakerID string)
	// Talking tells that the platform shows somebody as talking, or no longer. It is compared with what is heard of them.
	Talking(speakerID string, talking bool)
	// Track opens a track; the connector must call End on what it gets. Never nil.
	Track(TrackInfo) TrackSink
}

// Connector joins a room once. Run returns when the connection is over: the context's cause after it was cancelled, an
// End error when the reason is known, any other error when it may be worth trying again. It returns after all its
// goroutines, and after End was called on every track.
type Connector interface {
	Run(ctx context.Context, ears Ears) error
}

// ConsentSink is a Sink that keeps the consent ledger too.
type ConsentSink interface {
	// Consent stores who was told of the bot, and who objected.
	Consent(context.Context, models.Consent) error
}

// Sink takes what was heard. Its methods may block on a disk; they are called from one goroutine of the Room, in order
// (a speaker before the clips). An error is retried with the same value until it succeeds or the room's drain time is
// over; models.ErrNotFound says that the session is not stored any more, and ends the stay.
type Sink interface {
	// Clip stores and queues one finished stretch of speech. The Sink owns it from then on.
	Clip(context.Context, models.Clip) error
	// Gap stores what was not heard.
	Gap(context.Context, models.Gap) error
	// Speaker stores who is there.
	Speaker(context.Context, models.Speaker) error
}
