// Package imports turns recordings with a track per person into sessions: folders and zip files from Craig, Janus, LiveKit egress, Zoom,
// and others whose tracks are named after people. It examines a recording (Look), decodes its tracks (Decode) and stores the session
// (Keep). Each step can be repeated after an interruption.
package imports

import (
	"fmt"
	"io/fs"
	"time"
)

// Plan is what Look found out about a recording. The caller closes it.
type Plan struct {
	// Path is the file or folder. From is the program that recorded it: Craig, Janus, LiveKit, Zoom, Riverside, Zencastr or "".
	Path string `json:"path"`
	From string `json:"from,omitempty"`
	// Session is the id of the session to be created, always the same for the same recording. Name is its name.
	Session string    `json:"session"`
	Name    string    `json:"name"`
	Started time.Time `json:"started"`
	Tracks  []Track   `json:"tracks"`
	// Notes list what was left out and what may be wrong.
	Notes []string `json:"notes,omitempty"`

	store store
}

// Track is the recording of one person, or of several people mixed together.
type Track struct {
	// File is its path within the recording.
	File string `json:"file"`
	// Format is the file's format, detected by its first bytes.
	Format string `json:"format"`
	// Speaker and SpeakerID identify the person who speaks in it.
	Speaker   string `json:"speaker"`
	SpeakerID string `json:"speaker_id"`
	// Mixed means that several people may speak in it: no rule acts on what is said.
	Mixed bool `json:"mixed,omitempty"`
	// OffsetMS is its start, in ms from the start of the session.
	OffsetMS int64 `json:"offset_ms"`
	Bytes    int64 `json:"bytes"`

	known bool // the id is the platform's, or a person named the track
}

// Options override what the files say.
type Options struct {
	// Start is when the recording began. If it is zero, the files' own metadata or else the newest modification time decides.
	Start time.Time
	// The keys of Names and Offsets are a track's file name, with or without folder and extension, its number from 1, or the name that was
	// detected.
	Names   map[string]string
	Offsets map[string]time.Duration
}

// source gives access to a recording's files.
type store interface {
	fs.FS
	// file returns a path at which a track can be opened until done is called: the file itself, or a copy whose path begins with
	// unpacked.
	file(unpacked, name string) (path string, done func() error, err error)
	close() error
}

// Close closes what Look opened.
func (p *Plan) Close() error { return p.store.close() }

func (p *Plan) note(format string, args ...any) {
	p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
}
