package imports

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"

	"earshot/cmd/earshot/recording"
	"earshot/cmd/earshot/transcripts"
	"earshot/models"
)

// Decoded is a recording whose tracks have all been decoded. The caller closes it or passes it to Keep.
type Decoded struct {
	Plan *Plan
	// Broken lists the tracks that could not be read completely, each with the reason.
	Broken []string

	journal *journal
}

// Close closes the recording and keeps what was decoded for the next run.
func (d *Decoded) Close() error { return d.journal.file.Close() }

// Decode decodes the tracks of a recording one after another, each with all decoders. It saves its progress in a folder, the record's, from
// which it resumes after an interrupted run. A track that cannot be read to its end does not affect the others. It is an error if no
// track can be opened.
func Decode(ctx context.Context, p *Plan, job *transcripts.Job, dir string) (_ *Decoded, err error) {
	d := &Decoded{Plan: p}
	if d.journal, err = openJournal(dir, p.Session, job.With.Model()); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.Close())
		}
	}()
	var unread []error
	for i := range p.Tracks {
		if !d.journal.ended(i) {
			if err := d.track(ctx, i, job); errors.Is(err, recording.ErrRecording) {
				unread = append(unread, err)
				if len(p.Tracks) > 1 {
					job.Tell.PrintError(err)
				}
			} else if err != nil {
				return nil, err
			}
		}
		if e := d.journal.ends[i]; e.Broken != "" {
			d.Broken = append(d.Broken, fmt.Sprintf("%s: %s", path.Base(p.Tracks[i].File), e.Broken))
		}
	}
	switch {
	case len(unread) < len(p.Tracks):
		return d, nil
	case len(unread) == 1:
		return nil, models.BadInput(unread[0])
	}
	return nil, models.BadInput(fmt.Errorf("%s: none of its %d tracks can be read", p.Name, len(unread)))
}

// track decodes one track. An error that wraps recording.ErrRecording means that the track could not be opened and is empty.
func (d *Decoded) track(ctx context.Context, i int, job *transcripts.Job) (err error) {
	t := d.Plan.Tracks[i]
	name, done, err := d.Plan.store.file(d.journal.unpacked(), t.File)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, done()) }()
	var found gaps
	var observed []models.Observation
	r, err := job.Track(ctx, name, path.Base(t.File), recording.Options{
		Known:   func(c models.Clip) (models.Utterance, bool) { return d.journal.known(i, c) },
		Heard:   func(c models.Clip, u models.Utterance) error { return d.journal.heard(i, c, u) },
		Observe: func(o models.Observation) { observed = append(observed, o) },
	}, &found)
	e := end{LengthMS: r.LengthMS, SaysMS: r.SaysMS, LostMS: r.LostMS, Failed: r.Failed, Gaps: found, Observed: observed}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, recording.ErrRecording): // the next run may be able to open it, with ffmpeg for one
		err = called(err, name, t.File)
		e.Broken = err.Error()
		d.journal.unopened(i, e)
		return err
	case recording.Unreadable(err):
		e.Broken, err = err.Error(), nil
	case err != nil:
		return err
	}
	return d.journal.write(row{Track: i, End: &e})
}

// called rewrites an error about an unpacked file to name the file as the archive does.
func called(err error, unpacked, name string) error {
	rename := strings.NewReplacer(unpacked, name, filepath.Base(unpacked), stem(name)).Replace
	return models.WithHint(renamed{err, rename(err.Error())}, rename(models.Hint(err)))
}

// renamed is an error with its text replaced.
type renamed struct {
	error
	text string
}

// Error implements error.
func (e renamed) Error() string { return e.text }

// Unwrap returns the original error.
func (e renamed) Unwrap() error { return e.error }

// gaps collects the gaps of a track. Its lines go to the journal.
type gaps []models.Gap

// Line implements recording.Sink.
func (g *gaps) Line(models.Utterance) error { return nil }

// Gap implements recording.Sink.
func (g *gaps) Gap(x models.Gap) error {
	*g = append(*g, x)
	return nil
}

// InProgress reports whether an earlier run began a recording without storing all of it.
func InProgress(dir string, p *Plan) bool {
	_, err := os.Stat(journalPath(dir, p.Session))
	return err == nil
}
