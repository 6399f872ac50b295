package condition

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/match"
	"earshot/moderation/match/textmodel"
	"earshot/moderation/rules"
)

// Settings is what conditions know about their rule set: what is matched in the text, and what a profile defines for its room and
// people. They are filled in during compilation, and not changed afterwards.
type Settings struct {
	sources   []source // of the matcher
	matcher   *match.Matcher
	models    []*textmodel.Model       // the first that knows a line's language is used; nil until a rule needs one
	Members   map[string][]models.Role // by a person's identity
	Roles     map[models.Role]bool
	Newcomers *rules.Newcomer
	Zone      *time.Location // of times of day; nil: UTC

	remembered []remembered // what must be remembered about when it was said
	Languages  []string
	VoteOver   int64
	Ledgers    map[string]rules.Ledger
	SoundP     float64 // the minimum probability of a word matched by sound

	Reach, Repeats int64 // how far back lines are needed, in ms
}

// NewSettings returns the settings of an empty rule set.
func NewSettings() *Settings {
	return &Settings{
		Members: map[string][]models.Role{}, Roles: map[models.Role]bool{}, Ledgers: map[string]rules.Ledger{}, VoteOver: 20_000,
	}
}

// TextModel identifies the text models that the rules use, by the SHA-256 of their files joined with "+"; "" if they use none.
func (s *Settings) TextModel() string {
	sums := make([]string, len(s.models))
	for i, m := range s.models {
		sums[i] = m.Sum()
	}
	return strings.Join(sums, "+")
}

// MeaningKnown reports whether a text model knows one of the languages that the room allows, or the room allows any.
func (s *Settings) MeaningKnown() bool { return s.textModel("") != nil }

// textModel returns the text model that knows a language, or nil. A line of unknown language is taken to be in one of those that the
// room allows, if it restricts them.
func (s *Settings) textModel(language string) *textmodel.Model {
	for _, m := range s.models {
		if m.Knows(language) || language == "" && (len(s.Languages) == 0 || slices.ContainsFunc(s.Languages, m.Knows)) {
			return m
		}
	}
	return nil
}

// source describes a source of the matcher: a word list in one form, a group of phrases or of patterns, or a kind of personal data.
type source struct {
	name string     // of the word list, or ""
	form match.Form // "" for patterns and personal data
	mask bool
}

// RolesOf returns all roles of a person: the platform's (guest if it reports none) and those under people:.
func (s *Settings) RolesOf(id string, platform models.Role) []models.Role {
	if platform == "" {
		platform = models.RoleGuest
	}
	return append([]models.Role{platform}, s.Members[id]...)
}

// IsHost reports whether somebody has the host role, from the room or from the rules.
func (s *Settings) IsHost(p models.Speaker) bool {
	return p.Role == models.RoleHost || slices.Contains(s.Members[p.ID], models.RoleHost)
}

// InZone returns a time in the room's time zone.
func (s *Settings) InZone(t time.Time) time.Time { return t.In(cmp.Or(s.Zone, time.UTC)) }

// RoleNames returns the names of all roles, in order.
func (s *Settings) RoleNames() []string {
	var out []string
	for _, r := range slices.Sorted(maps.Keys(s.Roles)) {
		out = append(out, string(r))
	}
	return out
}

// Mask returns a text for display: words of masked lists, and personal data that a rule looks for, are hidden except for their first
// letters.
func (s *Settings) Mask(text string) string {
	sc := NewContext(s, nil, nil)
	sc.Look(nil, models.Utterance{}, match.WordsOf(models.Utterance{Text: text}))
	out := make([]string, len(sc.Window.Words))
	for i, w := range sc.Window.Words {
		out[i] = w.Text
	}
	for id := range s.sources {
		for i, hide := range sc.masked(slices.Concat(sc.Found(id), sc.Excused(id))) {
			if hide {
				out[i] = Mask(out[i])
			}
		}
	}
	return strings.Join(out, " ")
}
