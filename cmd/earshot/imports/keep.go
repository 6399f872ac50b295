package imports

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"earshot/bot/audio"
	"earshot/cmd/earshot/metrics"
	"earshot/models"
	"earshot/moderation/live"
	"earshot/moderation/review/transcript"
)

// Record is where imported sessions are stored.
type Record interface {
	transcript.Record
	live.Store
	live.SpoolMeter
}

// Terms say how a session is judged and how long it is kept.
type Terms struct {
	// Room is the id of the session's room.
	Room string
	// Profile is the profile's name, and Policy its rules and evidence.
	Profile      string
	Policy       live.Policy
	ModerateOnly bool
	Log          *slog.Logger
}

// Stored returns an error if a recording has already been stored completely.
func Stored(ctx context.Context, db Record, dir string, p *Plan) error {
	switch err := db.Stored(ctx, p.Session); {
	case errors.Is(err, models.ErrNotFound):
		return nil
	case err != nil:
		return err
	case InProgress(dir, p):
		return nil
	}
	return stored(p.Session)
}

// stored returns the error for a session that is already in the record.
func stored(session string) error {
	return models.WithHint(fmt.Errorf("session %s is in the record already: %w", session, models.ErrInvalid),
		"erase it first, or look at it with earshot summary "+session)
}

// Keep stores a decoded recording as an ended session. Its lines are judged in the order of their ends, and flagged ones keep their audio.
// No host is asked and no action is taken. After an error the next run continues.
func (d *Decoded) Keep(ctx context.Context, db Record, c Terms) error {
	p := d.Plan
	s := models.Session{
		ID: p.Session, Room: c.Room, Name: p.Name, Profile: c.Profile, ModerateOnly: c.ModerateOnly, Started: p.Started,
		Reason: models.EndPartial,
	}
	if c.Policy.Rules != nil {
		s.Rules = c.Policy.Rules.String()
	}
	lines, length := d.lines()
	if len(lines) > 0 {
		s.Model = lines[0].line.Model
	}
	s.Ended = s.Started.Add(time.Duration(length) * time.Millisecond)
	if err := d.begin(ctx, db, s, length); err != nil {
		return err
	}
	sessions := live.New(live.Config{
		Store: db, Policies: map[string]live.Policy{c.Profile: c.Policy}, Show: nobody{}, Count: metrics.New(),
		Quota: live.NewQuota(db, spoolMB), Sounds: audio.OggFiles{}, Log: c.Log,
	})
	sessions.Into(nobody{})
	judged, err := sessions.Session(ctx, s.ID)
	if err != nil {
		return err
	}
	if err := d.play(ctx, sessions, judged, lines, d.observations(c.Policy.Rules, length)); err != nil {
		return err
	}
	if err := db.EndSession(ctx, s.ID, models.EndImported, s.Ended); err != nil {
		return err
	}
	return d.journal.remove()
}

// play judges and stores the lines, each after the observations before its end.
func (d *Decoded) play(
	ctx context.Context, all *live.Sessions, s *live.Session, lines []known, observed []models.Observation,
) error {
	for _, k := range lines {
		n := 0
		for n < len(observed) && observed[n].AtMS <= k.line.EndMS {
			n++
		}
		observe(ctx, s, observed[:n])
		observed = observed[n:]
		opus, err := d.journal.opus(k)
		if err != nil {
			return err
		}
		u := k.line
		clip := models.Clip{
			Key: u.Key, SpeakerID: u.SpeakerID, SpeakerName: u.SpeakerName, Attribution: u.Attribution, StartMS: u.StartMS, EndMS: u.EndMS,
			VoicedMS: u.VoicedMS, ConcealedMS: u.ConcealedMS, LevelDBFS: u.LevelDBFS, Opus: opus,
		}
		if err := s.Clip(ctx, clip); err != nil {
			return err
		}
		if err := all.Done(ctx, u); err != nil {
			return err
		}
	}
	observe(ctx, s, observed)
	return context.Cause(ctx)
}

// spoolMB limits the audio in the record's spool, where a line's audio stays until the line is stored.
const spoolMB = 1 << 20

// begin stores the session as one that is imported in part, its people and its gaps, unless an earlier run has done so.
func (d *Decoded) begin(ctx context.Context, db Record, s models.Session, length int64) error {
	switch err := db.Stored(ctx, s.ID); {
	case err == nil && d.journal.begun: // interrupted, here or later
	case err == nil: // by another import, meanwhile
		return errors.Join(stored(s.ID), d.journal.unlink())
	case !errors.Is(err, models.ErrNotFound):
		return err
	default:
		if err := d.journal.write(row{Begun: true}); err != nil {
			return err
		}
		if _, err := db.StartSession(ctx, s); err != nil {
			return err
		}
	}
	for i, t := range d.Plan.Tracks {
		if err := db.PutSpeaker(ctx, models.Speaker{Session: s.ID, ID: t.SpeakerID, Name: t.Speaker, FirstMS: t.OffsetMS}); err != nil {
			return err
		}
		for _, g := range d.missing(i, length) {
			g.Session = s.ID
			if err := db.PutGap(ctx, g); err != nil {
				return err
			}
		}
	}
	return nil
}

// missing returns the gaps of a track in the session's time: damaged stretches, and the rest of a track that broke off.
func (d *Decoded) missing(i int, length int64) (out []models.Gap) {
	t, e := d.Plan.Tracks[i], d.journal.ends[i]
	for _, g := range e.Gaps {
		g.SpeakerID, g.SpeakerName = t.SpeakerID, t.Speaker
		g.StartMS, g.EndMS = g.StartMS+t.OffsetMS, g.EndMS+t.OffsetMS
		out = append(out, g)
	}
	if from := e.LengthMS + t.OffsetMS; e.Broken != "" && from < length {
		out = append(out, models.Gap{
			SpeakerID: t.SpeakerID, SpeakerName: t.Speaker, StartMS: from, EndMS: length, LostMS: length - from, Cause: models.GapDamaged,
		})
	}
	return out
}

// lines returns the lines of all tracks in the session's time, in the order of their ends, and the session's length in ms.
func (d *Decoded) lines() (out []known, length int64) {
	for i, t := range d.Plan.Tracks {
		track := fmt.Sprintf("%d-%s", i+1, transcript.Slug(stem(t.File)))
		attribution := models.AttributionTrack
		if t.Mixed {
			attribution = models.AttributionUnknown
		}
		for _, k := range d.journal.said(i) {
			u := &k.line
			u.Key = models.Key{Session: d.Plan.Session, Epoch: 1, Track: track, Seq: u.Seq}
			u.SpeakerID, u.SpeakerName, u.Attribution = t.SpeakerID, t.Speaker, attribution
			u.StartMS, u.EndMS = u.StartMS+t.OffsetMS, u.EndMS+t.OffsetMS
			u.Words = slices.Clone(u.Words)
			for w := range u.Words {
				u.Words[w].StartMS, u.Words[w].EndMS = u.Words[w].StartMS+t.OffsetMS, u.Words[w].EndMS+t.OffsetMS
			}
			out = append(out, k)
		}
		length = max(length, d.journal.ends[i].whole()+t.OffsetMS)
	}
	slices.SortStableFunc(out, func(a, b known) int { return cmp.Compare(a.line.EndMS, b.line.EndMS) })
	return out, length
}

// Counts returns how many lines with words, people and broken tracks a decoded recording has.
func (d *Decoded) Counts() (lines, people int) {
	all, _ := d.lines()
	for _, k := range all {
		if k.line.Text != "" {
			lines++
		}
	}
	ids := map[string]bool{}
	for _, t := range d.Plan.Tracks {
		ids[t.SpeakerID] = true
	}
	return lines, len(ids)
}

// nobody is the publisher and queue of an import: nobody watches it, and nothing needs to be decoded again.
type nobody struct{}

// Publish implements live.Publisher.
func (nobody) Publish(models.Event) uint64 { return 0 }

// Submit implements live.Queue.
func (nobody) Submit(models.Clip) {}

// Again implements live.Queue.
func (nobody) Again(models.Clip, func(models.Utterance)) bool { return false }
