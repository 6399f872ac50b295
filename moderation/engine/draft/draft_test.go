package draft

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"earshot/models"
	"earshot/moderation/engine"
)

const room = `# Our room.
schema: 1
rules:
  # what nobody says here
  - {id: darn, when: {says: {phrase: darn}}, then: [flag: {level: low}]}

# what has to hold
checks:
  - {say: "darn it", expect: {darn: low}}
`

type notes []string

func (n *notes) Note(_ context.Context, by, what, target, _ string) error {
	*n = append(*n, by+": "+what+" "+target)
	return nil
}

// files are the rule files of a folder, with one that uses the other.
func files(t *testing.T) (*Files, *notes, string) {
	t.Helper()
	dir := t.TempDir()
	put(t, dir, "room.yaml", room)
	put(t, dir, "main.yaml", "schema: 1\nuse: [room.yaml]\noff: [darn]\n")
	paths := []string{filepath.Join(dir, "main.yaml")}
	set, err := engine.Load(engine.LoadOptions{}, paths...)
	if err != nil {
		t.Fatal(err)
	}
	var n notes
	return New(func() []Source { return []Source{{Set: set, Paths: paths}} }, &n), &n, dir
}

func put(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// named is a file by its name.
func named(t *testing.T, f *Files, name string) File {
	t.Helper()
	for _, x := range f.Files() {
		if x.Name == name {
			return x
		}
	}
	t.Fatalf("no %s", name)
	return File{}
}

// TestSaved: a draft that loads replaces the file, the old one is kept beside it with the same rights, and who did it is noted.
func TestSaved(t *testing.T) {
	f, n, dir := files(t)
	x := named(t, f, "room.yaml")
	text := strings.Replace(room, "phrase: darn", "phrase: [darn, blast]", 1)
	got, err := f.Check(x.ID, strings.ReplaceAll(text, "\n", "\r\n"), nil)
	if err != nil || len(got.Problems) > 0 || got.Checks != 1 || len(got.Failed) > 0 ||
		!strings.Contains(got.Diff, "+  - {id: darn, when: {says: {phrase: [darn") {
		t.Fatalf("%+v, %v", got, err)
	}
	if err := f.Save(t.Context(), x.ID, text, x.Sum, "lee"); err != nil {
		t.Fatal(err)
	}
	if read(t, dir, "room.yaml") != text || read(t, dir, "room.yaml.old1") != room {
		t.Errorf("%q, old %q", read(t, dir, "room.yaml"), read(t, dir, "room.yaml.old1"))
	}
	if info, _ := os.Stat(filepath.Join(dir, "room.yaml")); info.Mode().Perm() != 0o640 {
		t.Errorf("mode %v", info.Mode())
	}
	if len(*n) != 1 || (*n)[0] != "lee: rules changed room.yaml" {
		t.Errorf("notes %q", *n)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left over: %v", left)
	}
}

// TestNotSaved: what does not load, also only together with the file that uses it, and what somebody else has changed meanwhile, stays.
func TestNotSaved(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		other bool // the file changes meanwhile
		want  error
		says  string
	}{
		"a mistake": {strings.Replace(room, "phrase:", "phrsae:", 1), false, models.ErrInvalid, "room.yaml:5"},
		"off: needs it": {
			strings.ReplaceAll(strings.Replace(room, "id: darn", "id: drat", 1), "{darn: low}", "{drat: low}"), false, models.ErrInvalid,
			"main.yaml:3",
		},
		"changed meantime": {strings.Replace(room, "level: low", "level: high", 1), true, models.ErrConflict, "changed meanwhile"},
	} {
		f, n, dir := files(t)
		x := named(t, f, "room.yaml")
		before := room
		if c.other {
			before += "# more\n"
			put(t, dir, "room.yaml", before)
		}
		err := f.Save(t.Context(), x.ID, c.text, x.Sum, "lee")
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		if read(t, dir, "room.yaml") != before || len(*n) > 0 {
			t.Errorf("%s: saved all the same", name)
		}
	}
}

// TestTried: words are tried on the draft, not on what is in force; its checks that do not hold are told.
func TestTried(t *testing.T) {
	f, _, _ := files(t)
	x := named(t, f, "main.yaml")
	text := "schema: 1\nuse: [room.yaml]\nrules:\n  - {id: heck, when: {says: {phrase: heck}}, then: [flag: {}]}\n" +
		"checks:\n  - {say: heck, expect: none}\n"
	got, err := f.Check(x.ID, text, []string{"what the heck"})
	if err != nil || got.Tried == nil || len(got.Tried.Verdicts) != 1 || got.Tried.Verdicts[0].Rule != "heck" || len(got.Failed) != 1 ||
		got.Failed[0].Line != 6 {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := f.Check("nothing", text, nil); !errors.Is(err, models.ErrNotFound) {
		t.Error(err)
	}
}

// TestWithRule: a rule made of a flag stands behind the others, its check behind the checks, and comments stay where they are.
func TestWithRule(t *testing.T) {
	flag := models.Flag{Level: models.LevelHigh, Matched: []models.Word{{Text: "Send"}, {Text: "me"}, {Text: "coins!"}}}
	got, ok := WithRule(room, flag, nil)
	want := strings.Replace(room, "level: low}]}\n", `level: low}]}
  - id: says-send
    when: {says: {phrase: "send me coins"}}
    unless: {reported_speech: true}
    then: [flag: {level: high}]
`, 1) + `  - {say: "send me coins", expect: {says-send: high}}
`
	if !ok || got != want {
		t.Errorf("%v\n%s", ok, got)
	}
	f, _, _ := files(t)
	if c, err := f.Check(named(t, f, "room.yaml").ID, got, nil); err != nil || len(c.Problems)+len(c.Failed) > 0 || c.Checks != 2 {
		t.Errorf("%+v, %v", c, err)
	}
	if got, ok := WithRule("schema: 1\n", flag, nil); !ok || !strings.Contains(got, "\nrules:\n  - id: says-send\n") {
		t.Errorf("%v %q", ok, got)
	}
	for _, bad := range []string{"schema: 1\nrules: [{id: a}]\n", "schema: [", ""} {
		if got, ok := WithRule(bad, flag, nil); ok || got != bad {
			t.Errorf("%q became %q", bad, got)
		}
	}
	if _, ok := WithRule(room, models.Flag{Matched: []models.Word{{Text: "▮▮▮"}}}, nil); ok {
		t.Error("a rule of what was redacted")
	}
}

// TestWithRuleOfWordsApart: words that were not next to each other make a rule that finds them again in the same line, however far apart
// they were, and whatever stood beside them.
func TestWithRuleOfWordsApart(t *testing.T) {
	far := "send " + strings.Repeat("more ", 10) + "coins or " + strings.Repeat("even ", 11) + "gold"
	for name, c := range map[string]struct {
		line, want string
		matched    []int
	}{
		"next to each other": {"Well, send coins!", `{says: {phrase: "send coins"}}`, []int{1, 2}},
		"apart":              {"Send me — all your coins.", `{says: {phrase: "send coins", gap: 3}}`, []int{5, 0}},
		"a word twice":       {"coins, send coins", `{says: {phrase: "send coins"}}`, []int{1, 2}},
		"far apart":          {far, `{all: [{says: {phrase: "send coins", gap: 10}}, {says: {phrase: "gold"}}]}`, []int{0, 11, 24}},
		"beside redacted":    {"send ▮▮▮ coins", `{says: {phrase: "send coins"}}`, []int{0, 1, 2}},
	} {
		var line []models.Word
		for i, w := range strings.Fields(c.line) {
			line = append(line, models.Word{Text: w, StartMS: int64(i) * 300})
		}
		flag := models.Flag{Level: models.LevelLow}
		for _, i := range c.matched {
			flag.Matched = append(flag.Matched, line[i])
		}
		got, ok := WithRule(room, flag, line)
		if !ok || !strings.Contains(got, "when: "+c.want+"\n") {
			t.Errorf("%s: %v\n%s", name, ok, got)
		}
		f, _, _ := files(t)
		checked, err := f.Check(named(t, f, "room.yaml").ID, got, []string{strings.ReplaceAll(c.line, "▮▮▮ ", "")})
		if err != nil || len(checked.Problems)+len(checked.Failed) > 0 || checked.Tried == nil || len(checked.Tried.Verdicts) == 0 {
			t.Errorf("%s: %+v, %v", name, checked, err)
		}
	}
}

// FuzzWithRule: a file that loads with a rule that was added loads no worse than before, and keeps what it held.
func FuzzWithRule(f *testing.F) {
	f.Add(room, "send me coins")
	f.Add("schema: 1\nrules:\n- id: a\n  when: {says: {phrase: x}}\n  then: [flag: {}]\n# end\n", "a\"b: c")
	f.Fuzz(func(t *testing.T, text, said string) {
		var flag models.Flag
		for _, w := range strings.Fields(said) {
			flag.Matched = append(flag.Matched, models.Word{Text: w})
		}
		flag.Level = models.LevelLow
		got, ok := WithRule(text, flag, nil)
		if !ok && got != text {
			t.Errorf("changed although not ok: %q", got)
		}
	})
}
