package draft

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"earshot/models"
	"earshot/moderation/engine"
)

// TestAmended: what a form says is written into the file as a person would, the rest of the text stays, and the result loads.
func TestAmended(t *testing.T) {
	packs := fstest.MapFS{"pack.yaml": {Data: []byte(`schema: 1
words: {curses: [drat], spare: [blast]}
rules:
  - id: curse # loud
    when: {says: {words: curses}}
    then: [mute: {for: 20s}]
  - {id: spares, when: {says: {words: spare}}, then: [flag: {level: low}]}
`)}}
	const own = "# ours\nschema: 1\nuse: [pack.yaml]\n\nwords:\n  local: [heck] # here\nrules:\n" +
		"  - {id: darn, when: {says: {words: local}}, then: [flag: {level: low}]}\n"
	for name, c := range map[string]struct {
		text     string
		a        Amendment
		old, now string // what is replaced in the text
		says     string // the error
	}{
		"a role": {own, Amendment{Kind: AmendExempt, Role: "moderator"}, "[pack.yaml]\n", "[pack.yaml]\nexempt: [{role: \"moderator\"}]\n", ""},
		"another person": {
			own + "exempt:\n  # them\n  - role: keynote\n",
			Amendment{Kind: AmendExempt, Person: " id-7 "},
			"  - role: keynote\n", "  - role: keynote\n  - {speaker: \"id-7\"}\n", "",
		},
		"exempt twice": {own + "exempt: [{role: [host]}]\n", Amendment{Kind: AmendExempt, Role: "host"}, "", "", "exempt already"},
		"no such role": {
			own, Amendment{Kind: AmendExempt, Role: "king"}, "[pack.yaml]\n", "[pack.yaml]\nexempt: [{role: \"king\"}]\n", "unknown role",
		},
		"nobody": {own, Amendment{Kind: AmendExempt}, "", "", "choose a role"},
		"a word of a pack": {
			own, Amendment{Kind: AmendWord, List: "curses", Word: "  Dash  IT "}, "# here\n", "# here\n  curses: {add: [\"dash it\"]}\n", "",
		},
		"a word of ours":    {own, Amendment{Kind: AmendWord, List: "local", Word: "gosh"}, "[heck]", "[\"gosh\", heck]", ""},
		"a second word":     {own + "  # end\n", Amendment{Kind: AmendWord, List: "local", Word: "heck"}, "", "", "already"},
		"no word":           {own, Amendment{Kind: AmendWord, List: "local", Word: " "}, "", "", "type a word"},
		"no list":           {own, Amendment{Kind: AmendWord, List: "none", Word: "x"}, "", "", "choose a word list"},
		"loud":              {own, Amendment{Kind: AmendLoud, Seconds: 60}, "", "", ""},
		"loud for too long": {own, Amendment{Kind: AmendLoud, Seconds: 3600}, "", "", "10 to 600"},
		"all ask":           {own, Amendment{Kind: AmendMode, Mode: models.ModeSuggest}, "[pack.yaml]\n", "[pack.yaml]\nmode: suggest\n", ""},
		"one asks":          {own, Amendment{Kind: AmendMode, Rule: "darn", Mode: models.ModeSuggest}, ", then", ", mode: suggest, then", ""},
		"one records": {
			strings.Replace(own, "then: [flag", "mode: act, then: [flag", 1),
			Amendment{Kind: AmendMode, Rule: "darn", Mode: models.ModeWatch},
			"mode: act", "mode: watch", "",
		},
		"one of a pack asks": {own, Amendment{Kind: AmendMode, Rule: "curse", Mode: models.ModeSuggest}, "", "", ""},
		"no mode":            {own, Amendment{Kind: AmendMode, Mode: "loud"}, "", "", "how far"},
		"nothing":            {own, Amendment{}, "", "", "what to change"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			put(t, dir, "room.yaml", c.text)
			opts, paths := engine.LoadOptions{FS: packs}, []string{filepath.Join(dir, "room.yaml")}
			set, err := engine.Load(opts, paths...)
			if err != nil {
				t.Fatal(err)
			}
			f := New(func() []Source { return []Source{{Set: set, Options: opts, Paths: paths}} }, &notes{})
			x := named(t, f, "room.yaml")
			got, err := f.Amend(x.ID, c.a)
			if err != nil {
				if c.says == "" || !errors.Is(err, models.ErrInvalid) || !strings.Contains(err.Error(), c.says) {
					t.Fatal(err)
				}
				return
			}
			if want := strings.Replace(c.text, c.old, c.now, 1); c.now != "" && got != want {
				t.Errorf("%s", got)
			}
			if c.now == "" && !strings.HasPrefix(got, c.text) {
				t.Errorf("more than an addition:\n%s", got)
			}
			switch checked, err := f.Check(x.ID, got, nil); {
			case err != nil:
				t.Error(err)
			case c.says != "" && (len(checked.Problems) == 0 || !strings.Contains(checked.Problems[0].Message, c.says)):
				t.Errorf("%+v", checked.Problems)
			case c.says == "" && len(checked.Problems) > 0:
				t.Errorf("%+v\n%s", checked.Problems, got)
			}
		})
	}
}

// TestAmendedTogether: a file that stands beside a pack and uses it not gets to use it when a word goes into a list of the pack.
func TestAmendedTogether(t *testing.T) {
	packs := fstest.MapFS{"pack.yaml": {Data: []byte(
		"schema: 1\nwords: {curses: [drat]}\nrules: [{id: curse, when: {says: {words: curses}}, then: [flag: {}]}]\n")}}
	dir := t.TempDir()
	put(t, dir, "pack.yaml", "schema: 1\nmode: watch\n") // of the same name
	opts, paths := engine.LoadOptions{FS: packs}, []string{"pack", filepath.Join(dir, "pack.yaml")}
	set, err := engine.Load(opts, paths...)
	if err != nil {
		t.Fatal(err)
	}
	f := New(func() []Source { return []Source{{Set: set, Options: opts, Paths: paths}} }, &notes{})
	x := named(t, f, "pack.yaml")
	got, err := f.Amend(x.ID, Amendment{Kind: AmendWord, List: "curses", Word: "dash"})
	if err != nil {
		t.Fatal(err)
	}
	want := "schema: 1\nuse: [packs/pack.yaml]\nmode: watch\nwords:\n  curses: {add: [\"dash\"]}\n"
	if c, err := f.Check(x.ID, got, []string{"dash"}); err != nil || got != want || len(c.Problems) > 0 || len(c.Tried.Verdicts) != 1 {
		t.Errorf("%s %+v, %v", got, c, err)
	}
}

// TestOwnFile: where only shipped packs are used, a file of one's own begins with a button, or with any other change; it is not there
// before it is saved, and each change can be undone by whoever made it.
func TestOwnFile(t *testing.T) {
	packs := fstest.MapFS{"pack.yaml": {Data: []byte(
		"schema: 1\nwords: {curses: [drat]}\nrules: [{id: curse, when: {says: {words: curses}}, then: [flag: {}]}]\n")}}
	own := filepath.Join(t.TempDir(), "rules", "evening.yaml")
	opts := engine.LoadOptions{FS: packs, Own: own}
	var n notes
	set, err := engine.Load(opts, "pack") // what is saved is not loaded again at once
	if err != nil {
		t.Fatal(err)
	}
	f := New(func() []Source {
		return []Source{{Profile: "evening", Set: set, Options: opts, Paths: []string{"pack"}}}
	}, &n)
	x := named(t, f, "evening.yaml")
	if !x.New || x.Text != "" || len(x.Profiles) != 1 {
		t.Fatalf("%+v", x)
	}
	if c, err := f.Choices(x.ID); err != nil || len(c.Lists) != 1 {
		t.Errorf("%+v, %v", c, err)
	}
	amend := func(a Amendment) string {
		t.Helper()
		text, err := f.Amend(x.ID, a)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	save := func(text, by string) {
		t.Helper()
		now := named(t, f, "evening.yaml")
		c, err := f.Check(now.ID, text, []string{"dash"})
		if err != nil || len(c.Problems)+len(c.Failed) > 0 || c.Diff == "" {
			t.Fatalf("%+v, %v", c, err)
		}
		if err := f.Save(t.Context(), now.ID, text, now.Sum, by); err != nil {
			t.Fatal(err)
		}
	}
	start := amend(Amendment{Kind: AmendStart})
	save(start, "kim")
	if read(t, filepath.Dir(own), "evening.yaml") != start || named(t, f, "evening.yaml").New {
		t.Error("it was not made")
	}
	with := amend(Amendment{Kind: AmendWord, List: "curses", Word: "dash"})
	save(with, "kim")
	if set, err = engine.Load(opts, "pack"); err != nil {
		t.Fatal(err)
	}
	if got, err := set.Report(engine.Example{Say: []string{"dash"}, WordP: 1}, false); err != nil || len(got.Verdicts) != 1 {
		t.Errorf("not in force: %+v, %v", got, err)
	}
	if _, err := f.Amend(x.ID, Amendment{Kind: AmendUndo, By: "lee"}); !errors.Is(err, models.ErrInvalid) {
		t.Errorf("somebody else's change: %v", err)
	}
	undone := amend(Amendment{Kind: AmendUndo, By: "kim"})
	if undone != start {
		t.Errorf("undone: %q", undone)
	}
	save(undone, "kim")
	if again := amend(Amendment{Kind: AmendUndo}); again != with {
		t.Errorf("back again: %q", again)
	}
	if len(n) != 3 || n[0] != "kim: rules changed evening.yaml" {
		t.Errorf("%q", n)
	}
}
