// Package transcript reads transcripts that were made elsewhere, or exported: Earshot's own JSON, WebVTT (W3C), SubRip, and
// plain text with a "Name: words" a line. It is the other direction of package export.
package transcript

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"earshot/models"
	"earshot/moderation/review/export"
)

// MaxBytes is the largest file that is read: about 200 hours of talk.
const MaxBytes = 64 << 20

// Endings are the file names' endings that are known.
func Endings() []string { return []string{".json", ".vtt", ".srt", ".txt"} }

// Known reports whether a file's name ends like a transcript's.
func Known(name string) bool { return slices.Contains(Endings(), strings.ToLower(filepath.Ext(name))) }

// IsExport reports whether a file's name ends like that of an export with everything in it.
func IsExport(name string) bool { return strings.EqualFold(filepath.Ext(name), ".json") }

// Parse reads a transcript in the format that the file's name ends with. The session of one that has none is called after
// the file and its content, and began at the time given. Errors say the line, and nothing of what it holds.
func Parse(name string, data []byte, began time.Time) (export.Transcript, error) {
	t, err := parse(name, data)
	if err != nil {
		return t, fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	if len(t.Utterances) == 0 {
		return t, fmt.Errorf("%s: there is nothing said in it", filepath.Base(name))
	}
	if t.Session == nil {
		t.Session = newSession(name, data, began)
		attach(&t)
	}
	return t, nil
}

func parse(name string, data []byte) (export.Transcript, error) {
	if len(data) > MaxBytes {
		return export.Transcript{}, fmt.Errorf("it is larger than %d MB", MaxBytes>>20)
	}
	if !utf8.Valid(data) {
		return export.Transcript{}, models.WithHint(errors.New("it is not UTF-8 text"), "save it as UTF-8")
	}
	text := strings.TrimPrefix(strings.ReplaceAll(strings.ReplaceAll(string(data), "\r\n", "\n"), "\r", "\n"), "\ufeff")
	switch strings.ToLower(filepath.Ext(name)) {
	case ".json":
		return parseJSON([]byte(text))
	case ".vtt":
		head, _, _ := strings.Cut(strings.ReplaceAll(text, "\t", " "), "\n")
		if head != "WEBVTT" && !strings.HasPrefix(head, "WEBVTT ") {
			return export.Transcript{}, errors.New("line 1: a WebVTT file begins with WEBVTT")
		}
		return parseCues(text, "vtt")
	case ".srt":
		return parseCues(text, "srt")
	case ".txt":
		return parsePlain(text)
	}
	return export.Transcript{}, models.WithHint(errors.New("its name does not say what it is"),
		"transcripts end with "+strings.Join(Endings(), ", "))
}

// parseJSON reads what an export wrote, strictly.
func parseJSON(data []byte) (export.Transcript, error) {
	var t export.Transcript
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return t, jsonError(err, data, d.InputOffset())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return t, errors.New("there is more after its end")
	}
	switch {
	case t.Version != export.Version:
		return t, fmt.Errorf("version %d is not known, but %d", t.Version, export.Version)
	case t.Redacted:
		return t, models.WithHint(errors.New("it is masked: its people and lines are not those of a session"), "export it without --redact")
	}
	if t.Session != nil && t.Session.Live() {
		return t, errors.New("its session had not ended when it was exported")
	}
	for i, u := range t.Utterances {
		if t.Session != nil && (u.Session != t.Session.ID || u.Epoch < 1 || u.Epoch > t.Session.Epoch) {
			return t, fmt.Errorf("utterance %d is not of its session", i+1)
		}
		if u.EndMS < u.StartMS || u.StartMS < 0 {
			return t, fmt.Errorf("utterance %d ends before it begins", i+1)
		}
	}
	return t, nil
}

// jsonError says where the JSON is wrong, and nothing of what it holds.
func jsonError(err error, data []byte, at int64) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	line := func(at int64) int { return 1 + bytes.Count(data[:min(max(at, 0), int64(len(data)))], []byte("\n")) }
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d: it is no JSON", line(syntax.Offset))
	case errors.As(err, &kind):
		return fmt.Errorf("line %d: %s is a %s and not a %s", line(kind.Offset), kind.Field, kind.Value, kind.Type)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it ends too early")
	case strings.Contains(err.Error(), "unknown field"):
		return models.WithHint(fmt.Errorf("line %d: it has a field that exports don't have", line(at)), "docs/export.schema.json has them all")
	}
	return fmt.Errorf("line %d: it is no export of Earshot", line(at))
}

// newSession is the session of a transcript that has none.
func newSession(name string, data []byte, began time.Time) *models.Session {
	base := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	sum := sha256.Sum256(data)
	return &models.Session{
		ID: slug(base) + "-" + hex.EncodeToString(sum[:4]), Room: "import:" + slug(base), Name: base, Epoch: 1,
		Started: began.UTC().Truncate(time.Millisecond), Reason: models.EndLeft,
	}
}

// attach makes the lines and the people those of the transcript's session.
func attach(t *export.Transcript) {
	seen := map[string]bool{}
	var last int64
	for i := range t.Utterances {
		u := &t.Utterances[i]
		u.Key = models.Key{Session: t.Session.ID, Epoch: 1, Track: u.SpeakerID, Seq: i + 1}
		u.State, u.Attribution, u.VoicedMS = models.UtteranceOK, models.AttributionTrack, u.EndMS-u.StartMS
		last = max(last, u.EndMS)
		if !seen[u.SpeakerID] {
			seen[u.SpeakerID] = true
			t.Speakers = append(t.Speakers, models.Speaker{Session: t.Session.ID, ID: u.SpeakerID, Name: u.SpeakerName, FirstMS: u.StartMS})
		}
	}
	t.Session.Ended = t.Session.Started.Add(time.Duration(last) * time.Millisecond)
	for i := range t.Utterances {
		t.Utterances[i].Committed = t.Session.Started.Add(time.Duration(t.Utterances[i].EndMS) * time.Millisecond)
	}
}

// slug is a name as part of an id: letters, digits and hyphens.
func slug(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	s := strings.Trim(b.String()[:min(b.Len(), 40)], "-")
	if s == "" {
		sum := sha256.Sum256([]byte(name))
		return "x" + hex.EncodeToString(sum[:4])
	}
	return s
}
