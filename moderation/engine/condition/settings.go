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

// Settings are what conditions know of the rules they belong to: what is looked for in the text, and what a profile says of its
// room and people. They are filled in while rules are compiled, and not changed after that.
type Settings struct {
	sources   []source // of the matcher
	matcher   *match.Matcher
	model     *textmodel.Model         // nil until a rule asks it
	Members   map[string][]models.Role // by a person's identity
	Roles     map[models.Role]bool
	Newcomers *rules.Newcomer
	Zone      *time.Location // of times of day; nil: UTC

	remembered []remembered // what is remembered of when it was said
	Languages  []string
	VoteOver   int64
	Ledgers    map[string]rules.Ledger
	SoundP     float64 // the least probability of a word that was matched by its sound

	Reach, Repeats int64 // how far back lines are looked at, in ms
}

// NewSettings are those of no rules yet.
func NewSettings() *Settings {
	return &Settings{
		Members: map[string][]models.Role{}, Roles: map[models.Role]bool{}, Ledgers: map[string]rules.Ledger{}, VoteOver: 20_000,
	}
}

// TextModel tells which text model the rules ask, by the SHA-256 of its file; "" when they ask none.
func (s *Settings) TextModel() string {
	if s.model == nil {
		return ""
	}
	return s.model.Sum()
}

// source is what the rules say of a source of the matcher: a word list in one form, a group of phrases or of patterns, or a
// kind of personal data.
type source struct {
	name string     // of the word list, or ""
	form match.Form // "" for patterns and personal data
	mask bool
}

// RolesOf are all roles of a person: what the platform says (guest when it says nothing) and what people: says.
func (s *Settings) RolesOf(id string, platform models.Role) []models.Role {
	if platform == "" {
		platform = models.RoleGuest
	}
	return append([]models.Role{platform}, s.Members[id]...)
}

// IsHost reports whether somebody has the host's role, from the room or by the rules.
func (s *Settings) IsHost(p models.Speaker) bool {
	return p.Role == models.RoleHost || slices.Contains(s.Members[p.ID], models.RoleHost)
}

// InZone is a time by the clock of the room.
func (s *Settings) InZone(t time.Time) time.Time { return t.In(cmp.Or(s.Zone, time.UTC)) }

// RoleNames are the names of all roles, in order.
func (s *Settings) RoleNames() []string {
	var out []string
	for _, r := range slices.Sorted(maps.Keys(s.Roles)) {
		out = append(out, string(r))
	}
	return out
}

// Mask is a text with the words of masked lists, and personal data that a rule looks for, hidden but for their first letters:
// fit for showing.
func (s *Settings) Mask(text string) string {
	sc := NewContext(s, nil, nil)
	sc.Look(nil, models.Utterance{}, match.WordsOf(models.Utterance{Text: text}))
	out := make([]string, len(sc.Window.Words))
	for i, w := range sc.Window.Words {
		out[i] = w.Text
	}
	for id := range s.sources {
		for i, hide := range sc.masked(slices.Concat(sc.Found[id], sc.Excused[id])) {
			if hide {
				out[i] = Mask(out[i])
			}
		}
	}
	return strings.Join(out, " ")
}
