package transcripts

import (
	"context"
	"errors"

	"earshot/cmd/earshot/recording"
)

// Track transcribes one recording of one speaker into a sink and reports progress under a name. What is already known, and who gets
// the audio and what is observed, is as in recording.Options. The error is that of opening it (wrapping recording.ErrRecording) or of
// recording.Transcribe.
func (j *Job) Track(ctx context.Context, path, name string, o recording.Options, to recording.Sink) (r recording.Report, err error) {
	s, err := j.With.opener.Open(ctx, path)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	s.Name = name
	own := j.With.options
	own.Known, own.Heard, own.Observe, own.Progress = o.Known, o.Heard, o.Observe, &recording.Progress{}
	stop := j.watch(own.Progress, name)
	r, err = recording.Transcribe(ctx, s, own, to)
	stop()
	j.tell(name, r)
	return r, err
}
