package imports

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
)

// talk is a recording of Ana and Ben that was decoded: four lines, of which Ben's begin three seconds after Ana's.
func talk(t *testing.T, dir string) *Decoded {
	t.Helper()
	p := &Plan{
		Session: "talk-1", Name: "talk", Started: time.Now().Add(-time.Hour).UTC().Truncate(time.Millisecond), Tracks: []Track{
			{File: "ana.wav", Speaker: "Ana", SpeakerID: "ana"}, {File: "ben.wav", Speaker: "Ben", SpeakerID: "ben", OffsetMS: 3000},
		},
	}
	j, err := openJournal(dir, p.Session, "m")
	if err != nil {
		t.Fatal(err)
	}
	pcm := make([]float32, 16000)
	for i := range pcm {
		pcm[i] = 0.3 * float32(math.Sin(float64(i)/6))
	}
	for track := range p.Tracks {
		for seq := range 2 {
			c := models.Clip{
				Key:     models.Key{Session: "file", Epoch: 1, Track: "x", Seq: seq + 1},
				StartMS: int64(2000 * seq), EndMS: int64(2000*seq + 1000), PCM: pcm,
			}
			u := models.Utterance{
				Key: c.Key, StartMS: c.StartMS, EndMS: c.EndMS, Text: fmt.Sprintf("line %d", seq), State: models.UtteranceOK, Model: "m",
				Words: []models.Word{{Text: "line", StartMS: c.StartMS, EndMS: c.EndMS, P: 1}},
			}
			if err := j.heard(track, c, u); err != nil {
				t.Fatal(err)
			}
		}
	}
	ends := []end{{LengthMS: 10_000}, {LengthMS: 4000, Broken: "the recording ends within a packet"}}
	for track, e := range ends {
		if err := j.write(row{Track: track, End: &e}); err != nil {
			t.Fatal(err)
		}
	}
	return &Decoded{Plan: p, journal: j}
}

func record(t *testing.T) *sqlite.Store {
	t.Helper()
	db, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "earshot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// TestJournal: a later run knows what an earlier one decoded, its last row in part aside; another model begins anew.
func TestJournal(t *testing.T) {
	dir := t.TempDir()
	d := talk(t, dir)
	path := d.journal.path
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b[:len(b)-9], 0o600); err != nil { // killed while it wrote the end of Ben's track
		t.Fatal(err)
	}
	track := path + ".track-1"
	if err := os.WriteFile(track, b, 0o600); err != nil {
		t.Fatal(err)
	}
	j, err := openJournal(dir, "talk-1", "m")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(track); err == nil {
		t.Error("what a killed run had unpacked is still there")
	}
	c := models.Clip{Key: models.Key{Seq: 2}, StartMS: 2000, EndMS: 3000}
	u, ok := j.known(1, c)
	c.EndMS++
	_, other := j.known(1, c)
	if !ok || u.Text != "line 1" || other || !j.ended(0) || j.ended(1) {
		t.Errorf("%v %+v, another %v; ended %v %v", ok, u, other, j.ended(0), j.ended(1))
	}
	if err := j.write(row{Track: 1, End: &end{LengthMS: 1}}); err != nil {
		t.Error(err)
	}
	if opus, err := j.opus(j.said(1)[0]); err != nil || !strings.HasPrefix(string(opus), "ESOC") {
		t.Errorf("%d bytes, %v", len(opus), err)
	}
	if err := j.file.Close(); err != nil {
		t.Error(err)
	}
	if j, err = openJournal(dir, "talk-1", "another"); err != nil || len(j.lines)+len(j.ends) > 0 {
		t.Errorf("%d lines, %v", len(j.lines), err)
	}
	if err := j.remove(); err != nil {
		t.Error(err)
	}
}

// TestKeep: the lines of all tracks are in the session's time, a track that broke off has a gap to the end, and a run that was cut short
// goes on without a line stored twice.
func TestKeep(t *testing.T) {
	db, dir := record(t), t.TempDir()
	d := talk(t, dir)
	terms := Terms{Room: "import:talk", Log: slog.New(slog.DiscardHandler)}
	ctx, stop := context.WithCancelCause(t.Context())
	cut := errors.New("cut short")
	session := models.Session{
		ID: "talk-1", Room: terms.Room, Started: d.Plan.Started, Ended: d.Plan.Started.Add(10 * time.Second), Reason: models.EndPartial,
	}
	if err := d.begin(t.Context(), db, session, 10_000); err != nil {
		t.Fatal(err)
	}
	stop(cut)
	if err := d.Keep(ctx, db, terms); err == nil {
		t.Fatal("it was not cut short")
	}
	if err := Stored(t.Context(), db, dir, d.Plan); err != nil { // in part
		t.Error(err)
	}
	if part, err := db.Session(t.Context(), "talk-1"); err != nil || part.Live() || !part.Unfinished() {
		t.Errorf("cut short: %+v, %v", part.Session, err)
	}
	if err := d.Keep(t.Context(), db, terms); err != nil {
		t.Fatal(err)
	}
	lines, err := db.Utterances(t.Context(), "talk-1")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, u := range lines {
		got = append(got, fmt.Sprintf("%d-%d %s %s %d", u.StartMS, u.EndMS, u.SpeakerName, u.Text, u.Words[0].StartMS))
	}
	want := "0-1000 Ana line 0 0|2000-3000 Ana line 1 2000|3000-4000 Ben line 0 3000|5000-6000 Ben line 1 5000"
	if strings.Join(got, "|") != want {
		t.Errorf("%q", got)
	}
	gaps, err := db.Gaps(t.Context(), "talk-1")
	if err != nil || len(gaps) != 1 || gaps[0].StartMS != 7000 || gaps[0].EndMS != 10_000 || gaps[0].SpeakerName != "Ben" {
		t.Errorf("%+v, %v", gaps, err)
	}
	info, err := db.Session(t.Context(), "talk-1")
	if err != nil || info.Reason != models.EndImported || info.Pending != 0 || info.DurationMS != 10_000 {
		t.Errorf("%+v, %v", info, err)
	}
	if InProgress(dir, d.Plan) {
		t.Error("the journal is still there")
	}
	if err := Stored(t.Context(), db, dir, d.Plan); err == nil {
		t.Error("it may be stored twice")
	}
}

// TestMissing: a track that broke off has a gap from there on, to the end of the session, or, when it was the longest, as long as its
// header says, or of a packet at least.
func TestMissing(t *testing.T) {
	for name, tt := range map[string]struct {
		ana, ben end
		gap      string
		length   int64
	}{
		"shorter":             {end{LengthMS: 10_000}, end{LengthMS: 4000, Broken: "x"}, "7000-10000 3000", 10_000},
		"longest, and says":   {end{LengthMS: 5000}, end{LengthMS: 4000, SaysMS: 60_000, Broken: "x"}, "7000-63000 56000", 63_000},
		"longest, says none":  {end{LengthMS: 5000}, end{LengthMS: 4000, Broken: "x"}, "7000-7020 20", 7020},
		"whole":               {end{LengthMS: 5000}, end{LengthMS: 4000, SaysMS: 60_000}, "", 7000},
		"it was never opened": {end{LengthMS: 5000}, end{Broken: "x"}, "3000-5000 2000", 5000},
	} {
		t.Run(name, func(t *testing.T) {
			d := talk(t, t.TempDir())
			d.journal.ends = map[int]end{0: tt.ana, 1: tt.ben}
			_, length := d.lines()
			got := ""
			for _, g := range d.missing(1, length) {
				got += fmt.Sprintf("%d-%d %d", g.StartMS, g.EndMS, g.LostMS)
			}
			if got != tt.gap || length != tt.length {
				t.Errorf("gap %q, %d ms; want %q, %d", got, length, tt.gap, tt.length)
			}
			if err := d.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}
