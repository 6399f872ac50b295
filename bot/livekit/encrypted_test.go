package livekit

import (
	"slices"
	"testing"

	lk "github.com/livekit/protocol/livekit"

	"earshot/bot"
	"earshot/models"
)

// told is a RoomHandler that keeps what it hears of tracks and talking.
type told struct{ said []string }

func (*told) Joined(bot.Capabilities) {}
func (*told) Speaker(models.Speaker)  {}
func (*told) Left(string)             {}

func (h *told) Talking(id string, _ bool) { h.said = append(h.said, "talking "+id) }

func (h *told) Track(i bot.TrackInfo) bot.TrackSink {
	if i.Encrypted {
		h.said = append(h.said, "encrypted "+i.SpeakerName+" "+i.Track)
	}
	return &toldTrack{h, i.Track}
}

type toldTrack struct {
	h     *told
	track string
}

func (*toldTrack) Packet([]byte, uint8) {}
func (k *toldTrack) End()               { k.h.said = append(k.h.said, "end "+k.track) }

// TestEncryptedTracksAreTold: once each, those who were there before the bot too, and not as people who talk unheard.
func TestEncryptedTracksAreTold(t *testing.T) {
	h := &told{}
	s := newStay(withAdmin(nil), h, nil)
	info := func(version uint32, tracks ...string) *lk.ParticipantInfo {
		p := &lk.ParticipantInfo{Sid: "PA_ana", Identity: "ana", Name: "Ana", Version: version}
		for _, sid := range tracks {
			p.Tracks = append(p.Tracks, &lk.TrackInfo{Sid: sid, Type: lk.TrackType_AUDIO, Encryption: lk.Encryption_GCM})
		}
		return p
	}
	update := func(p *lk.ParticipantInfo) {
		if err := s.update([]*lk.ParticipantInfo{p}); err != nil {
			t.Fatal(err)
		}
	}
	update(info(1, "TR_1"))
	if len(h.said) > 0 {
		t.Errorf("before the join: %q", h.said)
	}
	s.joined(false)
	s.talk([]*lk.SpeakerInfo{{Sid: "PA_ana", Active: true}})
	update(info(2, "TR_1"))
	update(info(3, "TR_2"))
	gone := info(4)
	gone.State = lk.ParticipantInfo_DISCONNECTED
	update(gone)
	want := []string{"encrypted Ana TR_1", "encrypted Ana TR_2", "end TR_1", "end TR_2"}
	if !slices.Equal(h.said, want) {
		t.Errorf("told %q, want %q", h.said, want)
	}
}
