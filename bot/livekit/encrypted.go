package livekit

import (
	lk "github.com/livekit/protocol/livekit"

	"earshot/bot"
	"earshot/models"
)

// encryptedTrack is a track that is encrypted end to end, as the handler was told.
type encryptedTrack struct {
	owner string // the participant's sid
	sink  bot.TrackSink
}

// tracks are the audio tracks of others that have been dealt with, by their sids.
type tracks struct {
	subscribed map[string]bool
	encrypted  map[string]encryptedTrack
}

// tellEncrypted tells the handler about a person's encrypted tracks, and about the end of those that are gone.
func (s *stay) tellEncrypted(p *person) {
	now := map[string]bool{}
	for _, t := range audible(p.info) {
		if t.GetEncryption() == lk.Encryption_NONE {
			continue
		}
		now[t.GetSid()] = true
		if _, told := s.tracks.encrypted[t.GetSid()]; !told {
			s.tracks.encrypted[t.GetSid()] = encryptedTrack{p.info.GetSid(), s.handler.Track(bot.TrackInfo{
				Track: t.GetSid(), SpeakerID: p.info.GetIdentity(), SpeakerName: p.name(), Role: p.role,
				Attribution: models.AttributionTrack, Encrypted: true,
			})}
		}
	}
	s.endEncrypted(func(sid string, e encryptedTrack) bool { return e.owner == p.info.GetSid() && !now[sid] })
}

// endEncrypted ends those encrypted tracks that are over.
func (s *stay) endEncrypted(over func(sid string, e encryptedTrack) bool) {
	for sid, e := range s.tracks.encrypted {
		if over(sid, e) {
			e.sink.End()
			delete(s.tracks.encrypted, sid)
		}
	}
}

// unheard reports whether all that a participant says is encrypted.
func unheard(p *lk.ParticipantInfo) bool {
	tracks := audible(p)
	for _, t := range tracks {
		if t.GetEncryption() == lk.Encryption_NONE {
			return false
		}
	}
	return len(tracks) > 0
}
