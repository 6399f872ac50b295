package tune

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"earshot/models"
	"earshot/moderation/engine"
)

// evening is a stored session: each line is flagged by a rule and confirmed (+), dismissed (-) or left open (?), or not flagged.
func evening(rule string, lines ...string) Session {
	s := Session{Session: models.Session{ID: "s"}, People: []models.Speaker{{ID: "ana"}, {ID: "ben", Role: models.RoleSpeaker}}}
	status := map[byte]models.FlagStatus{'+': models.FlagConfirmed, '-': models.FlagDismissed, '?': models.FlagOpen}
	for i, l := range lines {
		who := "ana"
		if text, ok := strings.CutPrefix(l[1:], "ben: "); ok {
			who, l = "ben", l[:1]+text
		}
		key := models.Key{Session: "s", Epoch: 1, Track: who, Seq: i + 1}
		u := models.Utterance{
			Key: key, SpeakerID: who, SpeakerName: who, Text: l[1:], StartMS: int64(i) * 20_000, EndMS: int64(i)*20_000 + 4000, VoicedMS: 3900,
			Language: "en", Attribution: models.AttributionTrack,
		}
		for j, w := range strings.Fields(u.Text) {
			u.Words = append(u.Words, models.Word{Text: w, StartMS: u.StartMS + int64(j)*200, EndMS: u.StartMS + int64(j)*200 + 150, P: 1})
		}
		s.Lines = append(s.Lines, u)
		if st, ok := status[l[0]]; ok {
			f := models.Flag{ID: fmt.Sprint(i), Session: "s", Utterance: key, SpeakerID: who, Rule: rule, Status: st}
			for _, w := range u.Words {
				if strings.Contains(strings.ToLower(w.Text), "daft") || strings.Contains(strings.ToLower(w.Text), "idiot") {
					f.Matched = append(f.Matched, w)
				}
			}
			s.Flags = append(s.Flags, f)
		}
	}
	return s
}

func once(sessions ...Session) Sessions {
	return func(do func(Session) error) error {
		for _, s := range sessions {
			if err := do(s); err != nil {
				return err
			}
		}
		return nil
	}
}

// file is a rule file of a host.
func file(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const rude = `schema: 1
rules:
  - id: rude # our word
    when: {says: {phrase: [daft]}}
    then: [flag: {}, ask: {}]
`

func run(t *testing.T, opts Options, s ...Session) Result {
	t.Helper()
	got, err := Run(t.Context(), opts, once(s...))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// of is the proposal of a kind.
func of(t *testing.T, r Result, k kind) Proposal {
	t.Helper()
	i := slices.IndexFunc(r.Proposals, func(p Proposal) bool { return p.kind == k })
	if i < 0 {
		t.Fatalf("no such proposal: %+v", r)
	}
	return r.Proposals[i]
}

func TestWhatWasDismissedIsSpared(t *testing.T) {
	opts := Options{Paths: []string{file(t, "mine.yaml", rude)}}
	got := run(t, opts, evening(
		"rude", "-I love daft punk", "-the new daft punk record", "+you are so daft", "?what a daft idea", " hello there", "-Daft Punk rules",
	))
	p := of(t, got, phrase)
	if !slices.Equal(p.phrases, []string{"daft punk"}) || p.Before != (Figures{5, 5, 1, 3}) || p.After != (Figures{2, 2, 1, 0}) ||
		p.Lost() != 0 {
		t.Errorf("%+v", p)
	}
	if len(got.Proposals) != 1 || got.Sessions != 1 || got.Lines != 6 || got.Rules[0].Now != p.Before {
		t.Errorf("%+v", got)
	}
	if !slices.ContainsFunc(p.Warnings, func(w string) bool { return strings.Contains(w, "only 4 decisions") }) {
		t.Errorf("warnings: %q", p.Warnings)
	}
	e, err := opts.Edit(p, "")
	if err != nil || string(e.New) != strings.Replace(rude, "    then:", "    "+p.YAML+"\n    then:", 1) {
		t.Errorf("%v\n%s", err, e.New)
	}
}

func TestWhatWasConfirmedIsKept(t *testing.T) {
	opts := Options{Paths: []string{file(t, "mine.yaml", rude)}}
	got := run(t, opts, evening("rude", "-you daft thing", "+you daft thing", "-you are daft", "+you are daft"))
	if len(got.Proposals) > 0 {
		t.Errorf("%+v", got.Proposals)
	}
	got = run(t, opts, evening("rude", "-ben: so daft", "-ben: how daft of me", "+you are daft"))
	if p := of(t, got, role); p.YAML != "unless: {role: [speaker]}" || p.After.Confirmed != 1 || p.After.Dismissed != 0 {
		t.Errorf("%+v", p)
	}
	got = run(t, opts, evening("rude", "-he said you are daft", "-she said they were daft", "+that is daft"))
	if p := of(t, got, reported); p.After != (Figures{1, 1, 1, 0}) {
		t.Errorf("%+v", p)
	}
}

func TestAHigherScoreIsTheLeastThatHelps(t *testing.T) {
	set := "schema: 1\nrules:\n  - {id: i, when: {means: {insult: \">=0.5\"}}, then: [flag: {}, ask: {}]}\n"
	opts := Options{Paths: []string{file(t, "mine.yaml", set)}}
	lines := []string{
		"+you are such a stupid idiot and everybody hates you", "+shut up you ugly worthless idiot", "-oh you silly goose",
		"-you are such a clown today",
		"-oh you silly thing", "-come on you fool", "-you little rascal you",
	}
	got := run(t, opts, evening("i", lines...))
	if f := got.Rules[0].Now; f.Dismissed < 2 {
		t.Fatalf("the lines are too mild for the test: %+v", f)
	}
	p := of(t, got, stricter)
	if p.After.Confirmed != 2 || p.After.Dismissed >= p.Before.Dismissed || p.Lost() != 0 {
		t.Errorf("%+v", p)
	}
	e, err := opts.Edit(p, "")
	if err != nil || !strings.Contains(string(e.New), fmt.Sprintf("insult: %q", p.YAML[len("means: {insult: \""):len(p.YAML)-2])) {
		t.Errorf("%v\n%s", err, e.New)
	}
}

func TestALossIsToldAndMustBeWorthIt(t *testing.T) {
	p := Proposal{Before: Figures{40, 40, 10, 20}, After: Figures{20, 20, 9, 3}}
	if got := p.warnings(); p.gain() != 12 ||
		!strings.Contains(strings.Join(got, "|"), "1 flag that hosts confirmed would no longer be raised") {
		t.Errorf("gain %d, %q", p.gain(), got)
	}
	p.After.Confirmed = 6
	if p.worth() {
		t.Errorf("four confirmed flags were given up for %d", p.gain())
	}
	wider := Proposal{kind: milder, Before: Figures{10, 10, 5, 1}, After: Figures{14, 14, 8, 2}}
	if got := wider.warnings(); wider.gain() != 3 ||
		!strings.Contains(strings.Join(got, "|"), "it would flag 4 lines more, 0 of them undecided, and ask 4 more times") {
		t.Errorf("gain %d, %q", wider.gain(), got)
	}
	if wider.After.Dismissed = 4; wider.gain() != 0 {
		t.Errorf("three further dismissals bring %d", wider.gain())
	}
}

func TestARuleOfThePackIsChangedInTheFileOfTheHost(t *testing.T) {
	packs := fstest.MapFS{
		"pack.yaml": {
			Data: []byte("schema: 1\nwords: {w: [daft]}\nrules:\n  - {id: rude, when: {says: {words: w}}, then: [flag: {}, ask: {}]}\n"),
		},
	}
	s := evening("rude", "-I love daft punk", "-the new daft punk record", "+you are so daft")
	opts := Options{Load: engine.LoadOptions{FS: packs}, Paths: []string{"pack"}}
	p := of(t, run(t, opts, s), phrase)
	if _, err := opts.Edit(p, ""); !errors.Is(err, errNoFile) {
		t.Errorf("%v", err)
	}
	fresh := filepath.Join(t.TempDir(), "ours.yaml")
	e, err := opts.Edit(p, fresh)
	if err != nil || e.Old != nil || !strings.HasPrefix(string(e.New), "schema: 1\nuse: [pack.yaml]\n\nrules:\n  - ") {
		t.Errorf("%v\n%s", err, e.New)
	}
	opts.Paths = append(opts.Paths, file(t, "mine.yaml", "schema: 1\nabout: ours\n"))
	e, err = opts.Edit(p, "")
	if err != nil || e.Path != opts.Paths[1] || !strings.Contains(string(e.New), "override: yes") {
		t.Fatalf("%v\n%s", err, e.New)
	}
	if err := os.WriteFile(e.Path, e.New, 0o600); err != nil {
		t.Fatal(err)
	}
	after := run(t, opts, s)
	if f := after.Rules[0]; f.Now.Dismissed != 0 || f.Now.Confirmed != 1 || f.File != e.Path {
		t.Errorf("%+v", after)
	}
}

func TestMaskedWordsOfProposalsAreHidden(t *testing.T) {
	text := "schema: 1\nwords: {w: {list: [daft], mask: true}}\nrules:\n  - {id: rude, when: {says: {words: w}}, then: [flag: {}, ask: {}]}\n"
	opts := Options{Paths: []string{file(t, "mine.yaml", text)}}
	set, err := engine.Load(opts.Load, opts.Paths...)
	if err != nil {
		t.Fatal(err)
	}
	p := of(t, run(t, opts, evening("rude", "-I love daft punk", "-the new daft punk record")), phrase)
	if m := p.Masked(set); strings.Contains(m.Text+m.YAML, "daft") || !strings.Contains(m.YAML, "punk") ||
		!strings.Contains(p.YAML, "daft punk") {
		t.Errorf("%s, %s", m.Text, m.YAML)
	}
}
