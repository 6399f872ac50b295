package live

import (
	"context"
	"errors"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
)

// Observe takes what was noticed in a room otherwise than by words to the judge. A store that cannot take the outcome is no
// reason to hold up the sound: the next observation finds the same.
func (d *Desk) Observe(ctx context.Context, session string, o models.Observation) {
	if o.Event == models.RoomDeaf {
		if err := d.store.PutRoomNotice(ctx, session, models.NoticeDeaf, o.SpeakerID); err != nil && !errors.Is(err, models.ErrNotFound) {
			d.log.Error("hosts are not told that somebody is not heard", "session", session, "speaker", o.SpeakerID, "err", err)
		}
		return
	}
	j, err := d.judged(ctx, session)
	if err != nil {
		return
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	d.observe(ctx, j, o)
}

// observe judges an observation; the caller holds the session's lock.
func (d *Desk) observe(ctx context.Context, j *judged, o models.Observation) {
	if j.judge != nil {
		var out engine.Outcome
		d.guarded(j, "", func() { out = j.judge.Observe(o) })
		d.take(ctx, j, out)
		if o.Event == models.RoomJoin || o.Event == models.RoomLeave {
			d.showFloor(j)
		}
	}
}

// tick tells the judge the time, for what holds because nothing happens.
func (d *Desk) tick(ctx context.Context, j *judged) {
	j.mu.Lock()
	defer j.mu.Unlock()
	d.observe(ctx, j, models.Observation{AtMS: time.Since(j.session.Started).Milliseconds()})
}

// Partial shows what is still being said, with the rules that look at it already. It never waits: while something is being
// stored in the session, no rule looks.
func (d *Desk) Partial(p models.Partial) {
	if j := d.known(p.Key.Session); j != nil && j.judge != nil && j.mu.TryLock() {
		d.guarded(j, p.Key.String(), func() {
			for _, r := range j.judge.Arm(p) {
				p.Armed = append(p.Armed, r.ID)
			}
		})
		j.mu.Unlock()
	}
	d.hub.Publish(models.Event{SessionID: p.Key.Session, Partial: &p})
}

// spoken counts a line as a vote on its speaker's language, when the language had to be found; the caller holds the
// session's lock.
func (d *Desk) spoken(ctx context.Context, j *judged, u models.Utterance) {
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
		d.observe(ctx, j, models.Observation{
			AtMS: u.EndMS, SpeakerID: u.SpeakerID, Language: &models.LanguageVote{Code: code, P: best, VoicedMS: u.VoicedMS},
		})
	}
}
