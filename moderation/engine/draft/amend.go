package draft

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"earshot/configs/yamltext"
	"earshot/models"
	"earshot/models/wholefile"
	"earshot/moderation/engine"
	"earshot/moderation/rules"
)

// The kinds of amendments.
const (
	AmendExempt = "exempt" // no rules apply to a role or a person
	AmendWord   = "word"   // a word list gets a word
	AmendLoud   = "loud"   // who is too loud is muted
	AmendMode   = "mode"   // how far a rule, or all rules, may go
	AmendStart  = "start"  // a new file, in which nothing stands yet
	AmendUndo   = "undo"   // what the file was before its last change
)

// Amendment is a change to a rule file as a form describes it, for people who do not write YAML.
type Amendment struct {
	Kind    string      // one of the above
	Role    models.Role // who is exempt
	Person  string      // the id of the one person who is exempt, instead of a role
	List    string
	Word    string
	Seconds int    // of the mute
	Rule    string // whose mode changes; "": that of the file
	Mode    models.Mode
	// By is whose last change may be undone; "": anybody's.
	By string
}

// Choices are what the amendments of a file can be about.
type Choices struct {
	Roles []string
	Lists []engine.WordList
	Rules []engine.RuleInfo
	Mode  models.Mode // how far the rules may go now
}

// of finds a file with the first set that it belongs to.
func (f *Files) of(id string) (File, Source, error) {
	file, err := f.file(id)
	if err != nil {
		return file, Source{}, err
	}
	sources := f.sources()
	i := slices.IndexFunc(sources, file.in)
	if i < 0 {
		return file, Source{}, fmt.Errorf("rule file: %w", models.ErrNotFound)
	}
	return file, sources[i], nil
}

// Choices lists what the amendments of a file can be about. The error is models.ErrNotFound if no such file is in use.
func (f *Files) Choices(id string) (Choices, error) {
	file, s, err := f.of(id)
	if err != nil {
		return Choices{}, err
	}
	return Choices{Roles: s.Set.RoleNames(), Lists: s.Set.Lists(), Rules: s.Set.Rules(), Mode: s.Set.ModeOf(file.path)}, nil
}

// Amend returns the text of a file with an amendment, which Check shows and Save saves; nothing is written. Comments and layout stay.
// The error is models.ErrNotFound if no such file is in use, or models.ErrInvalid, with what to do instead.
func (f *Files) Amend(id string, a Amendment) (string, error) {
	file, s, err := f.of(id)
	if err != nil {
		return "", err
	}
	if err := a.check(s.Set); err != nil {
		return "", fmt.Errorf("%w: %w", models.ErrInvalid, err)
	}
	if a.Kind == AmendUndo && a.By != "" && !f.madeLast(file, a.By) {
		return "", fmt.Errorf("%w: only your own last change can be undone here; an owner can undo others", models.ErrInvalid)
	}
	file.Text = file.Base()
	text, err := a.in(file, s)
	if err != nil {
		return "", fmt.Errorf("%w: %w", models.ErrInvalid, err)
	}
	return string(text), nil
}

// madeLast reports whether somebody made the last change of a file.
func (f *Files) madeLast(file File, by string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.last[file.path] == change{by, file.Sum}
}

// maxWord limits a word or phrase, in bytes.
const maxWord = 100

// check says what is missing in the form.
func (a *Amendment) check(set *engine.Set) error {
	a.Word, a.Person = strings.ToLower(strings.Join(strings.Fields(a.Word), " ")), strings.TrimSpace(a.Person)
	odd := func(s string) bool { return len(s) > maxWord || strings.ContainsFunc(s, unicode.IsControl) }
	known := slices.ContainsFunc(set.Lists(), func(l engine.WordList) bool { return l.Name == a.List })
	modes := []models.Mode{models.ModeWatch, models.ModeSuggest, models.ModeAct}
	switch {
	case a.Kind == AmendExempt && a.Role == "" && a.Person == "":
		return errors.New("choose a role, or type the id of one person")
	case a.Kind == AmendExempt && odd(a.Person):
		return errors.New("that is no person's id")
	case a.Kind == AmendWord && (a.Word == "" || odd(a.Word)):
		return fmt.Errorf("type a word or a phrase of at most %d letters", maxWord)
	case a.Kind == AmendWord && !known:
		return errors.New("choose a word list")
	case a.Kind == AmendLoud && (a.Seconds < 10 || a.Seconds > 600):
		return errors.New("a mute lasts 10 to 600 seconds")
	case a.Kind == AmendMode && !slices.Contains(modes, a.Mode):
		return errors.New("choose how far it may go")
	case a.Kind == AmendMode && a.Rule != "" && set.Where(a.Rule) == "":
		return errors.New("choose a rule")
	case !slices.Contains([]string{AmendExempt, AmendWord, AmendLoud, AmendMode, AmendStart, AmendUndo}, a.Kind):
		return errors.New("choose what to change")
	}
	return nil
}

// in makes the change.
func (a *Amendment) in(file File, s Source) ([]byte, error) {
	text := []byte(file.Text)
	switch {
	case a.Kind == AmendStart:
		return text, nil
	case a.Kind == AmendUndo:
		before, err := wholefile.Kept(file.path)
		if errors.Is(err, fs.ErrNotExist) {
			return []byte(startText), nil
		}
		return before, err
	case a.Kind == AmendExempt && a.Person != "":
		return rules.WithExemption(text, "speaker", a.Person)
	case a.Kind == AmendExempt:
		return rules.WithExemption(text, "role", string(a.Role))
	case a.Kind == AmendWord:
		return a.withWord(file, s)
	case a.Kind == AmendLoud:
		return yamltext.Append(text, "rules", a.loud(s.Set))
	case a.Rule == "":
		return rules.WithMode(text, a.Mode)
	}
	where, change := s.Set.Where(a.Rule), rules.Change{Rule: a.Rule, Mode: a.Mode}
	if abs, err := filepath.Abs(where); err == nil && !engine.Shipped(where) && abs == file.path {
		return rules.Edit(text, change)
	}
	other, err := s.Options.ReadFile(where)
	if err != nil {
		return nil, err
	}
	return rules.Override(text, other, engine.UseOf(where, file.path), change)
}

// withWord adds a word to a list. A file that does not use the one that has the list, because the two are only used together, uses it
// from then on.
func (a *Amendment) withWord(file File, s Source) ([]byte, error) {
	use := ""
	alone, err := engine.Load(s.Options, file.path)
	if reached := err == nil && slices.ContainsFunc(alone.Lists(), func(l engine.WordList) bool { return l.Name == a.List }); !reached {
		i := slices.IndexFunc(s.Set.Lists(), func(l engine.WordList) bool { return l.Name == a.List })
		use = engine.UseOf(s.Set.Lists()[i].File, file.path)
	}
	return rules.WithWord([]byte(file.Text), a.List, a.Word, use)
}

// loud is a rule that mutes who is too loud.
func (a *Amendment) loud(set *engine.Set) string {
	id := "too-loud"
	for n := 2; set.Where(id) != ""; n++ {
		id = fmt.Sprintf("too-loud-%d", n)
	}
	return fmt.Sprintf(`id: %s
about: far too loud, or distorted, for three seconds
when: {any: [{heard: {loudness_above: -9dBFS, for: 3s}}, {heard: {clipped: ">5%%", for: 3s}}]}
unless: {role: [host]}
then:
  - flag: {level: low, title: "Too loud: {{speaker}}"}
  - mute: {for: %ds}
`, id, a.Seconds)
}
