package recording

import (
	"earshot/bot/audio"
	"earshot/models"
)

// observer observes one speaker's sound as a live track is observed: how it sounds, second by second, and when they speak. A nil one
// observes nothing.
type observer struct {
	send     func(models.Observation)
	speaker  string
	sound    *audio.SoundMeter
	from, to int64 // speech that was not sent yet, in samples
}

func newObserver(send func(models.Observation), speaker string, c *audio.Cutter) *observer {
	if send == nil {
		return nil
	}
	o := &observer{send: send, speaker: speaker}
	o.sound = audio.NewSoundMeter(func(s models.Sound) {
		send(models.Observation{AtMS: s.EndMS, SpeakerID: speaker, Sound: &s})
	})
	c.OnSpeech(o.spoke)
	return o
}

// spoke collects speech up to a second.
func (o *observer) spoke(start, end int64) {
	if start > o.to || end-o.from > models.SampleRate {
		o.flush()
		o.from = start
	}
	o.to = max(o.to, end)
}

// flush sends the speech collected.
func (o *observer) flush() {
	if o.to <= o.from {
		return
	}
	v := models.Span{StartMS: o.from / 16, EndMS: o.to / 16}
	o.send(models.Observation{AtMS: v.EndMS, SpeakerID: o.speaker, Voiced: []models.Span{v}})
	o.from = o.to
}

func (o *observer) push(pcm []float32) {
	if o != nil {
		o.sound.Push(pcm)
	}
}

func (o *observer) silence(n int64) {
	if o != nil {
		o.sound.Silence(n)
	}
}

// end sends what is left; the cutter has been flushed.
func (o *observer) end() {
	if o != nil {
		o.sound.Flush()
		o.flush()
	}
}
