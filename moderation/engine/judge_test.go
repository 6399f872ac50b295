//go:build !race

package engine

import (
	"strings"
	"testing"
	"time"

	"earshot/models"
)

const roomRules = `schema: 1
profile: room
people: {keynote: [id-9]}
words:
  rude:
    list: [pig, "bad apple", idiot]
    never: [guinea pig]
rules:
  - id: rude
    when: {says: {words: rude}}
    unless: {role: [host, keynote]}
    then: [flag: {level: medium, title: "Rude ({{match}}) by {{speaker}}"}]
  - id: buy
    when: {says: {phrase: buy now, gap: 2}}
    then: [flag: {level: high}]
  - id: both
    mode: watch
    when: {all: [{says: {phrase: hello}}, {says: {pattern: "pay (me|us)"}}, {none: [{says: {phrase: please}}]}]}
    then: [flag: {level: info}]
`

// line is an utterance in which every word takes 100 ms.
func line(text string, p float32) models.Utterance {
	u := models.Utterance{
		Key: models.Key{Session: "s", Epoch: 1, Track: "t", Seq: 1}, SpeakerID: "id-1", SpeakerName: "Ben", State: models.UtteranceOK,
		Attribution: models.AttributionTrack, StartMS: 1000, Text: text, LogProb: -0.1,
	}
	at := u.StartMS
	for _, w := range strings.Fields(text) {
		u.Words = append(u.Words, models.Word{Text: w, StartMS: at, EndMS: at + 100, P: p})
		at += 100
	}
	u.EndMS, u.VoicedMS = at, at-u.StartMS
	return u
}

// brief formats the flags as rule/mode/matched.
func brief(flags []models.Flag) string {
	var out []string
	for _, f := range flags {
		var words []string
		for _, w := range f.Matched {
			words = append(words, w.Text)
		}
		out = append(out, f.Rule+"/"+string(f.Mode)+"/"+strings.Join(words, " "))
	}
	return strings.Join(out, "; ")
}

func TestJudge(t *testing.T) {
	set := mustLoad(t, roomRules)
	for _, c := range []struct{ say, want string }{
		{"you are a pig", "rude/suggest/pig"},
		{"You, PIG! You bad, apple.", "rude/suggest/PIG! bad, apple."},
		{"the guinea pig", ""},
		{"the guinea pig, you pig", "rude/suggest/pig"},
		{"pigs and piglets", ""},
		{"piiiig", "rude/suggest/piiiig"},
		{"buy now", "buy/suggest/buy now"},
		{"buy it all now", "buy/suggest/buy now"},
		{"buy this or that now", ""},
		{"buy a buy or b now", "buy/suggest/buy now"},
		{"hello pay me", "both/watch/hello pay me"},
		{"hello please pay me", ""},
		{"hello prepay me", ""},
		{"buy the pig now", "buy/suggest/buy now; rude/suggest/pig"},
		{"", ""},
		{"... !", ""},
	} {
		s := NewSession(set, models.Session{ID: "s"})
		if got := brief(s.Judge(line(c.say, 0.9))); got != c.want {
			t.Errorf("%q: %s, want %s", c.say, got, c.want)
		}
	}
}

func TestFlag(t *testing.T) {
	set := mustLoad(t, roomRules)
	s := NewSession(set, models.Session{ID: "s", Started: time.Unix(100, 0)})
	u := line("well you bad apple", 0.7)
	flags := s.Judge(u)
	if len(flags) != 1 {
		t.Fatalf("%d flags", len(flags))
	}
	f := flags[0]
	want := models.Flag{
		ID: f.ID, Session: "s", Utterance: u.Key, SpeakerID: "id-1", SpeakerName: "Ben", Rule: "rude", Pack: "main",
		Hash: set.Rules()[2].Hash, Level: models.LevelMedium, Mode: models.ModeSuggest, Title: "Rude (b•• a••••) by Ben",
		Matched: f.Matched, StartMS: 1200, EndMS: 1400, Why: `matched "b•• a••••" in main; both words were at least likely`,
		Status: models.FlagOpen, Created: time.Unix(101, 400e6),
	}
	if len(f.ID) != 20 || f.Hash == "" || len(f.Matched) != 2 || f.Matched[0] != u.Words[2] {
		t.Errorf("id %q, hash %q, matched %v", f.ID, f.Hash, f.Matched)
	}
	if f.Matched = want.Matched; !f.Created.Equal(want.Created) {
		t.Errorf("created %v", f.Created)
	}
	f.Created = want.Created
	if got, want := jsonOf(t, f), jsonOf(t, want); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if again := s.Judge(u); again[0].ID != f.ID {
		t.Error("judging again gives another id")
	}
	u.Seq++
	if other := s.Judge(u); other[0].ID == f.ID {
		t.Error("another line gives the same id")
	}
}

func TestRoles(t *testing.T) {
	set := mustLoad(t, roomRules)
	s := NewSession(set, models.Session{})
	u := line("idiot", 1)
	if len(s.Judge(u)) != 1 {
		t.Error("a guest is not flagged")
	}
	s.Person(models.Speaker{ID: "id-1", Role: models.RoleHost})
	if len(s.Judge(u)) != 0 {
		t.Error("the host is flagged")
	}
	s.Person(models.Speaker{ID: "id-1", Role: models.RoleSpeaker})
	if len(s.Judge(u)) != 1 {
		t.Error("a former host is not flagged")
	}
	if u.SpeakerID = "id-9"; len(s.Judge(u)) != 0 {
		t.Error("people: is not used")
	}
}

// TestGates checks that a line which fails any trust gate is only flagged.
func TestGates(t *testing.T) {
	set := mustLoad(t, strings.Replace(roomRules, "profile: room", "profile: room\nmode: act", 1))
	for name, spoil := range map[string]func(*models.Utterance){
		"":                              func(*models.Utterance) {},
		"too unsure to act on":          func(u *models.Utterance) { u.Words[1].P = 0.59 },
		"doubtful (phantom, low voice)": func(u *models.Utterance) { u.Doubt = []models.Doubt{models.DoubtPhantom, models.DoubtLowVoice} },
		"recognised poorly":             func(u *models.Utterance) { u.LogProb = -0.81 },
		"too little of the audio":       func(u *models.Utterance) { u.VoicedMS = 50 },
		"packet loss was too high":      func(u *models.Utterance) { u.ConcealedMS = 40 },
		"not certain who spoke":         func(u *models.Utterance) { u.Attribution = models.AttributionPlatform },
		"too late":                      func(u *models.Utterance) { u.LateMS = 30_001 },
		"heard surely enough; unsure":   nil,
	} {
		if spoil == nil {
			continue
		}
		u := line("the idiot speaks", 0.9)
		spoil(&u)
		flags := NewSession(set, models.Session{}).Judge(u)
		if len(flags) != 1 {
			t.Fatalf("%s: %d flags", name, len(flags))
		}
		want := models.ModeWatch
		if name == "" {
			want = models.ModeAct
		}
		if flags[0].Mode != want || !strings.Contains(flags[0].Why, name) {
			t.Errorf("%s: mode %s, why %s", name, flags[0].Mode, flags[0].Why)
		}
	}
}

// TestSureMatchDecides checks that a doubtful match beside a sure one neither weakens the verdict nor is quoted as its reason.
func TestSureMatchDecides(t *testing.T) {
	set := mustLoad(t, roomRules)
	u := line("idiot and idiot", 0.9)
	u.Words[0].P = 0.2
	flags := NewSession(set, models.Session{}).Judge(u)
	if len(flags) != 1 || flags[0].Mode != models.ModeSuggest || len(flags[0].Matched) != 1 || flags[0].StartMS != 1200 {
		t.Errorf("%+v", flags)
	}
	u = line("hello pay me please", 0.9)
	u.Words[3].P = 0.1 // an unsure "please" still excuses
	if flags := NewSession(set, models.Session{}).Judge(u); len(flags) != 0 {
		t.Errorf("%+v", flags)
	}
}

func TestTextWithoutWordsIsWatchedOnly(t *testing.T) {
	set := mustLoad(t, roomRules)
	u := line("you idiot", 1)
	u.Words = nil
	flags := NewSession(set, models.Session{}).Judge(u)
	if len(flags) != 1 || flags[0].Mode != models.ModeWatch || flags[0].StartMS != u.StartMS {
		t.Errorf("%+v", flags)
	}
	u.State = models.UtteranceFailed
	if len(NewSession(set, models.Session{}).Judge(u)) != 0 {
		t.Error("a line that could not be decoded is flagged")
	}
}

// TestHash checks that hashes depend on the meaning of rules and not on their layout.
func TestHash(t *testing.T) {
	set := mustLoad(t, roomRules)
	same := mustLoad(t, "# a comment\n\n"+strings.Replace(roomRules, `[pig, "bad apple", idiot]`, `[idiot, bad apple, pig]`, 1))
	if set.Hash() != same.Hash() {
		t.Error("layout changes the hash")
	}
	for _, change := range [][2]string{
		{"idiot]", "idiot, oaf]"},
		{"guinea pig", "small pig"},
		{"level: high", "level: low"},
		{"gap: 2", "gap: 1"},
		{"id-9", "id-8"},
		{"host, keynote", "host"},
		{"mode: watch", "mode: act"},
	} {
		if other := mustLoad(t, strings.Replace(roomRules, change[0], change[1], 1)); other.Hash() == set.Hash() {
			t.Errorf("%s does not change the hash", change[1])
		}
	}
	word := mustLoad(t, strings.Replace(roomRules, "idiot]", "idiot, oaf]", 1))
	for i, r := range set.Rules() {
		if changed := r.Hash != word.Rules()[i].Hash; changed != (r.ID == "rude") {
			t.Errorf("rule %s: changed is %v after a change of its list", r.ID, changed)
		}
	}
}

// TestReasonsAreSaidOnce: lists of which nothing was said are one reason, and no reason is repeated.
func TestReasonsAreSaidOnce(t *testing.T) {
	set := mustLoad(t, `schema: 1
words: {a: [pig], b: [oaf], c: [cad]}
rules:
  - id: r
    when:
      any:
        - says: {words: a}
        - says: {phrase: go away}
        - all: [{any: [{says: {words: b}}, {says: {words: c}}]}, {role: [guest]}]
        - says: {phrase: go home}
    then: [flag: {level: low}]
`)
	vs, err := set.Try(Example{Say: []string{"good evening"}, WordP: 1})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := vs[0].WhyNot, "nothing from the lists a, b, c was said; no phrase or pattern of it was said"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTry(t *testing.T) {
	set := mustLoad(t, roomRules)
	vs, err := set.Try(Example{Say: []string{"the guinea pig", "buy it now"}, WordP: 1})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range vs {
		got = append(got, v.Rule+": "+v.Why+v.WhyNot)
	}
	want := []string{
		`buy: matched "buy" and "now" in main; both words were clear`,
		`rude: "p••" was said where the list rude has never:`,
		`both: no phrase or pattern of it was said`,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	vs, _ = set.Try(Example{Say: []string{"idiot"}, By: "keynote", WordP: 1, Show: true})
	for _, v := range vs {
		if v.Rule == "rude" && v.WhyNot != "excused by unless: the speaker is keynote" {
			t.Error(v.WhyNot)
		}
	}
	if _, err := set.Try(Example{By: "hots"}); err == nil || !strings.Contains(err.Error(), `did you mean "host"?`) {
		t.Error(err)
	}
	if got := set.Mask("You idiot, the guinea pig."); got != "You i••••• the guinea p•••" {
		t.Errorf("masked: %s", got)
	}
}
