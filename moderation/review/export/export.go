// Package export writes a session in various formats: plain text, Markdown, a self-contained web page, JSON, SubRip and WebVTT
// captions, and the flags as a table.
//
// The page, the command line, the API and the automatic export call WriteSession, so that their files are identical. For the same
// reason, times of day are in UTC.
package export

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"earshot/models"
)

// Format is a file format for transcripts.
type Format string

// The formats.
const (
	FormatText Format = "txt"  // one line an utterance: time, speaker, words
	FormatMD   Format = "md"   // Markdown (CommonMark): summary and transcript
	FormatHTML Format = "html" // a self-contained page: no scripts, external links or images
	FormatJSON Format = "json" // everything stored; docs/export.schema.json describes it
	FormatSRT  Format = "srt"  // SubRip subtitles
	FormatVTT  Format = "vtt"  // WebVTT captions (W3C), speakers as voice spans
	FormatCSV  Format = "csv"  // the flags as a table (RFC 4180)
)

// Formats lists the formats in display order.
func Formats() []Format {
	return []Format{FormatText, FormatMD, FormatHTML, FormatJSON, FormatSRT, FormatVTT, FormatCSV}
}

// ParseFormat finds a format by its name, which is also its file extension; the error lists the valid names.
func ParseFormat(name string) (Format, error) {
	name = strings.ToLower(name)
	switch name {
	case "text":
		name = string(FormatText)
	case "markdown":
		name = string(FormatMD)
	case "htm":
		name = string(FormatHTML)
	}
	if f := Format(name); slices.Contains(Formats(), f) {
		return f, nil
	}
	return "", models.WithHint(fmt.Errorf("unknown format %q", name), "the formats are "+FormatNames(Formats()...))
}

// FormatNames lists formats for people: "txt, md and csv".
func FormatNames(formats ...Format) string {
	var names []string
	for _, f := range formats {
		names = append(names, string(f))
	}
	if last := len(names) - 1; last > 0 {
		return strings.Join(names[:last], ", ") + " and " + names[last]
	}
	return strings.Join(names, "")
}

// ContentType is the format's media type for HTTP.
func (f Format) ContentType() string {
	switch f {
	case FormatMD:
		return "text/markdown; charset=utf-8"
	case FormatHTML:
		return "text/html; charset=utf-8"
	case FormatJSON:
		return "application/json"
	case FormatSRT:
		return "application/x-subrip"
	case FormatVTT:
		return "text/vtt; charset=utf-8"
	case FormatCSV:
		return "text/csv; charset=utf-8; header=present"
	}
	return "text/plain; charset=utf-8"
}

// Captions reports whether the format is a caption format.
func (f Format) Captions() bool { return f == FormatSRT || f == FormatVTT }

// FileName returns the name of a session's file: derived only from the session's id, which is safe in paths, and the format.
func FileName(session string, f Format, redacted bool) string {
	if redacted {
		return session + ".redacted." + string(f)
	}
	return session + "." + string(f)
}

// Span is a masked part of a line, whose audio must be covered.
type Span struct {
	Utterance models.Key `json:"utterance"`
	StartMS   int64      `json:"start_ms"`
	EndMS     int64      `json:"end_ms"`
}

// Version is the version of the JSON format. It increases when something in it is renamed or removed or changes its meaning.
const Version = 1

// Transcript is the content of an export. Utterances must be sorted by StartMS; Session is nil for a plain recording.
type Transcript struct {
	// Version is set by Write.
	Version int             `json:"version"`
	Session *models.Session `json:"session,omitempty"`
	// Source names a recording that was transcribed, without its folder.
	Source     string             `json:"source,omitempty"`
	Speakers   []models.Speaker   `json:"speakers,omitempty"`
	Summary    *models.Summary    `json:"summary,omitempty"`
	Utterances []models.Utterance `json:"utterances"`
	Flags      []models.Flag      `json:"flags,omitempty"`
	Gaps       []models.Gap       `json:"gaps,omitempty"`
	// OtherNames are further names of the people, which are never written: Redact masks them too.
	OtherNames []string `json:"-"`
	// Redacted says that Redact masked it, and Masked where: the audio of these spans must be covered.
	Redacted bool   `json:"redacted,omitempty"`
	Masked   []Span `json:"masked,omitempty"`
	// Clips are the audio of flagged lines, for FormatHTML only.
	Clips []Clip `json:"-"`
}

// Clock formats a time from the session's start: m:ss, or h:mm:ss from one hour on.
func Clock(ms int64) string {
	ms = max(ms, 0)
	s := ms / 1000
	if s < 3600 {
		return fmt.Sprintf("%02d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// ParseClock parses the output of Clock, m:ss or h:mm:ss, into ms.
func ParseClock(text string) (ms int64, ok bool) {
	parts := strings.Split(text, ":")
	for i, p := range parts {
		n, err := strconv.ParseUint(p, 10, 16)
		if err != nil || len(parts) < 2 || len(parts) > 3 || i > 0 && (n > 59 || len(p) != 2) {
			return 0, false
		}
		ms = ms*60 + int64(n)
	}
	return ms * 1000, true
}
