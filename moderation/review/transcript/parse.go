// Package transcript parses transcripts made elsewhere, or exported: Earshot's own JSON, WebVTT (W3C), SubRip, and plain text with
// lines of the form "Name: words". It is the counterpart of package export.
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

	"golang.org/x/text/encoding"
	utf "golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// MaxBytes is the maximum size of a file: about 200 hours of talk.
const MaxBytes = 64 << 20

// Endings lists the supported file extensions.
func Endings() []string { return []string{".json", ".vtt", ".srt", ".txt"} }

// Known reports whether a file has a transcript's extension.
func Known(name string) bool { return slices.Contains(Endings(), strings.ToLower(filepath.Ext(name))) }

// IsExport reports whether a file has the extension of a complete export.
func IsExport(name string) bool { return strings.EqualFold(filepath.Ext(name), ".json") }

// Parse parses a transcript in the format given by the file's extension. If it has no session, one is named after the file and its
// content, beginning at the given time. Errors name the line, but never quote it. An export is read line by line, any other file at once.
func Parse(name string, file io.ReadSeeker, began time.Time) (t *Transcript, err error) {
	if x, ok := readExport(name, file); ok {
		t, err = fromExport(x)
	} else {
		t, err = parseWhole(name, file, began)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(name), err)
	}
	return t, nil
}

// readExport decodes an export without holding the file. false: it is none, or something is wrong or unusual in it, which is told by what
// the whole file says.
func readExport(name string, file io.ReadSeeker) (*export.Transcript, bool) {
	if !IsExport(name) {
		return nil, false
	}
	if _, err := file.Seek(0, io.SeekCurrent); err != nil { // a pipe can be read just once
		return nil, false
	}
	t, ok := byParts(transform.NewReader(io.LimitReader(file, MaxBytes), encoding.UTF8Validator))
	return t, ok && t.Session != nil && len(t.Utterances) > 0
}

func parseWhole(name string, file io.ReadSeeker, began time.Time) (*Transcript, error) {
	var whole bytes.Buffer
	if size, err := file.Seek(0, io.SeekEnd); err == nil {
		if _, err := file.Seek(0, io.SeekStart); err != nil {
			return nil, err
		}
		whole.Grow(int(min(size, MaxBytes)) + bytes.MinRead)
	}
	if _, err := whole.ReadFrom(io.LimitReader(file, MaxBytes+1)); err != nil {
		return nil, err
	}
	data := whole.Bytes()
	if len(data) > MaxBytes {
		return nil, fmt.Errorf("the file is larger than %d MB", MaxBytes>>20)
	}
	t, err := parse(name, data)
	if err != nil {
		return nil, err
	}
	if t.Len() == 0 {
		return nil, errors.New("it contains no speech")
	}
	if t.Session == nil {
		t.join()
		t.attach(newSession(name, sha256.Sum256(data), began))
	}
	return t, nil
}

func parse(name string, data []byte) (*Transcript, error) {
	data, err := utf8Of(data)
	if err != nil {
		return nil, err
	}
	if IsExport(name) && len(bytes.TrimSpace(data)) > 0 {
		return parseJSON(bytes.TrimPrefix(data, []byte("\ufeff")))
	}
	text := strings.TrimPrefix(strings.ReplaceAll(strings.ReplaceAll(string(data), "\r\n", "\n"), "\r", "\n"), "\ufeff")
	if strings.TrimSpace(text) == "" && Known(name) {
		return nil, errors.New("the file is empty")
	}
	switch strings.ToLower(filepath.Ext(name)) {
	case ".vtt":
		head, _, _ := strings.Cut(strings.ReplaceAll(text, "\t", " "), "\n")
		if head != "WEBVTT" && !strings.HasPrefix(head, "WEBVTT ") {
			return nil, errors.New("line 1: a WebVTT file begins with WEBVTT")
		}
		return parseCues(text, "vtt")
	case ".srt":
		return parseCues(text, "srt")
	case ".txt":
		return parsePlain(text)
	}
	return nil, models.WithHint(errors.New("unknown file type"),
		"names of transcripts end with "+strings.Join(Endings(), ", "))
}

// utf8Of returns text as UTF-8: UTF-16 is known by its byte order mark, as editors on Windows write it.
func utf8Of(data []byte) ([]byte, error) {
	utf16 := bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff})
	if utf16 && len(data)%2 == 0 {
		return utf.UTF16(utf.LittleEndian, utf.UseBOM).NewDecoder().Bytes(data)
	}
	if !utf8.Valid(data) {
		return nil, models.WithHint(fmt.Errorf("line %d: the file is neither UTF-8 text nor UTF-16 text with a byte order mark",
			lineOfInvalid(data)), "save it as UTF-8")
	}
	return data, nil
}

// lineOfInvalid is the line of the first byte that is not UTF-8.
func lineOfInvalid(data []byte) int {
	line := 1
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			return line
		}
		if r == '\n' {
			line++
		}
		data = data[n:]
	}
	return line
}

// parseJSON reads what an export wrote, strictly.
func parseJSON(data []byte) (*Transcript, error) {
	var t export.Transcript
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&t); err != nil {
		return nil, jsonError(err, data, d.InputOffset())
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is unexpected data after the end")
	}
	return fromExport(&t)
}

func fromExport(t *export.Transcript) (*Transcript, error) {
	switch {
	case t.Version != export.Version:
		return nil, fmt.Errorf("version %d is not supported; this program reads version %d", t.Version, export.Version)
	case t.Redacted:
		return nil, models.WithHint(
			errors.New("the export is redacted: its people and lines are not those of a session"), "export it without --redact",
		)
	}
	if t.Session != nil && t.Session.Unfinished() {
		return nil, errors.New("the session had not ended, or not been imported completely, when it was exported")
	}
	for i, u := range t.Utterances {
		if t.Session != nil && (u.Session != t.Session.ID || u.Epoch < 1 || u.Epoch > t.Session.Epoch) {
			return nil, fmt.Errorf("utterance %d belongs to another session", i+1)
		}
		if u.EndMS < u.StartMS || u.StartMS < 0 {
			return nil, fmt.Errorf("utterance %d ends before it begins", i+1)
		}
	}
	return &Transcript{Session: t.Session, Speakers: t.Speakers, export: t}, nil
}

// byParts decodes an export value by value: a decoder holds a value at once, and a copy of it while it grows. false: the export can't be
// decoded that way.
func byParts(r io.Reader) (*export.Transcript, bool) {
	var t export.Transcript
	parts := map[string]any{
		"version": &t.Version, "session": &t.Session, "source": &t.Source, "speakers": &t.Speakers, "summary": &t.Summary,
		"redacted": &t.Redacted, "masked": &t.Masked,
	}
	lists := map[string]func(*json.Decoder) bool{"utterances": into(&t.Utterances), "flags": into(&t.Flags), "gaps": into(&t.Gaps)}
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if first, err := d.Token(); err != nil || first != json.Delim('{') {
		return nil, false
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, false
		}
		name, _ := key.(string)
		part, list := parts[name], lists[name]
		switch {
		case part != nil && d.Decode(part) == nil:
		case list != nil && list(d):
		default:
			return nil, false
		}
		delete(parts, name) // a part that is there twice is unusual
		delete(lists, name)
	}
	if _, err := d.Token(); err != nil {
		return nil, false
	}
	_, err := d.Token()
	return &t, errors.Is(err, io.EOF)
}

// into returns a function that reads a list of values.
func into[T any](list *[]T) func(*json.Decoder) bool {
	return func(d *json.Decoder) bool {
		if first, err := d.Token(); err != nil || first != json.Delim('[') {
			return false
		}
		for *list = []T{}; d.More(); {
			var one T
			if d.Decode(&one) != nil {
				return false
			}
			*list = append(*list, one)
		}
		_, err := d.Token()
		return err == nil
	}
}

// jsonError says where the JSON is wrong, without quoting it.
func jsonError(err error, data []byte, at int64) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	line := func(at int64) int { return 1 + bytes.Count(data[:min(max(at, 0), int64(len(data)))], []byte("\n")) }
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d: this is not valid JSON", line(syntax.Offset))
	case errors.As(err, &kind):
		return fmt.Errorf("line %d: %s is a %s; it must be a %s", line(kind.Offset), kind.Field, kind.Value, kind.Type)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return models.WithHint(fmt.Errorf("line %d: the file ends within the JSON", line(int64(len(bytes.TrimSpace(data))))),
			"it is incomplete: copy it again, or export the session again")
	case strings.Contains(err.Error(), "unknown field"):
		return models.WithHint(fmt.Errorf("line %d: unknown field", line(at)), "docs/export.schema.json lists the fields")
	}
	return fmt.Errorf("line %d: this is not an Earshot export", line(at))
}

// newSession returns a session for a transcript that has none.
func newSession(name string, sum [sha256.Size]byte, began time.Time) *models.Session {
	base := strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	return &models.Session{
		ID: Slug(base) + "-" + hex.EncodeToString(sum[:4]), Room: "import:" + Slug(base), Name: base, Epoch: 1,
		Started: began.UTC().Truncate(time.Millisecond), Reason: models.EndImported,
	}
}

// Slug returns a name in a form usable in an id: letters, digits and hyphens.
func Slug(name string) string {
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
