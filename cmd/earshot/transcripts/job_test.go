package transcripts

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"earshot/cmd/earshot/recording"
	"earshot/models"
	"earshot/moderation/review/export"
	"earshot/transcribe"
)

// transcribed runs a job into one document.
func transcribed(ctx context.Context, t *testing.T, d transcribe.Decoder, files ...string) (text string, x *told, err error) {
	t.Helper()
	var stdout bytes.Buffer
	out, err := NewOutput(&stdout, "-", export.FormatText, files, false)
	if err != nil {
		t.Fatal(err)
	}
	x = &told{}
	err = (&Job{With: listening(d), Out: out, Files: files, Tell: x}).Run(ctx)
	if end := out.Close(); end != nil {
		t.Error(end)
	}
	return stdout.String(), x, err
}

// TestJob: what is wrong with one recording keeps the others from nothing, and the error says what the user can do.
func TestJob(t *testing.T) {
	talk, silence := file(t, "talk.wav", 2), file(t, "silence.wav", 0)
	empty, gone := write(t, filepath.Join(t.TempDir(), "empty.wav"), ""), filepath.Join(t.TempDir(), "gone.wav")
	for name, tt := range map[string]struct {
		files []string
		fail  error
		want  string // the error
		input bool   // the user named something wrong
		told  int    // errors that were told on the way
		lines int
	}{
		"all is well":               {files: []string{talk, talk}, lines: 2},
		"silence":                   {files: []string{silence}, want: "no speech found"},
		"nothing there":             {files: []string{gone}, want: "no such file", input: true},
		"an empty one":              {files: []string{empty}, want: "it is empty", input: true},
		"one of three is gone":      {files: []string{talk, gone, talk}, want: "1 of 3 recordings", told: 1, lines: 2},
		"none of two can be read":   {files: []string{empty, gone}, want: "2 of 2 recordings", input: true, told: 2},
		"silence and one that is":   {files: []string{silence, talk}, want: "1 of 2 recordings", told: 1, lines: 1},
		"nothing that was decoded":  {files: []string{talk}, fail: errors.New("broken"), want: "1 stretches could not be decoded"},
		"nothing decoded in either": {files: []string{talk, talk}, fail: errors.New("broken"), want: "2 of 2 recordings", told: 2},
	} {
		t.Run(name, func(t *testing.T) {
			text, x, err := transcribed(t.Context(), t, words{tt.fail}, tt.files...)
			if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
			if err != nil && isInput(err) != tt.input {
				t.Errorf("%v: the user's to mend %v, want %v", err, !tt.input, tt.input)
			}
			if len(x.errs) != tt.told || strings.Count(text, "words") != tt.lines {
				t.Errorf("%d errors told, want %d; text %q, want %d lines", len(x.errs), tt.told, text, tt.lines)
			}
		})
	}
}

// TestJobThatIsStopped ends with the reason, and reads no further recording.
func TestJobThatIsStopped(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	talk := file(t, "talk.wav", 2)
	text, x, err := transcribed(ctx, t, words{}, talk, talk)
	if !errors.Is(err, context.Canceled) || strings.Contains(text, "words") || len(x.errs) > 0 {
		t.Errorf("%v; text %q, told %v", err, text, x.errs)
	}
	if strings.Count(text, "==") != 1 || len(x.lines) != 1 || !strings.Contains(x.lines[0], "talk.wav: written up to 00:00") {
		t.Errorf("text %q, told %q", text, x.lines)
	}
}

// TestIncomplete: a transcript that misses something says what, and how bad it is.
func TestIncomplete(t *testing.T) {
	for want, r := range map[string]recording.Report{
		"":                                   {Lines: 3, LostMS: lostMS - 1, LengthMS: 60_000},
		"0.1 s of the recording are damaged": {Lines: 3, LostMS: lostMS, LengthMS: 60_000},
		"2 stretches could not be decoded":   {Lines: 3, LostMS: lostMS, Failed: 2},
		"there is no sound in it at all":     {LengthMS: 60_000, LoudestDBFS: -120},
		"loudest moment has -62 dBFS":        {LengthMS: 60_000, LoudestDBFS: -62},
	} {
		err := incomplete("talk.wav", r)
		if want == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) || !isIncomplete(err) || isInput(err) {
			t.Errorf("%+v: %v, want %q", r, err, want)
		}
	}
}

// TestNotesAreTold: what a recording says of itself is told without what a terminal would obey.
func TestNotesAreTold(t *testing.T) {
	x := &told{}
	(&Job{Tell: x}).tell("talk\x1b[2J.wav", recording.Report{Notes: []string{"a page is out of order\x07"}, RaisedDB: 12.4})
	if got := strings.Join(x.lines, "\n"); strings.ContainsAny(got, "\x1b\x07") || !strings.Contains(got, "out of order") ||
		!strings.Contains(got, "raised by 12 dB") {
		t.Errorf("%q", got)
	}
	if got := progressLine(&recording.Progress{}, "talk.wav"); got != "talk.wav: "+export.Clock(0)+" read, 0 lines" {
		t.Errorf("%q", got)
	}
	if isIncomplete(models.BadInput(errors.New("x"))) {
		t.Error("a wrong input is taken for an incomplete transcript")
	}
}
