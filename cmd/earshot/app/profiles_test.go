package app

import (
	"context"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/playback"
	"earshot/configs"
	"earshot/models"
	"earshot/models/filetest"
)

// twoParts are the first lines of Ana, who is the host because she joins first, and of Ben in the demo's script.
func twoParts(t *testing.T) []playback.Speech {
	t.Helper()
	return []playback.Speech{onePart(t, "Ana", 2), onePart(t, "Ben", 2)}
}

// onePart is somebody's first lines of the demo's script, said without long pauses.
func onePart(t *testing.T, name string, most int) playback.Speech {
	t.Helper()
	spoken, err := playback.Lines()
	if err != nil {
		t.Fatal(err)
	}
	script, err := playback.Script()
	if err != nil {
		t.Fatal(err)
	}
	p := playback.Speech{Name: name}
	for i, c := range script {
		if c.Speaker == name && len(p.Lines) < most {
			p.Lines = append(p.Lines, spoken[i])
		}
	}
	if p.Recording, err = playback.Record(p.Lines, func(time.Duration) time.Duration { return 700 * time.Millisecond }); err != nil {
		t.Fatal(err)
	}
	return p
}

// TestProfilesJudgeApart has the same words said in three rooms of one service: each is judged by the rules of its profile, and
// where nothing may be stored, no byte of the words is found in any file.
func TestProfilesJudgeApart(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	file := filepath.Join(dir, "my.yaml")
	programtest.Write(t, file, `rules: []
decoders: 1
listen: 127.0.0.1:0
data_dir: data
profiles:
  - name: guarded
    rules: [open-mic]
    evidence: {keep: 1h}
  - name: secret
    rules: [open-mic]
    moderate_only: true
`)
	cfg, err := configs.Load(configs.Options{File: file, Environ: []string{"HOME=" + dir}})
	if err != nil {
		t.Fatal(err)
	}
	var log programtest.Output
	s, l := openLoggedApp(t, slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})), cfg)
	parts := twoParts(t)
	sessions := map[string]models.Session{}
	err = s.Run(t.Context(), l, func(ctx context.Context) error {
		host := l.Addr().String()
		// alone, so that no other room's words are in the files
		secret, err := s.playIn(ctx, host, models.Room{ID: "s", Name: "s", URL: "lounge://" + host + "/s", Profile: "secret"}, parts)
		if err != nil {
			return err
		}
		sessions["secret"] = secret
		checkSecret(t, s, data, sessions["secret"], &log)
		group, ctx := errgroup.WithContext(ctx)
		found := make([]models.Session, 2)
		for i, profile := range []string{"", "guarded"} {
			room := models.Room{ID: "room" + profile, Name: "r", URL: "lounge://" + host + "/room" + profile, Profile: profile}
			group.Go(func() (err error) {
				found[i], err = s.playIn(ctx, host, room, parts)
				return err
			})
		}
		err = group.Wait()
		sessions[""], sessions["guarded"] = found[0], found[1]
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for profile, want := range map[string]string{"": "lines true flags false clips false rules " +
		"false", "guarded": "lines true flags true clips true rules true"} {
		if got := kept(t, s, sessions[profile]); got != want {
			t.Errorf("profile %q: %s, want %s", profile, got, want)
		}
	}
	if got := sessions["guarded"].Profile; got != "guarded" {
		t.Errorf("the session's profile is %q", got)
	}
}

// kept says which kinds of data of a session are stored.
func kept(t *testing.T, s *App, session models.Session) string {
	t.Helper()
	flags, err := s.Store.Flags(t.Context(), session.ID)
	if err != nil {
		t.Fatal(err)
	}
	clips, err := s.Store.SessionEvidence(t.Context(), session.ID, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	text := slices.ContainsFunc(lines(t, s, session.ID), func(u models.Utterance) bool { return u.Text != "" })
	yes := map[bool]string{true: "true", false: "false"}
	return "lines " + yes[text] + " flags " + yes[len(flags) > 0] + " clips " + yes[len(clips) > 0] + " rules " + yes[session.Rules != ""]
}

// checkSecret searches every file of the data folder, the log, and what viewers received.
func checkSecret(t *testing.T, s *App, data string, session models.Session, log *programtest.Output) {
	t.Helper()
	if got := kept(t, s, session); got != "lines false flags true clips false rules true" {
		t.Errorf("of a session that is only moderated: %s", got)
	}
	flags, err := s.Store.Flags(t.Context(), session.ID)
	if err != nil {
		t.Fatal(err)
	}
	var flagged []string
	for _, f := range flags {
		for _, w := range f.Matched {
			flagged = append(flagged, strings.ToLower(strings.Trim(w.Text, ".,!?")))
		}
	}
	looked := 0
	for _, line := range append(onePart(t, "Ana", 2).Lines, onePart(t, "Ben", 2).Lines...) {
		for _, w := range strings.Fields(line.Text) {
			w = strings.ToLower(strings.Trim(w, ".,!?'"))
			if len(w) < 6 || slices.Contains(flagged, w) {
				continue
			}
			looked++
			if found, err := filetest.With(data, w); err != nil || len(found) > 0 {
				t.Errorf("a word of %d letters is in %v, %v", len(w), found, err)
			}
			if strings.Contains(strings.ToLower(log.String()), w) {
				t.Errorf("a word of %d letters is in the log", len(w))
			}
		}
	}
	if looked < 3 {
		t.Errorf("only %d words were looked for", looked)
	}
	use, err := s.Store.SpoolUsage(t.Context())
	if err != nil || use.Waiting+use.Failed > 0 {
		t.Errorf("the spool holds %+v, %v", use, err)
	}
}
