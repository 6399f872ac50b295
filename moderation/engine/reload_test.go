package engine

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"go.uber.org/goleak"

	"earshot/models"
)

// TestReload changes files under a running watcher: a good change gives a new set with its difference, a bad one an error.
func TestReload(t *testing.T) {
	defer goleak.VerifyNone(t)
	dir := t.TempDir()
	file, list := filepath.Join(dir, "room.yaml"), filepath.Join(dir, "words.txt")
	put := func(name, text string) {
		if err := os.WriteFile(name+".tmp", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(name+".tmp", name); err != nil {
			t.Fatal(err)
		}
	}
	rule := func(id, phrase string) string {
		return "- {id: " + id + ", when: {says: {phrase: " + phrase + "}}, then: [flag: {}]}\n"
	}
	const head = "schema: 1\nwords: {w: {file: words.txt}}\nrules:\n- {id: w, when: {says: {words: w}}, then: [flag: {}]}\n"
	put(list, "zebra\n")
	put(file, head+rule("a", "one")+rule("b", "two"))
	set, err := Load(LoadOptions{}, file)
	if err != nil {
		t.Fatal(err)
	}
	got := make(chan Reload, 10)
	w := NewWatcher(LoadOptions{}, set, func(r Reload) { got <- r }, file)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	next := func() Reload {
		select {
		case r := <-got:
			return r
		case <-time.After(2 * time.Minute):
			t.Fatal("nothing was read again")
			return Reload{}
		}
	}
	w.Reload() // and nothing has changed: no news. It also tells that the watcher is up.
	for len(w.now) > 0 {
		runtime.Gosched()
	}
	put(file, head+rule("a", "uno")+rule("c", "three"))
	if r := next(); r.Err != nil || r.Change.String() != "added c; removed b; changed a" {
		t.Errorf("%v, %v", r.Change, r.Err)
	}
	put(file, head+"broken: yes\n")
	if r := next(); r.Set != nil || r.Err == nil || !strings.Contains(r.Err.Error(), `unknown key "broken"`) {
		t.Errorf("%+v", r)
	}
	put(file, head+rule("a", "uno")+rule("c", "three")) // as it was: the mistake is over, though nothing else changed
	if r := next(); r.Set == nil || r.Err != nil || r.Change.String() != "nothing changed" {
		t.Errorf("%+v", r)
	}
	put(list, "zebra\nyak\n")
	r := next()
	if r.Err != nil || r.Change.String() != "changed w" {
		t.Errorf("%v, %v", r.Change, r.Err)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
	s := NewSession(set, models.Session{})
	s.Rules(r.Set)
	if got := brief(s.Judge(line("a yak", 1))); got != "w/suggest/yak" {
		t.Error(got)
	}
}

// TestReplay counts what rules would have done beside what hosts said.
func TestReplay(t *testing.T) {
	r := NewReplay(mustLoad(t, roomRules))
	idiot, pig, apple := line("idiot", 1), line("a pig", 0.3), line("bad apple", 1)
	pig.Seq, apple.Seq = 2, 3
	r.Session(models.Session{ID: "s"}, nil, []models.Flag{
		{Utterance: idiot.Key, Rule: "rude", Status: models.FlagConfirmed}, {Utterance: apple.Key, Rule: "gone", Status: models.FlagDismissed},
	})
	for _, u := range []models.Utterance{idiot, pig, apple} {
		u.LateMS = 1 << 30
		r.Line(u)
	}
	row := r.Rows()[0]
	if want := (ReplayRow{"rude", "main", 3, 2, 1, 1}); row != want || r.Lines != 3 || r.Sessions != 1 {
		t.Errorf("%+v, want %+v", row, want)
	}
	if p, ok := row.Precision(); !ok || p != 0.5 {
		t.Errorf("precision %v", p)
	}
}

// TestReplayOfTheFloor: rules on who talks see the stored lines, each holding once, with what a host said of them then.
func TestReplayOfTheFloor(t *testing.T) {
	r := NewReplay(mustLoad(t, "schema: 1\nrules: [{id: turn, when: {floor: {turn_over: 5s}}, then: [nudge: {to: speaker}]}]\n"))
	r.Session(models.Session{ID: "s", Epoch: 1}, nil, []models.Flag{
		{Utterance: models.Key{Session: "s", Epoch: 1}, Rule: "turn", SpeakerID: "ana", EndMS: 9000, Status: models.FlagDismissed},
	})
	for i := range int64(12) {
		u := models.Utterance{
			Key: models.Key{Session: "s", Epoch: 1, Track: "t", Seq: int(i + 1)}, SpeakerID: "ana", StartMS: i * 1000, EndMS: i*1000 + 900,
			VoicedMS: 900,
		}
		if i > 8 {
			u.StartMS, u.EndMS, u.SpeakerID = u.StartMS+20_000, u.EndMS+20_000, "ben"
		}
		if i%2 == 0 {
			u.Words = []models.Word{{Text: "la", StartMS: u.StartMS, EndMS: u.StartMS + 400}, {Text: "la", StartMS: u.StartMS + 500, EndMS: u.EndMS}}
		}
		r.Line(u)
	}
	if got, want := r.Rows()[0], (ReplayRow{"turn", "main", 1, 1, 0, 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestArm(t *testing.T) {
	set := mustLoad(
		t,
		"schema: 1\nrules:\n- {id: a, on: {partial: arm}, when: {says: {phrase: bad apple}}, span: {last: 9s}, then: [mute: {}]}\n- {id: b, "+
			"when: {says: {phrase: apple}}, then: [flag: {}]}\n",
	)
	s := NewSession(set, models.Session{})
	s.Judge(exampleLine("bad", 1, 0, 1))
	p := models.Partial{
		Key: models.Key{Session: "example", Epoch: 1, Track: "example", Seq: 2}, SpeakerID: "someone", StartMS: 700, Stable: "apple",
	}
	if got := s.Arm(p); len(got) != 1 || got[0].ID != "a" {
		t.Errorf("%+v", got)
	}
	if got := s.Arm(models.Partial{SpeakerID: "someone", StartMS: 700, Stable: "pear"}); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestVerbs(t *testing.T) {
	var got []string
	for _, v := range mustLoad(t, deskRules).Verbs() {
		got = append(got, string(v))
	}
	if strings.Join(got, " ") != "nudge warn mute to_audience remove ban" {
		t.Error(got)
	}
}

// A folder that cannot be watched is told, and the watcher goes on; a shipped pack by its name has none to be watched.
func TestUnwatchableFolderIsTold(t *testing.T) {
	packs := LoadOptions{
		FS: fstest.MapFS{"house.yaml": {Data: []byte("schema: 1\nrules:\n- {id: a, when: {says: {phrase: yak}}, then: [flag: {}]}\n")}},
	}
	set, err := Load(packs, "house")
	if err != nil {
		t.Fatal(err)
	}
	gone := filepath.Join(t.TempDir(), "gone", "rules.yaml")
	got := make(chan Reload, 10)
	w := NewWatcher(packs, set, func(r Reload) { got <- r }, "house", gone)
	if dirs := w.folders(); len(dirs) != 1 || dirs[0] != filepath.Dir(gone) {
		t.Errorf("it would watch %q", dirs)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	if r := <-got; r.Set != set || r.Err == nil || !strings.Contains(r.Err.Error(), filepath.Dir(gone)) {
		t.Errorf("told %+v", r)
	}
	select {
	case err := <-done:
		t.Fatalf("it ended: %v", err)
	default:
	}
	w.Reload()
	if r := <-got; r.Set != nil || r.Err == nil {
		t.Errorf("told %+v of a file that is gone", r)
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}
