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
	// VAD makes a voice detector; one that is an io.Closer is closed.
	VAD func() audio.VAD
	// Decoders decode; Decode is how, Filter says what is doubtful, and Model is the name that lines carry.
	Decoders []transcribe.Decoder
	Decode   transcribe.Options
	Filter   transcribe.Filter
	Model    string
	// Channels takes each channel for a speaker of their own.
	Channels bool
	// Progress is kept up to date while it is read; nil when nobody looks.
	Progress *Progress
}

// Sink takes what is found, in the order of time, from one goroutine. An error ends the transcription.
type Sink interface {
	Line(u models.Utterance) error
	Gap(g models.Gap) error
}

// Progress tells how far a transcription has come. Its methods may be called from any goroutine.
type Progress struct{ read, length, lines atomic.Int64 }

// Read is how much has been read.
func (p *Progress) Read() time.Duration {
	return time.Duration(p.read.Load()) * time.Second / models.SampleRate
}

// Length is how long the recording is; 0 when it does not say.
func (p *Progress) Length() time.Duration {
	return time.Duration(p.length.Load()) * time.Second / models.SampleRate
}

// Lines is how many lines were given out.
func (p *Progress) Lines() int64 { return p.lines.Load() }

// Report is what came of a recording.
type Report struct {
	// LengthMS is how much time was read, and DoneMS up to where the lines are complete.
	LengthMS, DoneMS int64
	// Lines say something; Failed could not be decoded.
	Lines, Failed int
	// LostMS is how much is missing in the recording.
	LostMS int64
	// LoudestDBFS is the level of its loudest moment: -100 when there is no sound at all. RaisedDB is by how much its
	// loudest part had to be raised.
	LoudestDBFS, RaisedDB float64
	// Notes are what was found wrong with the recording and did not keep it from being read.
	Notes []string
}
