package mumble

import (
	"sync/atomic"
	"time"

	"earshot/bot"
	"earshot/bot/mumble/wire"
	"earshot/models"
)

// mostTracks limits how many people's voices are read at the same time.
const mostTracks = 256

// stay is the state of one Run. Fields that do not guard themselves belong to Run's goroutine, which calls all methods unless they say
// otherwise.
type stay struct {
	c       *Connector
	handler bot.RoomHandler
	l       *link
	roster  *roster
	pace    *bucket
	bans    *bans
	length  atomic.Int64 // of the longest text that the server takes

	at15    bool // the server is of version 1.5 or later
	config  wire.ServerConfig
	synced  bool
	rights  map[uint32]wire.Permission // by channel
	joined  bool
	failed  error // found in an answer
	cut     bool  // the connection is over
	shown   map[uint32]models.Speaker
	talkers map[uint32]*talker
	noted   bool // that a message was malformed
}

func newStay(c *Connector, h bot.RoomHandler, l *link) *stay {
	s := &stay{
		c: c, handler: h, l: l, roster: newRoster(), pace: &bucket{}, bans: &bans{}, rights: map[uint32]wire.Permission{},
		shown: map[uint32]models.Speaker{}, talkers: map[uint32]*talker{},
	}
	s.length.Store(usualLength)
	return s
}

// ask sends frames and has a function run in Run's goroutine once the server has carried them out. Errors of the connection surface when
// it is read.
func (s *stay) ask(frames []byte, do func(*wire.PermissionDenied) error) {
	_ = s.l.send(frames, func(d *wire.PermissionDenied, closed error) {
		if closed != nil {
			return
		}
		if err := do(d); err != nil {
			s.failed = err
		}
	})
}

// voice handles a voice packet. Whispers, and shouts that may be meant for a few people only, are ignored.
func (s *stay) voice(body []byte) error {
	parse := wire.ParseVoice
	if s.at15 && len(body) > 0 && body[0] == 0 {
		parse = wire.ParseVoice15
	}
	v, err := parse(body)
	if err != nil || v.Target != wire.TargetRoom || !s.joined {
		return err
	}
	if t := s.talker(v.Session); t != nil {
		time.Sleep(t.pace.Early(time.Now()))
		t.voice(v, time.Now())
	}
	return nil
}

// talker returns the talker of a session, opening a track for a person who is heard for the first time, or nil for a person who is not
// in the room.
func (s *stay) talker(session uint32) *talker {
	if t := s.talkers[session]; t != nil {
		return t
	}
	u, known := s.roster.bySession(session)
	if !known || s.roster.place(u) != inRoom || session == s.roster.selfSession() {
		return nil
	}
	if len(s.talkers) >= mostTracks {
		if h, ok := s.handler.(bot.CrowdHandler); ok {
			h.Crowded(len(s.talkers))
		}
		return nil
	}
	t := newTalker(s.handler.Track(bot.TrackInfo{
		Track: trackName(u.id), SpeakerID: u.id, SpeakerName: u.name, Role: role(u, inRoom), Attribution: models.AttributionTrack,
	}))
	s.talkers[session] = t
	return t
}

// show tells the handler about a person who joined, changed or left.
func (s *stay) show(u user) {
	if !s.joined || u.session == s.roster.selfSession() {
		return
	}
	at := s.roster.place(u)
	if at != inRoom {
		s.endTrack(u.session)
	}
	was, shown := s.shown[u.session]
	if at == elsewhere {
		if shown {
			delete(s.shown, u.session)
			s.handler.Left(u.id)
		}
		return
	}
	if now := (models.Speaker{ID: u.id, Name: u.name, Role: role(u, at)}); !shown || now != was {
		s.shown[u.session] = now
		s.handler.Speaker(now)
	}
}

// role returns a user's role: whoever may not speak in their channel, or is in the audience's channel, is a guest.
func role(u user, at where) models.Role {
	if u.suppress || at == inAudience {
		return models.RoleGuest
	}
	return models.RoleSpeaker
}

func (s *stay) showAll() {
	for _, u := range s.roster.everybody() {
		s.show(u)
	}
}

func (s *stay) endTrack(session uint32) {
	t := s.talkers[session]
	if t == nil {
		return
	}
	delete(s.talkers, session)
	if t.bad > 0 {
		s.c.cfg.Log.Warn("packets that are no Opus were passed over", "packets", t.bad)
	}
	t.sink.End()
}

func (s *stay) endTracks() {
	for session := range s.talkers {
		s.endTrack(session)
	}
}

// said passes on a chat line.
func (s *stay) said(from uint32, markup string) {
	u, known := s.roster.bySession(from)
	if h, ok := s.handler.(bot.ChatHandler); ok && known && from != s.roster.selfSession() {
		h.Said(u.id, plain(markup))
	}
}
