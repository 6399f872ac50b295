package live

import (
	"bytes"
	"context"
	"time"

	"earshot/bot/audio"
	"earshot/models"
	"earshot/moderation/engine"
)

// covered is a stretch of somebody's speech, in ms of the session, that is not to be heard in what is kept.
type covered struct {
	span [2]int64
	beep bool
}

// maxCovered bounds what is remembered of one person in one session; older sound is not kept anew any more.
const maxCovered = 256

// masks are the words that an outcome hides in the record.
func masks(rs []engine.Redaction) (out []models.Mask) {
	for _, r := range rs {
		if r.Text && len(r.Words) > 0 {
			out = append(out, models.Mask{Speaker: r.Speaker, Words: r.Words})
		}
	}
	return out
}

// cover remembers what is to be covered up in the sound; the caller holds the session's lock.
func (j *judged) cover(rs []engine.Redaction) {
	for _, r := range rs {
		if r.Clip != engine.ClipBeep && r.Clip != engine.ClipSilence {
			continue
		}
		for _, span := range (models.Mask{Words: r.Words}).Spans() {
			j.covers[r.Speaker] = append(j.covers[r.Speaker], covered{span, r.Clip == engine.ClipBeep})
		}
		if n := len(j.covers[r.Speaker]); n > maxCovered {
			j.covers[r.Speaker] = j.covers[r.Speaker][n-maxCovered:]
		}
	}
}

// coverUp puts silence or a beep in place of what is not to be heard.
func coverUp(e *models.Evidence, all []covered) error {
	for _, beep := range []bool{false, true} {
		var spans [][2]int64
		for _, c := range all {
			if c.beep == beep && c.span[1] > e.StartMS {
				spans = append(spans, [2]int64{c.span[0] - e.StartMS, c.span[1] - e.StartMS})
			}
		}
		if len(spans) == 0 {
			continue
		}
		var out bytes.Buffer
		if err := audio.CoverOgg(&out, bytes.NewReader(e.Ogg), spans, beep); err != nil {
			return err
		}
		e.Ogg = out.Bytes()
	}
	return nil
}

// masked shows the lines again that words were hidden in, and covers the words up in the sound that is kept of the same
// person; the caller holds the session's lock and has stored the masks.
func (d *Desk) masked(ctx context.Context, j *judged, rs []engine.Redaction, but models.Key) {
	for _, r := range rs {
		spans := models.Mask{Words: r.Words}.Spans()
		if len(spans) == 0 {
			continue
		}
		lines, err := d.store.LinesOf(ctx, j.session.ID, r.Speaker, spans[0][0], spans[len(spans)-1][1])
		if err != nil {
			d.log.Error("redacted lines cannot be read", "session", j.session.ID, "err", err)
			return
		}
		for _, u := range lines {
			if u.Key != but && r.Text {
				d.hub.Publish(models.Event{SessionID: u.Session, Utterance: &u})
			}
		}
		if r.Clip == engine.ClipBeep || r.Clip == engine.ClipSilence {
			d.coverStored(ctx, j, r, spans)
		}
	}
}

// coverStored covers words up in the sound that is stored already.
func (d *Desk) coverStored(ctx context.Context, j *judged, r engine.Redaction, spans [][2]int64) {
	kept, err := d.store.SessionEvidence(ctx, j.session.ID, time.Now())
	for _, e := range kept {
		from, to := spans[0][0], spans[len(spans)-1][1]
		if e.StartMS > to || e.EndMS < from {
			continue
		}
		line, lineErr := d.store.Utterance(ctx, e.Utterance)
		if lineErr != nil || line.SpeakerID != r.Speaker {
			continue
		}
		if err = d.coverAgain(ctx, j, e, r.Speaker); err != nil {
			break
		}
	}
	if err != nil {
		d.log.Error("redacted words may still be heard in the sound that is kept", "session", j.session.ID, "err", err)
	}
}

func (d *Desk) coverAgain(ctx context.Context, j *judged, e models.Evidence, speaker string) error {
	e, err := d.store.Evidence(ctx, e.ID, time.Now())
	if err != nil {
		return err
	}
	if err := coverUp(&e, j.covers[speaker]); err != nil {
		return err
	}
	pcm, err := audio.ReadOggOpus(bytes.NewReader(e.Ogg))
	if err != nil {
		return err
	}
	e.Peaks = peaks(pcm, peaksPerClip)
	if err := d.store.ReplaceEvidence(ctx, e); err != nil {
		return err
	}
	d.showEvidence(e)
	return nil
}
