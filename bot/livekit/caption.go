package livekit

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"earshot/bot"
	"earshot/models"
)

// CaptionTopic is the topic of the text streams by which newer clients receive transcriptions.
const CaptionTopic = "lk.transcription"

// chunkSize is how much of a text stream one packet takes: a data channel's message is at most 16 kB.
const chunkSize = 15_000

// Caption implements bot.Captioner, in both forms that clients know: as a packet of its own kind, and as a text stream. Both show the
// text as the speaker's where the speaker is one person. An update has the same segment id and replaces what was shown.
func (c *Connector) Caption(ctx context.Context, x bot.Caption) error {
	s := c.current()
	if s == nil {
		return bot.ErrNotJoined
	}
	if speaks, _ := s.local.rights(); !speaks {
		return bot.Refuse("the bot's token does not let it send data (canPublishData)", nil)
	}
	packets, err := captionPackets(x, rand.Text(), time.Now())
	if err != nil {
		return err
	}
	ch, err := s.channel(ctx)
	if err != nil {
		return err
	}
	for _, p := range packets {
		if err := ch.Send(p); err != nil {
			return err //nolint:wrapcheck // it says what it is
		}
	}
	return nil
}

// captionPackets are the messages of one caption: the old form, and the stream of the new one.
func captionPackets(x bot.Caption, stream string, now time.Time) ([][]byte, error) {
	speaker := x.SpeakerID
	if x.Attribution != models.AttributionTrack { // a mix is nobody's
		speaker = ""
	}
	old, err := proto.Marshal(&lk.DataPacket{
		Kind: lk.DataPacket_RELIABLE, ParticipantIdentity: speaker, //nolint:staticcheck // older servers read the kind
		Value: &lk.DataPacket_Transcription{Transcription: &lk.Transcription{
			TranscribedParticipantIdentity: speaker, TrackId: x.Track,
			Segments: []*lk.TranscriptionSegment{{Id: x.Line, Text: x.Text, Final: x.Final, Language: x.Language}},
		}},
	})
	if err != nil {
		return nil, fmt.Errorf("livekit: caption: %w", err)
	}
	out := [][]byte{old, streamPacket(speaker, headerField, streamHeader(x, stream, now))}
	index := uint64(0)
	for part := range slices.Chunk([]byte(x.Text), chunkSize) {
		out = append(out, streamPacket(speaker, chunkField, streamChunk(stream, index, part)))
		index++
	}
	return append(out, streamPacket(speaker, trailerField, appendText(nil, 1, stream))), nil
}

// The fields of a DataPacket that hold the parts of a stream; livekit/protocol has them from a version on that is newer than ours.
const (
	identityField protowire.Number = 4
	headerField   protowire.Number = 13
	chunkField    protowire.Number = 14
	trailerField  protowire.Number = 15
)

// streamPacket is a DataPacket with a part of a stream, in a speaker's name.
func streamPacket(speaker string, field protowire.Number, part []byte) []byte {
	var b []byte
	if speaker != "" {
		b = appendText(b, identityField, speaker)
	}
	return appendBytes(b, field, part)
}

// streamHeader is DataStream.Header: stream_id 1, timestamp 2, topic 3, mime_type 4, attributes 8, text_header 9.
func streamHeader(x bot.Caption, stream string, now time.Time) []byte {
	b := appendText(nil, 1, stream)
	b = protowire.AppendTag(b, 2, protowire.VarintType)
	b = protowire.AppendVarint(b, uint64(max(0, now.UnixMilli()))) //nolint:gosec // not negative
	b = appendText(b, 3, CaptionTopic)
	b = appendText(b, 4, "text/plain")
	final := "false"
	if x.Final {
		final = "true"
	}
	for _, a := range [][2]string{{"lk.segment_id", x.Line}, {"lk.transcription_final", final}, {"lk.transcribed_track_id", x.Track}} {
		b = appendBytes(b, 8, appendText(appendText(nil, 1, a[0]), 2, a[1]))
	}
	return appendBytes(b, 9, nil)
}

// streamChunk is DataStream.Chunk: stream_id 1, chunk_index 2, content 3.
func streamChunk(stream string, index uint64, content []byte) []byte {
	b := appendText(nil, 1, stream)
	b = protowire.AppendTag(b, 2, protowire.VarintType)
	b = protowire.AppendVarint(b, index)
	return appendBytes(b, 3, content)
}

// appendText appends a string field.
func appendText(b []byte, field protowire.Number, s string) []byte {
	return appendBytes(b, field, []byte(s))
}

// appendBytes appends a field of bytes, or a message within the message.
func appendBytes(b []byte, field protowire.Number, content []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), content)
}
