package live

import (
	"math"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/rules"
)

const (
	// peaksPerClip is how many strokes a waveform has.
	peaksPerClip = 100
	// longestClip bounds what is kept of a flag, in ms; the line itself always is.
	longestClip = 55_000
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
	had models.Span
}

// piece is what is to be kept of a line: the line itself, and around the words of its flags what their rules say.
func (k Keep) piece(u models.Utterance, clips []engine.ClipRequest, now time.Time) piece {
	said := func(ms int64, otherwise time.Duration) int64 {
		if ms == rules.Unsaid {
			return otherwise.Milliseconds()
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

// covered is a stretch of somebody's speech, in ms of the session, that is not to be heard in what is kept.
type covered struct {
	models.Span
	tone bool
}

// covers reports whether a redaction is to be heard as a tone or as silence.
func covers(r engine.Redaction) bool {
	return r.Clip == engine.ClipBeep || r.Clip == engine.ClipSilence
}

// coverUp puts silence or a tone in place of what is not to be heard.
func coverUp(s Sounds, e *models.Evidence, all []covered) (err error) {
	for _, tone := range []bool{false, true} {
		var spans []models.Span
		for _, c := range all {
			if c.tone == tone && c.EndMS > e.StartMS {
				spans = append(spans, models.Span{StartMS: c.StartMS - e.StartMS, EndMS: c.EndMS - e.StartMS})
			}
		}
		if len(spans) == 0 {
			continue
		}
		if e.Ogg, err = s.Cover(e.Ogg, spans, tone); err != nil {
			return err
		}
	}
	return nil
}

// wave makes the waveform of a clip anew, and says how long it is.
func wave(s Sounds, e *models.Evidence) (ms int64, err error) {
	pcm, err := s.PCM(e.Ogg)
	e.Peaks = peaks(pcm, peaksPerClip)
	return int64(len(pcm)) * 1000 / models.SampleRate, err
}

// Bleep puts a tone over stretches of a clip, in ms of the session, and makes its waveform anew.
func Bleep(s Sounds, e *models.Evidence, spans []models.Span) error {
	over := make([]covered, len(spans))
	for i, span := range spans {
		over[i] = covered{span, true}
	}
	if err := coverUp(s, e, over); err != nil {
		return err
	}
	_, err := wave(s, e)
	return err
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
