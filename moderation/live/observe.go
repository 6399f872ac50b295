package live

import (
	"context"
	"errors"
	"slices"

	"earshot/models"
)

// noticeOf has the events that hosts are notified of, and that no rule judges.
var noticeOf = map[models.RoomEvent]models.NoticeKind{models.RoomDeaf: models.NoticeDeaf, models.RoomSilent: models.NoticeSilent}

// Observe judges an observation. If the outcome can't be stored the audio is not held up: the next observation leads to the same.
// It implements media.Observer.
func (s *Session) Observe(ctx context.Context, o models.Observation) {
	if kind, ok := noticeOf[o.Event]; ok {
		if err := s.store.PutRoomNotice(ctx, s.session.ID, kind, o.SpeakerID); err != nil && !errors.Is(err, models.ErrNotFound) {
			s.log.Error("cannot notify hosts that a speaker is not heard", "session", s.session.ID, "speaker", o.SpeakerID, "err", err)
		}
		return
	}
	_ = s.do(ctx, func() error { s.observe(ctx, o); return nil }) // fails only when the program ends
}

// observe judges an observation.
func (s *Session) observe(ctx context.Context, o models.Observation) {
	s.take(ctx, s.judge.observation(o))
	if o.Event == models.RoomJoin || o.Event == models.RoomLeave {
		s.showFloor()
	}
}

// tick judges the passing of time, for conditions that hold because nothing happens.
func (s *Session) tick(ctx context.Context) {
	s.observe(ctx, models.Observation{AtMS: s.elapsed()})
}

// partial publishes a partial with the rules that match it, and with what the room may see of it. It never waits: while the mailbox
// is busy no rule is applied, and the room sees nothing of it.
func (s *Session) partial(p models.Partial) {
	s.try(func() { p.Armed, p.Shown = s.judge.arm(p), s.judge.shown(p) })
	s.hub.Publish(models.Event{SessionID: p.Key.Session, Partial: &p})
}

// spoken observes a line as a vote on its speaker's language, if the language was detected.
func (s *Session) spoken(ctx context.Context, u models.Utterance) {
	if u.Text == "" || len(u.Doubt) > 0 {
		return
	}
	code, best := "", 0.0
	for c, p := range u.Heard {
		if p > best || p == best && c < code {
			code, best = c, p
		}
	}
	if code != "" {
		s.observe(ctx, models.Observation{
			AtMS: u.EndMS, SpeakerID: u.SpeakerID, Language: &models.LanguageVote{Code: code, P: best, VoicedMS: u.VoicedMS},
		})
	}
}

// showFloor publishes the list of those who have spoken least, if it has changed.
func (s *Session) showFloor() {
	f := s.judge.floor()
	same := func(a, b models.Talked) bool { return a.SpeakerID == b.SpeakerID && a.SpeakerName == b.SpeakerName }
	if slices.EqualFunc(f.Next, s.shown, same) {
		return
	}
	s.shown = f.Next
	s.hub.Publish(models.Event{SessionID: s.session.ID, Floor: &f})
}
