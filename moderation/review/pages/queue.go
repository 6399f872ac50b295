package pages

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

// The number of flags on one page of the queue; among how many of the newest the most severe are selected; and how many can be
// dismissed at once.
const (
	queued  = 50
	settled = 12
	sifted  = 300
)

// queuePage lists what is pending in all rooms, and the latest decisions, which can be undone.
type queuePage struct {
	Open    []*card
	Asks    int // of the open ones, those that expire
	Flags   int // on the open ones
	More    bool
	Decided []*card
	Limit   int
	Tries   bool // phrases can be tried against the rules
	Filter  filter
	Level   string
	// Alike are the open flags of the selected rule that can be dismissed at once, if there are several.
	Alike []string
	// Renewed says that the script has the page, and inserts only what is new.
	Renewed bool
}

// Levels are the levels that the queue can be filtered by, most severe first.
func (queuePage) Levels() []string {
	return []string{string(models.LevelHigh), string(models.LevelMedium), string(models.LevelLow), string(models.LevelInfo)}
}

// Narrowed reports whether a filter is set.
func (d queuePage) Narrowed() bool { return d.Filter.Set() || d.Level != "" }

// queue is the page of the open flags of all rooms: asks first, ordered by expiry, then the most severe and newest flags.
func (s flagPages) queue(r *http.Request) (view, error) {
	data := queuePage{Limit: queued, Tries: s.trial("") != nil, Level: r.URL.Query().Get("level")}
	var err error
	if data.Filter, err = recordPages(s).filter(r); err != nil {
		return view{}, err
	}
	open, err := s.pending(r.Context(), data.Filter.Filter, data.Level)
	if err != nil {
		return view{}, err
	}
	if data.Filter.Rule != "" && !slices.ContainsFunc(open, func(f placed) bool { return !f.Decides }) && len(open) > 1 {
		for _, f := range open {
			data.Alike = append(data.Alike, f.Flag)
		}
	}
	if data.Open, err = s.cards(r.Context(), open, data.Narrowed()); err != nil {
		return view{}, err
	}
	if data.More = len(data.Open) > queued; data.More {
		data.Open = data.Open[:queued]
	}
	if err := s.surroundAll(r.Context(), data.Open); err != nil {
		return view{}, err
	}
	decided, err := s.found(r.Context(), models.FlagQuery{Decided: true, Limit: settled}, "queue")
	if err != nil {
		return view{}, err
	}
	data.Decided = cardsOf(decided)
	for _, c := range data.Open {
		data.Flags += len(c.Flags)
		if c.Ask != nil {
			data.Asks++
		}
	}
	if err := data.digest(r); err != nil {
		return view{}, err
	}
	return view{page: "queue", title: "Queue", nav: "queue", data: data}, nil
}

// count is GET /queue/waiting: the number in the navigation, for a page that is told that it may have changed.
func (s flagPages) count(r *http.Request) (view, error) {
	n, err := s.waiting(r.Context())
	return view{page: "queue", piece: "waiting", data: n}, err
}

// pending returns the open flags that match a filter, in the order of the queue.
func (s flagPages) pending(ctx context.Context, only record.Filter, level string) ([]placed, error) {
	open, err := s.found(ctx, models.FlagQuery{
		Status: models.FlagOpen, Room: only.Room, Rule: only.Rule, Speaker: only.Speaker, Limit: sifted,
	}, "queue")
	open = slices.DeleteFunc(open, func(f placed) bool { return level != "" && f.Level != level })
	slices.SortStableFunc(open, func(a, b placed) int {
		return cmp.Or(cmp.Compare(a.Ask.rank(), b.Ask.rank()), cmp.Compare(models.Level(b.Level).Rank(), models.Level(a.Level).Rank()))
	})
	return open, err
}

// dismissAlike is POST /queue/dismiss: it dismisses the flags of one rule that the page listed, and no flag that was raised since. With
// the status "open" it reopens them.
func (s flagPages) dismissAlike(w http.ResponseWriter, r *http.Request) {
	err := web.ReadForm(r)
	status := models.FlagStatus(cmp.Or(r.PostFormValue("status"), string(models.FlagDismissed)))
	if err == nil && (r.PostFormValue("rule") == "" || status != models.FlagDismissed && status != models.FlagOpen) {
		err = fmt.Errorf("dismiss: no rule, or another status: %w", models.ErrInvalid)
	}
	if err == nil {
		err = s.decideAlike(r.Context(), r.PostForm["flag"], r.PostFormValue("rule"), status)
	}
	switch {
	case err != nil:
		s.Fail(w, r, err)
	case r.Header.Get(pieceHeader) == "":
		http.Redirect(w, r, "/queue", http.StatusSeeOther)
	default:
		w.WriteHeader(http.StatusNoContent)
	}
}

// decideAlike decides flags of one rule. One that somebody else has confirmed meanwhile keeps that decision.
func (s flagPages) decideAlike(ctx context.Context, flags []string, rule string, status models.FlagStatus) error {
	for _, id := range flags {
		p, err := s.Record.Flag(ctx, id)
		switch {
		case err != nil:
			return err
		case p.Flag.Rule != rule:
			return fmt.Errorf("dismiss: a flag of another rule: %w", models.ErrInvalid)
		case p.Flag.Status == models.FlagConfirmed:
			continue
		}
		if _, err := s.Record.Decide(ctx, id, record.Answer{Status: status}); err != nil {
			return err
		}
	}
	return nil
}

// digest determines what the script has already.
func (d *queuePage) digest(r *http.Request) error {
	_, d.Renewed = r.Header[haveHeader]
	return sealCards(r, slices.Concat(d.Open, d.Decided))
}

func sealCards(r *http.Request, cards []*card) error {
	has := held(r)
	for _, c := range cards {
		if err := c.seal(c, has); err != nil {
			return err
		}
	}
	return nil
}

// whole creates cards for flags outside their transcripts, with everything needed for a decision.
func (s flagPages) whole(r *http.Request, flags []placed) ([]*card, error) {
	cards := cardsOf(flags)
	if err := s.surroundAll(r.Context(), cards); err != nil {
		return nil, err
	}
	return cards, sealCards(r, cards)
}

// cards groups open flags by line. If the queue is filtered to some flags of a line, the others are still part of its card.
func (s flagPages) cards(ctx context.Context, open []placed, narrowed bool) ([]*card, error) {
	if narrowed {
		all, err := s.found(ctx, models.FlagQuery{Status: models.FlagOpen, Limit: sifted}, "queue")
		if err != nil {
			return nil, err
		}
		lines := map[models.Key]bool{}
		for _, f := range open {
			lines[f.place.Flag.Utterance] = true
		}
		for _, f := range all {
			has := slices.ContainsFunc(open, func(x placed) bool { return x.Flag == f.Flag })
			if lines[f.place.Flag.Utterance] && !has {
				open = append(open, f)
			}
		}
	}
	return cardsOf(open), nil
}

// placed is a flag outside its transcript, with its source data.
type placed struct {
	flagView
	place models.FlagPlace
	cast  *cast
}

// found returns flags that the visitor may see.
func (s *Pages) found(ctx context.Context, q models.FlagQuery, back string) ([]placed, error) {
	who := auth.VisitorOf(ctx)
	found, err := s.Record.Flags(ctx, q)
	if err != nil {
		return nil, err
	}
	var out []placed
	names, casts := map[string]map[string]string{}, map[string]*cast{}
	for _, p := range found {
		room := p.Session.Room
		if _, ok := names[room]; !ok {
			if names[room], err = s.Record.Names(ctx, room); err != nil {
				return nil, err
			}
		}
		known := casts[p.Session.ID]
		if known == nil {
			speakers, err := s.Record.Speakers(ctx, p.Session.ID)
			if err != nil {
				return nil, err
			}
			known = newCastOf(room, names[room], speakers) // everybody has the same colour as on the session's page
			casts[p.Session.ID] = known
		}
		out = append(out, placed{s.placed(p, who, back, known), p, known})
	}
	return out, nil
}

// placed returns a flag as shown outside its transcript: with its room, its day and its whole line.
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
		v.Times = wordTimes(p.Utterance, *p.Evidence)
	}
	v.Doubt = len(p.Utterance.Doubt) > 0
	return v
}

// painter returns the painter of one session for one visitor.
func (s *Pages) painter(ses models.Session, who auth.Visitor, c *cast) *painter {
	p := &painter{s: s, ses: ses, cast: c, back: "session", clips: map[models.Key]models.Evidence{}}
	p.rules = who.RequireOwner() == nil
	p.decides, p.redacts = who.May(ses.Room, models.AccessReviewer), who.May(ses.Room, models.AccessHost)
	if s.Record.Actor != nil && who.May(ses.Room, models.AccessHost) {
		p.acts, p.can = true, s.Record.Actor.Verbs(ses.ID)
		p.verbs = offers(p.can)
	}
	return p
}
