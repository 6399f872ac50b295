package app

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"earshot/bot/audio"
	"earshot/cmd/earshot/afterwards"
	"earshot/cmd/earshot/metrics"
	"earshot/cmd/earshot/node"
	"earshot/configs"
	"earshot/models"
	"earshot/models/postgres"
	"earshot/models/postgres/pgtest"
	"earshot/models/waittest"
	"earshot/moderation/engine"
	"earshot/moderation/live"
	"earshot/moderation/notify"
	"earshot/moderation/review/events"
)

// sharer is one of several processes that share a database, with the work that only one of them does at a time.
type sharer struct {
	record *postgres.Store
	node   *node.Node
}

func newSharers(t *testing.T, n int) (all []sharer) {
	t.Helper()
	dsn := pgtest.DSN(t)
	for range n {
		s, err := postgres.Open(t.Context(), dsn, postgres.WithConnections(4))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		all = append(all, sharer{s, node.New(node.Config{Store: s, Work: s, Log: slog.New(slog.DiscardHandler)})})
	}
	return all
}

// spoken stores a session that ended long ago, with a flagged line.
func (s sharer) spoken(t *testing.T, id string) {
	t.Helper()
	began := time.Now().Add(-48 * time.Hour)
	session, err := s.record.StartSession(t.Context(), models.Session{ID: id, Room: "r", Name: "r", Started: began})
	if err != nil {
		t.Fatal(err)
	}
	u := models.Utterance{
		Key: models.Key{Session: id, Epoch: session.Epoch, Track: "t", Seq: 1}, SpeakerID: "a", SpeakerName: "Ana", EndMS: 3000,
		Text: "We decided to close the book club.", State: models.UtteranceOK,
	}
	f := models.Flag{ID: id + "-f", Session: id, Utterance: u.Key, SpeakerID: "a", Rule: "r", Level: models.LevelHigh, Mode: "suggest"}
	if err := s.record.Put(t.Context(), models.Record{Session: id, Utterance: &u, Flags: []models.Flag{f}}); err != nil {
		t.Fatal(err)
	}
	if err := s.record.EndSession(t.Context(), id, models.EndStopped, began.Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
}

// together runs do in all processes until the function that it returns is called.
func together(t *testing.T, all []sharer, do func(context.Context, int, sharer) error) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for i, s := range all {
		group.Go(func() {
			if err := do(ctx, i, s); err != nil {
				t.Error(err)
			}
		})
	}
	stop = sync.OnceFunc(func() { cancel(); group.Wait() })
	t.Cleanup(stop)
	return stop
}

// Of two processes that share a database, one sends each notice, summarises each session, and removes what has expired; nothing is
// done twice.
func TestWorkOfTwoProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("uses a server")
	}
	t.Parallel()
	const sessions = 8
	all := newSharers(t, 2)
	first := all[0]
	told := map[string]int{}
	var mu sync.Mutex
	hook := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		told[r.Header.Get("Webhook-Id")]++
	}))
	defer hook.Close()
	target := notify.Target{
		Name: "hosts", Kind: notify.KindWebhook, URL: hook.URL, Private: true, Level: models.LevelLow,
		Secret: "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, 24)),
	}
	if err := first.record.SetNoticeTargets(t.Context(), []models.NoticeTarget{target.ForStore()}); err != nil {
		t.Fatal(err)
	}
	for i := range sessions {
		first.spoken(t, fmt.Sprintf("s%d", i))
	}

	stop := together(t, all, func(ctx context.Context, _ int, s sharer) error {
		c := notify.Config{
			Targets: []notify.Target{target}, Outbox: s.record, Record: s.record, Alone: s.node.Alone, Log: slog.New(slog.DiscardHandler),
		}
		return notify.New(c).Run(ctx)
	})
	sent := func() int {
		states, err := first.record.NoticeTargets(t.Context())
		if err != nil || len(states) != 1 {
			t.Fatal(states, err)
		}
		return states[0].Sent
	}
	waittest.Until(t, "all are told", func() bool { return sent() == sessions })
	stop()
	for id, n := range told {
		if n != 1 {
			t.Errorf("%s was told %d times", id, n)
		}
	}
	if len(told) != sessions {
		t.Errorf("%d notices", len(told))
	}

	dirs := []string{t.TempDir(), t.TempDir()}
	stop = together(t, all, func(ctx context.Context, i int, s sharer) error {
		log := slog.New(slog.DiscardHandler)
		sum, err := afterwards.NewSummariser(s.record, configs.Config{}, "", log)
		if err != nil {
			return err
		}
		q := afterwards.New(afterwards.Config{
			Store: s.record, Summaries: sum, Export: configs.Export{Dir: dirs[i], Formats: []string{"txt"}}, Alone: s.node.Alone, Log: log,
		})
		q.CatchUp(ctx, s.record)
		return q.Run(ctx)
	})
	files := func(dir, id string) int {
		found, err := filepath.Glob(filepath.Join(dir, id+".txt"))
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	// Finished files: those that are being written have other names.
	waittest.Until(t, "all are summed up", func() bool { return files(dirs[0], "*")+files(dirs[1], "*") >= sessions })
	stop()
	for i := range sessions {
		id := fmt.Sprintf("s%d", i)
		if n := files(dirs[0], id) + files(dirs[1], id); n != 1 {
			t.Errorf("%s was written %d times", id, n)
		}
	}

	stop = together(t, all, func(ctx context.Context, _ int, s sharer) error {
		return afterwards.Retention{
			Store: s.record, Policy: models.RetentionPolicy{Default: models.Retention{Words: time.Hour}}, Alone: s.node.Alone,
			Log: slog.New(slog.DiscardHandler), Forgotten: func() {},
		}.Run(ctx)
	})
	removed := func() (n int) {
		removals, err := first.record.Removals(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range removals {
			if r.What == "words" {
				n++
			}
		}
		return n
	}
	waittest.Until(t, "all is removed", func() bool { return removed() >= sessions })
	stop()
	if n := removed(); n != sessions {
		t.Errorf("%d removals of %d", n, sessions)
	}
}

// TestErasingReachesFilesElsewhere: files that a process exported into a folder of its own are removed when another process erases
// the session, even if the first was not running then. No other files are removed.
func TestErasingReachesFilesElsewhere(t *testing.T) {
	if testing.Short() {
		t.Skip("uses a server")
	}
	t.Parallel()
	all, dirs := newSharers(t, 2), []string{t.TempDir(), t.TempDir()}
	log := slog.New(slog.DiscardHandler)
	keeper := func(ctx context.Context, i int, s sharer) error {
		return afterwards.Retention{
			Store: s.record, Exports: dirs[i], Alone: s.node.Alone, Log: log, Forgotten: func() {},
			Policy: models.RetentionPolicy{Default: models.Retention{Words: 1000 * time.Hour, Flags: 1000 * time.Hour, Sound: 1000 * time.Hour}},
		}.Run(ctx)
	}
	for i, id := range []string{"near", "far", "kept"} { // in folder 0, 1, 1
		at := min(i, 1)
		all[0].spoken(t, id)
		sum, err := afterwards.NewSummariser(all[at].record, configs.Config{}, "", log)
		if err != nil {
			t.Fatal(err)
		}
		q := afterwards.New(afterwards.Config{
			Store: all[at].record, Summaries: sum, Export: configs.Export{Dir: dirs[at], Formats: []string{"txt"}}, Alone: all[at].node.Alone,
			Log: log,
		})
		stop := together(t, all[at:at+1], func(ctx context.Context, _ int, _ sharer) error { q.Add(id); return q.Run(ctx) })
		waittest.Until(t, id+" is exported", func() bool { return exported(t, dirs[at], id) })
		stop()
	}
	stop := together(t, all[:1], keeper)
	for _, id := range []string{"near", "far"} {
		if err := all[0].record.Erase(t.Context(), models.Erasure{Kind: models.EraseSession, Target: id, By: "kim"}); err != nil {
			t.Fatal(err)
		}
	}
	waittest.Until(t, "the process removes its own files", func() bool {
		n, err := all[0].record.ExportsWaiting(t.Context())
		return n == 1 && err == nil && !exported(t, dirs[0], "near")
	})
	stop()
	together(t, []sharer{all[0], all[1]}, keeper)
	waittest.Until(t, "the other removes its own when it runs", func() bool { return !exported(t, dirs[1], "far") })
	if !exported(t, dirs[1], "kept") {
		t.Error("a session of which nothing was erased has no file")
	}
}

// exported reports whether a folder holds the text of a session.
func exported(t *testing.T, dir, session string) bool {
	t.Helper()
	_, err := os.Stat(filepath.Join(dir, session+".txt"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return err == nil
}

// Strikes for all rooms that one of two processes stored count in the rooms of the other within seconds. Strikes of a session and
// of a room count in the other process once it continues the session.
func TestStrikesOfTwoProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("uses a server")
	}
	t.Parallel()
	file := filepath.Join(t.TempDir(), "strikes.yaml")
	const rules = `schema: 1
ledger: {conduct: {each: 180d, across: this_host}, shouts: {each: 1h}, rants: {each: 1d, across: this_room}}
rules:
  - {id: darn, when: {says: {phrase: darn}}, then: [add: {to: conduct, points: 1}]}
  - {id: often, when: {all: [{says: {phrase: gosh}}, {ledger: {conduct: ">=2"}}]}, then: [flag: {}]}
  - {id: heck, when: {says: {phrase: heck}}, then: [add: {to: shouts, points: 1}, add: {to: rants, points: 2}]}
  - {id: moved, when: {all: [{says: {phrase: golly}}, {ledger: {shouts: ">=1"}}, {ledger: {rants: ">=2"}}]}, then: [flag: {}]}
`
	if err := os.WriteFile(file, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := engine.Load(engine.LoadOptions{}, file)
	if err != nil {
		t.Fatal(err)
	}
	all := newSharers(t, 2)
	started := time.Now().Add(-time.Second).Truncate(time.Millisecond)
	var sessions []*live.Sessions
	for i, s := range all {
		d := live.New(live.Config{
			Store: s.record, Policies: map[string]live.Policy{"": {Rules: set}}, Show: events.NewHub(events.HubConfig{}), Count: metrics.New(),
			Quota: live.NewQuota(s.record, 64), Sounds: audio.OggFiles{}, Log: slog.New(slog.DiscardHandler),
		})
		d.Into(idle{})
		session := models.Session{ID: fmt.Sprint("s", i), Room: fmt.Sprint("r", i), Started: started}
		if _, err := s.record.StartSession(t.Context(), session); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Session(t.Context(), session.ID); err != nil {
			t.Fatal(err)
		}
		sessions = append(sessions, d)
	}
	defer together(t, all, func(ctx context.Context, i int, _ sharer) error { return sessions[i].Run(ctx) })()
	seq, at := 0, int64(0)
	says := func(i int, session string, epoch int, text, rule string) bool { // in a session that a process continues
		seq++
		at = max(at+1, time.Since(started).Milliseconds())
		u := models.Utterance{
			Key: models.Key{Session: session, Epoch: epoch, Track: "t", Seq: seq}, SpeakerID: "ana", SpeakerName: "Ana",
			StartMS: at - 500, EndMS: at, VoicedMS: 500, Text: text, Words: []models.Word{{Text: text, StartMS: at - 500, EndMS: at, P: 0.9}},
			Attribution: models.AttributionTrack, State: models.UtteranceOK, Language: "en",
			Spoken: started.Add(time.Duration(at) * time.Millisecond),
		}
		clip := models.Clip{Key: u.Key, SpeakerID: "ana", StartMS: u.StartMS, EndMS: u.EndMS}
		if err := all[i].record.PutClip(t.Context(), clip); err != nil {
			t.Fatal(err)
		}
		if err := sessions[i].Done(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		flags, err := all[i].record.Flags(t.Context(), u.Session)
		if err != nil {
			t.Fatal(err)
		}
		return slices.ContainsFunc(flags, func(f models.Flag) bool { return f.Rule == rule && f.Utterance == u.Key })
	}
	often := func(i int, text string) bool { return says(i, fmt.Sprint("s", i), 1, text, "often") }
	if often(0, "darn") || often(0, "gosh") || often(0, "darn") || !often(0, "gosh") {
		t.Error("in the process that gives the strikes, two are not two")
	}
	waittest.Until(t, "the strikes count in the other process", func() bool { return often(1, "gosh") })

	moved := func(i, epoch int, text string) bool { return says(i, "s0", epoch, text, "moved") }
	if moved(0, 1, "golly") || moved(0, 1, "heck") || !moved(0, 1, "golly") {
		t.Error("in the process that gives them, the strikes of a session and a room don't count")
	}
	next, err := all[1].record.StartSession(t.Context(), models.Session{ID: "s0", Room: "r0", Started: started})
	if err == nil {
		_, err = sessions[1].Begin(t.Context(), next)
	}
	if err != nil || next.Epoch != 2 || !moved(1, 2, "golly") {
		t.Errorf("epoch %d of the session: the strikes don't count any more, %v", next.Epoch, err)
	}
}

// idle is a queue that decodes nothing: the test supplies the lines.
type idle struct{}

func (idle) Submit(models.Clip) {}

func (idle) Again(models.Clip, func(models.Utterance)) bool { return false }
