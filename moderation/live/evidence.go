package live

import (
	"bytes"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"earshot/bot/audio"
	"earshot/models"
	"earshot/moderation/engine"
)

const (
	// peaksPerClip is how many strokes a waveform has.
	peaksPerClip = 100
	// longestClip bounds what is kept of a flag, in ms; the line itself always is.
	longestClip = 55_000
	// settles is how long after a moment its last packets may still come, in ms.
	settles = 1000
)

// Keep is how the sound of flagged lines is kept.
type Keep struct {
	// For is how long; 0: none is.
	For time.Duration
	// Before and After are how much around the words is kept with a line, where the rule does not say.
	Before, After time.Duration
}

// piece is the sound that is wanted of a line, in ms of the session.
type piece struct {
	key      models.Key
	speaker  string
	from, to int64
	expires  time.Time
	// had is where what is stored begins and ends.
	had [2]int64
}

// piece is what is to be kept of a line: the line itself, and around the words of its flags what their rules say.
func (k Keep) piece(u models.Utterance, clips []engine.ClipRequest, now time.Time) piece {
	said := func(ms int64, else_ time.Duration) int64 {
		if ms == engine.Unsaid {
			return else_.Milliseconds()
		}
		return ms
	}
	p := piece{key: u.Key, speaker: u.SpeakerID, from: u.StartMS, to: u.EndMS}
	var keep int64
	for _, c := range clips {
		p.from = min(p.from, c.StartMS-said(c.BeforeMS, k.Before))
		p.to = max(p.to, c.EndMS+said(c.AfterMS, k.After))
		keep = max(keep, said(c.KeepMS, k.For))
	}
	p.to = min(p.to, max(u.EndMS, u.StartMS+longestClip))
	p.from = max(0, min(u.StartMS, max(p.from, p.to-longestClip)))
	p.expires = now.Add(time.Duration(keep) * time.Millisecond).UTC()
	return p
}

// evidence makes the sound of a flagged line fit to be kept, or nil: without a flag, or when none is to be kept, or when
// the clip is gone. It never keeps a line from being stored. What comes after the line is added when it was heard. The
// caller holds the session's lock.
func (d *Desk) evidence(ctx context.Context, j *judged, u models.Utterance, clips []engine.ClipRequest) *models.Evidence {
	keep := d.policy(j.session.Profile).Keep
	if len(clips) == 0 || keep.For <= 0 {
		return nil
	}
	p := keep.piece(u, clips, time.Now())
	if !p.expires.After(time.Now()) {
		return nil
	}
	e, err := d.sound(j, &p)
	if err != nil { // the memory does not reach back so far: the line itself, at least
		var clip models.Clip
		if clip, err = d.store.Clip(ctx, u.Key); err == nil {
			e, err = j.kept(p, clip.Opus, clip.StartMS)
		}
	}
	if err != nil {
		d.log.Warn("the sound of a flagged line is not kept", "key", u.Key.String(), "err", err)
		return nil
	}
	if p.had = [2]int64{e.StartMS, e.EndMS}; p.to > e.EndMS && j.room() != nil {
		j.pieces = append(j.pieces, p)
	}
	return e
}

// errNotHeld says that the sound is not in memory any more.
var errNotHeld = errors.New("the sound is not held in memory")

// sound makes the evidence of a piece from what the room still holds; it covers the line, or is an error.
func (d *Desk) sound(j *judged, p *piece) (*models.Evidence, error) {
	if j.ears == nil {
		return nil, errNotHeld
	}
	opus, from, to := j.ears.Recent(p.speaker, p.key.Track, p.from, p.to)
	if opus == nil {
		return nil, errNotHeld
	}
	e, err := j.kept(*p, opus, from)
	if err == nil {
		e.EndMS = to
	}
	return e, err
}

// kept is the evidence that a container makes, with what was redacted covered up.
func (j *judged) kept(p piece, opus []byte, startMS int64) (*models.Evidence, error) {
	var ogg bytes.Buffer
	if err := audio.WriteOgg(&ogg, opus); err != nil {
		return nil, err
	}
	e := &models.Evidence{Utterance: p.key, StartMS: startMS, Expires: p.expires, Ogg: ogg.Bytes()}
	if err := coverUp(e, j.covers[p.speaker]); err != nil {
		return nil, err
	}
	pcm, err := audio.ReadOggOpus(bytes.NewReader(e.Ogg))
	e.EndMS, e.Peaks = startMS+int64(len(pcm))/16, peaks(pcm, peaksPerClip)
	return e, err
}

// complete adds what came after the lines to the sound that is kept of them, where it has been heard by now; all: whatever
// there is, since nothing will come any more.
func (d *Desk) complete(ctx context.Context, j *judged, all bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	now := time.Since(j.session.Started).Milliseconds()
	var wait []piece
	for _, p := range j.pieces {
		if !all && now < p.to+settles {
			wait = append(wait, p)
			continue
		}
		e, err := d.sound(j, &p)
		if err != nil || e.StartMS > p.had[0]+settles || e.EndMS <= p.had[1] { // what is stored is as good
			continue
		}
		switch err := d.store.ReplaceEvidence(ctx, *e); {
		case errors.Is(err, models.ErrNotFound): // erased meanwhile
		case err != nil:
			d.log.Warn("the sound after a flagged line is not kept", "key", p.key.String(), "err", err)
		default:
			d.showEvidence(*e)
		}
	}
	j.pieces = wait
}

// showEvidence publishes that sound is kept, without the sound.
func (d *Desk) showEvidence(e models.Evidence) {
	e.ID, e.Ogg = models.EvidenceID(e.Utterance), nil
	d.hub.Publish(models.Event{SessionID: e.Utterance.Session, Evidence: &e})
}

// peaks is the loudness of n equal stretches of the sound, 0 to 255 for 0 to full scale on a square-root scale, which
// shows quiet speech too.
func peaks(pcm []float32, n int) []byte {
	out := make([]byte, n)
	for i := range out {
		var top float32
		for _, x := range pcm[i*len(pcm)/n : (i+1)*len(pcm)/n] {
			top = max(top, x, -x)
		}
		out[i] = byte(255 * min(1, float32(math.Sqrt(float64(top)))))
	}
	return out
}

// due is when the next piece can be completed, or never.
func (j *judged) due() (time.Time, bool) {
	if len(j.pieces) == 0 {
		return time.Time{}, false
	}
	first := slices.MinFunc(j.pieces, func(a, b piece) int { return int(a.to - b.to) })
	return j.session.Started.Add(time.Duration(first.to+settles) * time.Millisecond), true
}
