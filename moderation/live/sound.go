package live

import (
	"math"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/rules"
)

const (
	// peaksPerClip is the number of bars of a waveform.
	peaksPerClip = 100
	// longestClip bounds the audio kept of a flagged line, in ms, but never below the line itself.
	longestClip = 55_000
)

// Keep is how the audio of flagged lines is kept.
type Keep struct {
	// For is how long it is kept; 0 means not at all.
	For time.Duration
	// Before and After are the defaults for how much audio around the words is kept.
	Before, After time.Duration
}

// piece is the audio to keep of a line, in ms of session time.
type piece struct {
	key      models.Key
	speaker  string
	from, to int64
	expires  time.Time
	// had is the span stored so far; due is when the rest can be stored, and failed is why it could not be before.
	had    models.Span
	due    int64
	failed error
}

// piece returns the audio to keep of a line: the line itself, and what its rules request around the words of its flags.
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

// covered is a span of a speaker's audio, in ms of session time, that must not be audible in stored audio.
type covered struct {
	models.Span
	tone bool
}

// covers reports whether a redaction covers audio, with a tone or silence.
func covers(r engine.Redaction) bool {
	return r.Clip == engine.ClipBeep || r.Clip == engine.ClipSilence
}

// coverUp covers spans in a clip.
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

// wave updates the waveform of a clip, and returns its duration.
func wave(s Sounds, e *models.Evidence) (ms int64, err error) {
	pcm, err := s.PCM(e.Ogg)
	e.Peaks = peaks(pcm, peaksPerClip)
	return int64(len(pcm)) * 1000 / models.SampleRate, err
}

// Bleep covers spans of a clip, in ms of session time, with a tone, and updates its waveform.
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

// peaks returns the peak amplitudes of n equal parts of the audio, 0 to 255 for 0 to full scale, on a square-root scale that shows
// quiet speech too.
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
