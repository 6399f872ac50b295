package review

import (
	"context"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/engine/draft"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/record"
)

type notes []string

func (n *notes) Note(_ context.Context, by, what, target, _ string) error {
	*n = append(*n, by+": "+what+" "+target)
	return nil
}

// TestRuleFilesAreChanged: without a script, a file is checked, its changes are shown, and only what was shown is saved; a file that
// does not load is not saved, nor one that somebody else has changed meanwhile.
func TestRuleFilesAreChanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "room.yaml")
	text := "# our room\nschema: 1\nrules:\n  - {id: darn, when: {says: {phrase: darn}}, then: [flag: {}]}\n"
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(text)
	set, err := engine.Load(engine.LoadOptions{}, path)
	if err != nil {
		t.Fatal(err)
	}
	var n notes
	files := draft.New(func() []draft.Source { return []draft.Source{{Set: set, Paths: []string{path}}} }, &n)
	m := heardRoom()
	s := serve(t, m, func(c *Config) { c.Rules, c.RuleFiles = &primer{}, files })
	f := files.Files()[0]
	at := "/rulefiles/" + f.ID
	inOrder(t, ask(t, s, "GET", "/rules").Body.String(), "Files", "room.yaml", at+"/change", at)
	inOrder(t, ask(t, s, "GET", at).Body.String(), "# our room", "Check and show changes")
	inOrder(t, ask(t, s, "GET", "/rulefiles?flag="+m.flags[0].ID).Body.String(), "Which file", at+"?flag="+m.flags[0].ID)
	inOrder(
		t, ask(t, s, "GET", at+"?flag="+m.flags[0].ID).Body.String(), "A rule and a check were added", "says-", "Valid: 2 rules",
		"Changes",
	)

	form := func(do, text, shown string) url.Values {
		return url.Values{
			"do": {do}, "text": {strings.ReplaceAll(text, "\n", "\r\n")}, "seen": {f.Sum}, "shown": {shown}, "say": {"darn and heck"},
		}
	}
	changed := strings.Replace(text, "phrase: darn", "phrase: heck", 1)
	broken := strings.Replace(text, "phrase:", "phrsae:", 1)
	w := post(t, s, at, form("check", changed, ""))
	inOrder(t, w.Body.String(), "Valid: 1 rule", "darn", "Changes", "-  - {id: darn", "phrase: heck", "Save these changes")
	w = post(t, s, at, form("check", broken, ""))
	if strings.Contains(w.Body.String(), "Save these changes") {
		t.Error("what does not load may be saved")
	}
	inOrder(t, w.Body.String(), "Line 4", "phrsae")
	for what, form := range map[string]url.Values{
		"not shown before":  form("save", changed, ""),
		"other than shown":  form("save", changed, draft.Sum(text)),
		"what doesn't load": form("save", broken, draft.Sum(broken)),
	} {
		if w := post(t, s, at, form); w.Code == http.StatusSeeOther {
			t.Errorf("%s: saved", what)
		}
	}
	if now, _ := os.ReadFile(path); string(now) != text || len(n) > 0 {
		t.Errorf("%q, %q", now, n)
	}
	write(text + "# meanwhile\n")
	w = post(t, s, at, form("save", changed, draft.Sum(changed)))
	if w.Code != http.StatusBadRequest {
		t.Errorf("over a change of somebody else: %d", w.Code)
	}
	inOrder(t, w.Body.String(), "changed meanwhile", "phrase: heck")
	write(text)
	if w = post(t, s, at, form("save", changed, draft.Sum(changed))); w.Code != http.StatusSeeOther {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	now, _ := os.ReadFile(path)
	old, _ := os.ReadFile(path + ".old1")
	if string(now) != changed || string(old) != text || len(n) != 1 {
		t.Errorf("%q, %q, %q", now, old, n)
	}
	inOrder(t, ask(t, s, "GET", w.Header().Get("Location")).Body.String(), "Saved.", "the previous version is kept", "room.yaml.old1", "Undo")
	if w := ask(t, s, "GET", "/rulefiles/none"); w.Code != http.StatusNotFound {
		t.Error(w.Code)
	}
}

// TestRuleFilesAreChangedByForms: each form shows its change in the file before it is saved, nothing but what was shown is saved,
// and only hosts of all rooms with these rules may save.
func TestRuleFilesAreChangedByForms(t *testing.T) {
	files, path := openMicFile(t)
	f := files.Files()[0]
	at := "/rulefiles/" + f.ID + "/change"
	states := []models.RoomState{{Room: "lounge/a", Profile: "evening"}, {Room: "lounge/b", Profile: "other"}}
	s := serve(t, heardRoom(), func(c *Config) {
		c.Rules, c.RuleFiles, c.States = &primer{}, files, func() []models.RoomState { return states }
	})
	inOrder(t, ask(t, s, "GET", at).Body.String(), "Exempt somebody", "moderator", "Add a word", "curses (room)", "darn", "acts")
	for name, c := range map[string]struct {
		form url.Values
		want []string // on the page
	}{
		"exempt": {url.Values{"what": {"exempt"}, "role": {"moderator"}}, []string{"exempt: [{role:", "moderator"}},
		"person": {url.Values{"what": {"exempt"}, "role": {"moderator"}, "person": {"id-7"}}, []string{"exempt: [{speaker:", "id-7"}},
		"word": {
			url.Values{"what": {"word"}, "list": {"curses"}, "word": {"Blast it"}}, []string{"-  curses: [drat]", "  curses: [", "blast it"},
		},
		"loud": {url.Values{"what": {"loud"}, "seconds": {"60"}}, []string{"  - id: too-loud", "mute: {for: 60s}"}},
		"asks": {url.Values{"what": {"mode"}, "rule": {"darn"}, "mode": {"suggest"}}, []string{"mode: suggest"}},
	} {
		w := post(t, s, at, c.form)
		inOrder(t, w.Body.String(), append(append([]string{"Nothing is saved yet"}, c.want...), "Save these changes")...)
		if now, _ := os.ReadFile(path); w.Code != http.StatusOK || string(now) != openMic {
			t.Errorf("%s: %d, saved before it was shown: %q", name, w.Code, now)
		}
	}
	for say, form := range map[string]url.Values{
		"type a word": {"what": {"word"}, "list": {"curses"}}, "choose what to change": {},
		"unknown role": {"what": {"exempt"}, "role": {"king"}},
	} {
		page := post(t, s, at, form).Body.String()
		if !strings.Contains(strings.ToLower(page), say) || strings.Contains(page, "Save these") {
			t.Errorf("%s: %s", say, page)
		}
	}
	text, err := files.Amend(f.ID, draft.Amendment{Kind: draft.AmendWord, List: "curses", Word: "dash"})
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{"what": {"word"}, "list": {"curses"}, "word": {"dash"}, "do": {"save"}, "seen": {f.Sum}, "shown": {draft.Sum(text)}}
	other := url.Values{"what": {"word"}, "list": {"curses"}, "word": {"other"}, "do": {"save"}, "seen": {f.Sum}, "shown": {draft.Sum(text)}}
	if w := post(t, s, at, other); w.Code == http.StatusSeeOther {
		t.Error("another change than the one that was shown is saved")
	}
	if w := post(t, s, at, form); w.Code != http.StatusSeeOther || w.Header().Get("Location") != at+"?saved=yes" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	now, _ := os.ReadFile(path)
	if old, _ := os.ReadFile(path + ".old1"); string(now) != text || string(old) != openMic {
		t.Errorf("%q, old %q", now, old)
	}
	if w := post(t, s, at, form); w.Code == http.StatusSeeOther {
		t.Error("saved over a file that has changed")
	}
}

const openMic = "# our room\nschema: 1\nmode: act\nwords:\n  curses: [drat]\nrules:\n" +
	"  - {id: darn, when: {says: {words: curses}}, then: [flag: {}, mute: {for: 20s}]}\n"

// openMicFile is the rule file of the profile "evening".
func openMicFile(t *testing.T) (*draft.Files, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "room.yaml")
	if err := os.WriteFile(path, []byte(openMic), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := engine.Load(engine.LoadOptions{}, path)
	if err != nil {
		t.Fatal(err)
	}
	return draft.New(func() []draft.Source { return []draft.Source{{Profile: "evening", Set: set, Paths: []string{path}}} }, &notes{}), path
}

// TestRuleFilesInABrowser: with the script, text is checked and tried while it is typed; forms change the file for people who do not
// write YAML, on a phone and on a desktop.
func TestRuleFilesInABrowser(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "room.yaml")
	text := "# our room\nschema: 1\nwords: {curses: [drat]}\nrules:\n  - {id: darn, when: {says: {phrase: darn}}, then: [flag: {}]}\n" +
		"  - {id: curse, when: {says: {words: curses}}, then: [flag: {}]}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	read := func() (*engine.Set, error) { return engine.Load(engine.LoadOptions{}, path) }
	if _, err := read(); err != nil {
		t.Fatal(err)
	}
	files := draft.New(func() []draft.Source {
		set, _ := read() // what was saved loads
		return []draft.Source{{Set: set, Paths: []string{path}}}
	}, &notes{})
	inBrowser(t, "rulefile.mjs", serve(t, heardRoom(), func(c *Config) { c.Rules, c.RuleFiles = &primer{}, files }), 6)
	want := strings.NewReplacer(
		"schema: 1\n", "schema: 1\nexempt: [{role: \"moderator\"}]\n", "phrase: darn", "phrase: heck", "[drat]", "[\"blast it\", drat]",
	).Replace(text)
	if now, _ := os.ReadFile(path); string(now) != want {
		t.Errorf("%q", now)
	}
}

// TestNoRuleFiles: if only shipped rules are in use, the page says how to begin.
func TestNoRuleFiles(t *testing.T) {
	s := serve(t, room(), func(c *Config) {
		c.Rules, c.RuleFiles = &primer{}, draft.New(func() []draft.Source { return nil }, &notes{})
	})
	inOrder(t, ask(t, s, "GET", "/rulefiles").Body.String(), "earshot rules new --list")
}

var _ record.RuleFiles = (*draft.Files)(nil)

// TestWhoChangesRulesByForms: owners, hosts of all rooms, and hosts of every room with a file's profile may; nobody else may, and
// only owners edit the text.
func TestWhoChangesRulesByForms(t *testing.T) {
	files, _ := openMicFile(t)
	states := []models.RoomState{{Room: "a", Profile: "evening"}, {Room: "b", Profile: "evening"}, {Room: "c"}}
	s, d := guarded(t, auth.ModeRequired, func(c *Config) {
		c.Rules, c.RuleFiles, c.States = &primer{}, files, func() []models.RoomState { return states }
	})
	in := func(access models.Access, rooms ...string) models.User {
		u := models.User{Rooms: map[string]models.Access{}}
		for _, r := range rooms {
			u.Rooms[r] = access
		}
		return u
	}
	at := "/rulefiles/" + files.Files()[0].ID
	for name, c := range map[string]struct {
		who         models.User
		forms, text int
	}{
		"owner":           {models.User{Access: models.AccessOwner}, http.StatusOK, http.StatusOK},
		"host":            {models.User{Access: models.AccessHost}, http.StatusOK, http.StatusForbidden},
		"host of both":    {in(models.AccessHost, "a", "b"), http.StatusOK, http.StatusForbidden},
		"host of one":     {in(models.AccessHost, "a", "c"), http.StatusForbidden, http.StatusForbidden},
		"host of another": {in(models.AccessHost, "c"), http.StatusForbidden, http.StatusForbidden},
		"reviewer":        {models.User{Access: models.AccessReviewer}, http.StatusForbidden, http.StatusForbidden},
	} {
		c.who.ID, c.who.Name = name, name
		b := &browser{t: t, s: s, from: "192.0.2.7", cookie: d.enter(c.who)}
		list := b.do("GET", "/rules", nil).Body.String()
		if got := b.do("GET", at+"/change", nil).Code; got != c.forms || strings.Contains(list, at+"/change") != (got == http.StatusOK) {
			t.Errorf("%s: the forms: %d\n%s", name, got, list)
		}
		if got := b.do("GET", at, nil).Code; got != c.text || strings.Contains(list, `"`+at+`"`) != (got == http.StatusOK) {
			t.Errorf("%s: the text: %d", name, got)
		}
	}
}

// TestOwnFileInABrowser: when only shipped rules are in use, a host creates a file, changes it, and undoes the change.
func TestOwnFileInABrowser(t *testing.T) {
	t.Parallel()
	packs := fstest.MapFS{"pack.yaml": {Data: []byte(
		"schema: 1\nwords: {curses: [drat]}\nrules: [{id: curse, when: {says: {words: curses}}, then: [flag: {}]}]\n")}}
	own := filepath.Join(t.TempDir(), "rules", "all-rooms.yaml")
	opts := engine.LoadOptions{FS: packs, Own: own}
	var n notes
	files := draft.New(func() []draft.Source {
		set, err := engine.Load(opts, "pack")
		if err != nil {
			t.Error(err)
		}
		return []draft.Source{{Set: set, Options: opts, Paths: []string{"pack"}}}
	}, &n)
	inBrowser(t, "ownfile.mjs", serve(t, heardRoom(), func(c *Config) { c.Rules, c.RuleFiles = &primer{}, files }), 2)
	now, err := os.ReadFile(own)
	if err != nil || strings.Contains(string(now), "words") {
		t.Errorf("%q, %v", now, err)
	}
	if kept, _ := filepath.Glob(own + ".old*"); len(kept) != 4 || len(n) != 5 {
		t.Errorf("%q, %q", kept, n)
	}
}
