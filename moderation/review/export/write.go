package export

import (
	"cmp"
	"context"
	"io"
	"slices"
)

// Write writes the transcript in the format. Utterances without text are omitted from all formats but JSON.
func Write(w io.Writer, f Format, t Transcript) error {
	switch f {
	case FormatText:
		return writeText(w, t)
	case FormatMD:
		return writeMarkdown(w, t)
	case FormatHTML:
		return writeHTML(w, t)
	case FormatJSON:
		return writeJSON(w, t)
	case FormatSRT:
		return writeCues(w, t, srtForm{})
	case FormatVTT:
		return writeCues(w, t, vttForm{})
	case FormatCSV:
		return writeCSV(w, t)
	}
	_, err := ParseFormat(string(f))
	return err
}

// Options says how a session is written.
type Options struct {
	Format Format
	// Redact masks names, numbers and addresses; see Redact.
	Redact bool
	// Sound provides the clips of flagged lines for FormatHTML, covered where Redact masks; nil: no audio. Other formats contain
	// none.
	Sound Sounds
}

// WriteSession writes a stored session. models.ErrNotFound if there is none with this id; nothing is written then.
func WriteSession(ctx context.Context, w io.Writer, store Store, id string, o Options) error {
	if o.Format != FormatHTML {
		o.Sound = nil
	}
	t, err := prepared(ctx, store, id, o)
	if err != nil {
		return err
	}
	return Write(w, o.Format, t)
}

// prepared returns a session ready to be written, with its clips if requested.
func prepared(ctx context.Context, store Store, id string, o Options) (Transcript, error) {
	t, err := Read(ctx, store, id)
	if err == nil && o.Sound != nil {
		t.Clips, err = readClips(ctx, o.Sound, id)
	}
	if err != nil {
		return t, err
	}
	if o.Redact {
		t = Redact(t)
		t.Clips = bleep(o.Sound, t.Clips)
	}
	return t, nil
}

// ClipFile is one clip as a separate Ogg Opus file.
type ClipFile struct {
	// Name is derived only from the session's id, the clip's number and its time in the session.
	Name string
	Ogg  []byte
}

// SessionClips returns the clips of a session as files, in order of time. With o.Redact, a tone covers what is masked in the text,
// and a clip that can't be covered is left out. models.ErrNotFound if there is no such session.
func SessionClips(ctx context.Context, store Store, id string, o Options) (out []ClipFile, err error) {
	t, err := prepared(ctx, store, id, o)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(t.Clips, func(a, b Clip) int { return cmp.Compare(a.StartMS, b.StartMS) })
	for i, c := range t.Clips {
		out = append(out, ClipFile{clipName(id, i+1, c.StartMS, o.Redact), c.Ogg})
	}
	return out, nil
}
