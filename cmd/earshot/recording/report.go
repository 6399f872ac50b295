package recording

import (
	"sync/atomic"
	"time"

	"earshot/bot/audio"
	"earshot/models"
	"earshot/transcribe"
)

// Session is the session in the keys of lines that belong to none.
const Session = "file"

// Options say how recordings are transcribed.
type Options struct {
	Segment audio.SegmentConfig
	// VAD makes a voice detector; if it is an io.Closer it is closed.
	VAD func() audio.VAD
	// Decoders decode, with the parameters Decode; Filter marks doubtful lines, and Model is the model name on lines.
	Decoders []transcribe.Decoder
	Decode   transcribe.Options
	Filter   transcribe.Filter
	Model    string
	// Channels treats each channel as a separate speaker.
	Channels bool
	// Known, if set, returns the line of a stretch that was decoded earlier; false: it has to be decoded. Heard, if set, receives each
	// stretch that was decoded, with its audio and line; an error ends the transcription. Both are called from several goroutines.
	Known func(c models.Clip) (models.Utterance, bool)
	Heard func(c models.Clip, u models.Utterance) error
	// Observe, if set, receives how each speaker sounds, once a second, and when they speak, from one goroutine, in order to within a few
	// seconds.
	Observe func(o models.Observation)
	// Progress is updated while reading; nil if nobody needs it.
	Progress *Progress
}

// Sink receives what is found, in order of time, from one goroutine. An error ends the transcription.
type Sink interface {
	Line(u models.Utterance) error
	Gap(g models.Gap) error
}

// Progress reports how far a transcription has come. Its methods may be called from any goroutine.
type Progress struct{ read, length, lines atomic.Int64 }

// Read returns how much has been read.
func (p *Progress) Read() time.Duration {
	return time.Duration(p.read.Load()) * time.Second / models.SampleRate
}

// Length returns the recording's length; 0 if unknown.
func (p *Progress) Length() time.Duration {
	return time.Duration(p.length.Load()) * time.Second / models.SampleRate
}

// Lines returns the number of lines found so far.
func (p *Progress) Lines() int64 { return p.lines.Load() }

// Report is the result of a transcription.
type Report struct {
	// LengthMS is how much time was read; up to DoneMS the lines are complete.
	LengthMS, DoneMS int64
	// SaysMS is how long the recording is according to its header; 0 if unknown.
	SaysMS int64
	// Lines counts lines with words; Failed stretches could not be decoded.
	Lines, Failed int
	// LostMS is how much of the recording is missing.
	LostMS int64
	// LoudestDBFS is the level of its loudest moment: -100 if there is no audio at all. RaisedDB is the gain applied to its
	// loudest part.
	LoudestDBFS, RaisedDB float64
	// Notes are faults of the recording that did not prevent it from being read.
	Notes []string
}
