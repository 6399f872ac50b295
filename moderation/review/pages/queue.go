package pages

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

// Flags on one page of the queue; among how many of the newest the gravest are found, and dismissed at once.
const (
	queued  = 50
	settled = 12
	sifted  = 300
)

// queuePage lists what waits for a person in all rooms, and what was decided last, to be taken back.
type queuePage struct {
	Cursor  string
	Open    []flagView
	Asks    int // of the open ones, those that lapse
	More    bool
	Decided []flagView
	Limit   int
	Tries   bool // words can be tried against the rules
	Filter  filter
	Level   string
	// Alike is how many open flags of the rule that was chosen can be dismissed at once; 0: none.
	Alike int
}

// Levels are what the queue can be narrowed to, the gravest first.
func (queuePage) Levels() []string {
	return []string{string(models.LevelHigh), string(models.LevelMedium), string(models.LevelLow), string(models.LevelInfo)}
}

// Narrowed says that not everything that waits is shown.
func (d queuePage) Narrowed() bool { return d.Filter.Set() || d.Level != "" }

// queue is the page of the open flags of all rooms: asks on top, the one that lapses first before the others, then the gravest and
// the newest flags.
func (s flagPages) queue(r *http.Request) (view, error) {
	data := queuePage{Cursor: s.Hub.Text(s.Hub.Cursor()), Limit: queued, Tries: s.trial("") != nil, Level: r.URL.Query().Get("level")}
	var err error
	if data.Filter, err = recordPages(s).filter(r); err != nil {
		return view{}, err
	}
	open, err := s.waiting(r.Context(), data.Filter.Filter, data.Level)
	if err != nil {
		return view{}, err
	}
	if data.Filter.Rule != "" && !slices.ContainsFunc(open, func(f flagView) bool { return !f.Decides }) && len(open) > 1 {
		data.Alike = len(open)
	}
	if len(open) > queued {
		open, data.More = open[:queued], true
	}
	decided, err := s.places(r.Context(), models.FlagQuery{Decided: true, Limit: settled}, "queue")
	if err != nil {
		return view{}, err
	}
	data.Open, data.Decided = open, decided
	for _, f := range open {
		if f.Ask != nil {
			data.Asks++
		}
	}
	return view{page: "queue", title: "Queue", nav: "queue", waiting: data.Filter.Waiting, data: data}, nil
}

// waiting finds the open flags that a filter lets through, as the queue orders them.
func (s flagPages) waiting(ctx context.Context, only record.Filter, level string) ([]flagView, error) {
	open, err := s.places(ctx, models.FlagQuery{
		Status: models.FlagOpen, Room: only.Room, Rule: only.Rule, Speaker: only.Speaker, Limit: sifted,
	}, "queue")
	open = slices.DeleteFunc(open, func(f flagView) bool { return level != "" && f.Level != level })
	slices.SortStableFunc(open, func(a, b flagView) int {
		return cmp.Or(cmp.Compare(a.Ask.rank(), b.Ask.rank()), cmp.Compare(models.Level(b.Level).Rank(), models.Level(a.Level).Rank()))
	})
	return open, err
}

// dismissAlike is POST /queue/dismiss: it dismisses all open flags of one rule that the form's filter lets through.
func (s flagPages) dismissAlike(w http.ResponseWriter, r *http.Request) {
	err := web.ReadForm(r)
	only := record.FilterOf(r.PostForm)
	if err == nil && only.Rule == "" {
		err = fmt.Errorf("dismiss: no rule: %w", models.ErrInvalid)
	}
	var open []flagView
	if err == nil {
		open, err = s.waiting(r.Context(), only, r.PostFormValue("level"))
	}
	if err == nil && len(open) > 0 && !slices.ContainsFunc(open, func(f flagView) bool { return f.Decides }) {
		err = fmt.Errorf("dismiss: %w", models.ErrForbidden)
	}
	for _, f := range open {
		if err == nil && f.Decides {
			_, err = s.Record.Decide(r.Context(), f.Flag, record.Answer{Status: models.FlagDismissed})
		}
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	http.Redirect(w, r, "/queue", http.StatusSeeOther)
}

// places finds flags that the visitor may see, as views.
func (s *Pages) places(ctx context.Context, q models.FlagQuery, back string) ([]flagView, error) {
	who := auth.VisitorOf(ctx)
	found, err := s.Record.Flags(ctx, q)
	if err != nil {
		return nil, err
	}
	var out []flagView
	names := map[string]map[string]string{}
	for _, p := range found {
		room := p.Session.Room
		if _, ok := names[room]; !ok {
			if names[room], err = s.Record.Names(ctx, room); err != nil {
				return nil, err
			}
		}
		out = append(out, s.placed(p, who, back, newCastOf(room, names[room], nil)))
	}
	return out, nil
}

// placed is a flag as it is shown away from its transcript: with its room, its day and its whole line.
func (s *Pages) placed(p models.FlagPlace, who auth.Visitor, back string, c *cast) flagView {
	paint := s.painter(p.Session, who, c)
	paint.back = back
	if p.Evidence != nil {
		paint.clips[p.Utterance.Key] = *p.Evidence
	}
	paint.learn(p)
	v := paint.flag(p.Flag)
	t := p.Session.Started.In(s.Location)
	v.Room, v.Day = sessionName(p.Session), day(t, s.Now().In(s.Location))
	v.Line = markMatches(p.Utterance, []models.Flag{p.Flag})
	if v.Clip != nil {
		v.Words = timedWords(p.Utterance, []models.Flag{p.Flag}, *p.Evidence)
	}
	v.Doubt = len(p.Utterance.Doubt) > 0
	return v
}

// painter makes the views of one session for one visitor.
func (s *Pages) painter(ses models.Session, who auth.Visitor, c *cast) *painter {
	p := &painter{s: s, ses: ses, cast: c, back: "session", clips: map[models.Key]models.Evidence{}}
	p.decides, p.redacts = who.May(ses.Room, models.AccessReviewer), who.May(ses.Room, models.AccessHost)
	if s.Record.Actor != nil && who.May(ses.Room, models.AccessHost) {
		p.acts, p.can = true, s.Record.Actor.Verbs(ses.ID)
		p.verbs = offers(p.can)
	}
	return p
}

// offer is a button for something that can be done in the room.
type offer struct {
	Verb  models.Verb
	Label string
}

// grave says that a verb sends somebody out, which the page asks for twice.
func grave(verb any) bool {
	v := fmt.Sprint(verb)
	return v == string(models.VerbRemove) || v == string(models.VerbBan)
}

// content is a short digest of all that a view shows: the script leaves an element alone while that is the same.
func content(v any) (string, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("content: %w", err)
	}
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:6]), nil
}

// offers are the buttons for those verbs that a host presses; the others are for rules.
func offers(can []models.Verb) (out []offer) {
	labels := map[models.Verb]string{models.VerbWarn: "Warn", models.VerbMute: "Mute 60s", models.VerbRemove: "Remove"}
	for _, v := range can {
		if l := labels[v]; l != "" {
			out = append(out, offer{v, l})
		}
	}
	return out
}
