package desk

import (
	"bytes"
	"context"
	"math"
	"time"

	"earshot/bot/audio"
	"earshot/models"
)

// peaksPerClip is how many strokes a waveform has.
const peaksPerClip = 100

// evidence makes the sound of a flagged line fit to be kept, or nil: without a flag, or when none is to be kept, or when
// the clip is gone. It never keeps a line from being stored.
func (d *Desk) evidence(ctx context.Context, u models.Utterance, flags []models.Flag) *models.Evidence {
	if len(flags) == 0 || d.keep <= 0 {
		return nil
	}
	clip, err := d.store.Clip(ctx, u.Key)
	var ogg bytes.Buffer
	if err == nil {
		err = audio.WriteOgg(&ogg, clip.Opus)
	}
	if err == nil {
		err = audio.DecodeClip(&clip)
	}
	if err != nil {
		d.log.Warn("the sound of a flagged line is not kept", "key", u.Key.String(), "err", err)
		return nil
	}
	return &models.Evidence{
		Utterance: u.Key, StartMS: clip.StartMS, EndMS: clip.EndMS, Peaks: peaks(clip.PCM, peaksPerClip),
		Ogg: ogg.Bytes(), Expires: time.Now().Add(d.keep).UTC(),
	}
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
