package pages

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/engine/tune"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

// trialPage is the form for trying phrases, with the result.
type trialPage struct {
	Sets    []record.RuleSet
	Profile string
	Say     string
	By      string
	Roles   []models.Role
	Rule    string // only this rule is tried, or ""
	Tried   bool
	Fired   []trialView
	Silent  []trialView
	Problem string
}

// trialView is the result of one rule for the phrases tried.
type trialView struct {
	Rule, Pack string
	Level      models.Level
	Mode       models.Mode
	// Reaches says that the verdict would reach the host or the room.
	Reaches bool
	// Why says why it fires, or why not; Failed are the failed gates, in words.
	Why               string
	Failed            []string
	Sign, Tone, Quote string
}

// trial returns the empty form; ok is false if no rules are in use.
func (s *Pages) trial(rule string) *trialPage {
	if s.Rules == nil {
		return nil
	}
	var sets []record.RuleSet
	for _, set := range s.Rules.Sets() { // profiles that share their rules appear once
		if !slices.ContainsFunc(sets, func(x record.RuleSet) bool { return x.Set == set.Set }) {
			sets = append(sets, set)
		}
	}
	if len(sets) == 0 {
		return nil
	}
	return &trialPage{
		Sets: sets, Rule: rule, By: string(models.RoleGuest),
		Roles: []models.Role{models.RoleGuest, models.RoleSpeaker, models.RoleCohost, models.RoleHost},
	}
}

// tryWords is the page with the result. Phrases are posted, so that they are in no address and no log.
func (s rulePages) tryWords(w http.ResponseWriter, r *http.Request) {
	v, err := s.tried(r)
	if err != nil {
		v = s.failed(r, err)
	}
	s.render(w, r, v)
}

func (s rulePages) tried(r *http.Request) (view, error) {
	if err := web.ReadForm(r); err != nil {
		return view{}, err
	}
	rule := r.PostFormValue("rule")
	p := s.trial(rule)
	if p == nil {
		return view{}, fmt.Errorf("try: no rules are in use: %w", models.ErrInvalid)
	}
	p.Say, p.By, p.Profile = r.PostFormValue("say"), r.PostFormValue("by"), r.PostFormValue("profile")
	lines := slices.DeleteFunc(
		strings.Split(strings.ReplaceAll(p.Say, "\r", ""), "\n"), func(l string) bool { return strings.TrimSpace(l) == "" },
	)
	switch {
	case len(lines) == 0:
		p.Problem = "Type what somebody might say."
	case len(p.Say) > record.MaxTried:
		p.Problem = "That is too much text to try at once."
	default:
		found, err := s.Rules.Try(p.Profile, engine.Example{Say: lines, By: models.Role(p.By), WordP: 1})
		if err != nil {
			return view{}, fmt.Errorf("try: %w", err)
		}
		p.take(found)
	}
	v := view{page: "try", title: "Try a phrase", nav: "rules", data: p}
	if p.Problem != "" {
		v.status = http.StatusBadRequest
	}
	return v, nil
}

func (p *trialPage) take(found engine.Tried) {
	p.Tried = true
	asked := func(rule string) bool { return p.Rule == "" || rule == p.Rule }
	for _, t := range found.Verdicts {
		if !asked(t.Rule) {
			continue
		}
		v := trialView{
			Rule: t.Rule, Pack: t.Pack, Level: t.Level, Mode: t.Mode, Reaches: t.WouldEnforce, Why: t.Why, Sign: "▲",
			Tone: string(t.Level), Quote: strings.Join(t.Matched, " "),
		}
		if t.Level.Rank() < models.LevelMedium.Rank() {
			v.Sign = "△"
		}
		for _, g := range t.Gates {
			if !g.Passed {
				v.Failed = append(v.Failed, g.Name+": "+g.Why)
			}
		}
		p.Fired = append(p.Fired, v)
	}
	for _, t := range found.Others {
		if asked(t.Rule) {
			p.Silent = append(p.Silent, trialView{Rule: t.Rule, Pack: t.Pack, Why: t.WhyNot})
		}
	}
}

// replayPage is the result of a replay.
type replayPage struct {
	engine.Replayed
	Days    int
	Rule    string
	Profile string
	Rest    int // rules that never fired
}

// replay replays the rules over the stored sessions for visitors who may see all of them.
func (s rulePages) replay(w http.ResponseWriter, r *http.Request) {
	v, err := s.replayed(r)
	if err != nil {
		v = s.failed(r, err)
	}
	s.render(w, r, v)
}

func (s rulePages) replayed(r *http.Request) (view, error) {
	if err := web.ReadForm(r); err != nil {
		return view{}, err
	}
	who := auth.VisitorOf(r.Context())
	switch {
	case !who.All.Allows(models.AccessReviewer):
		return view{}, models.ErrForbidden
	case s.trial("") == nil:
		return view{}, fmt.Errorf("replay: no rules are in use: %w", models.ErrInvalid)
	}
	ctx, cancel := context.WithTimeout(r.Context(), record.ReplayWithin)
	defer cancel()
	p := replayPage{Days: record.ReplayDays, Rule: r.PostFormValue("rule"), Profile: r.PostFormValue("profile")}
	var err error
	if p.Replayed, err = s.Rules.Replay(ctx, p.Profile, "", s.Now().AddDate(0, 0, -record.ReplayDays)); err != nil {
		return view{}, fmt.Errorf("replay: %w", err)
	}
	p.Rules = slices.DeleteFunc(p.Rules, func(x engine.ReplayRow) bool {
		if p.Rule != "" {
			return x.Rule != p.Rule
		}
		if x.Fired == 0 {
			p.Rest++
		}
		return x.Fired == 0
	})
	return view{page: "replay", title: "Replay", nav: "rules", data: p}, nil
}

// tunedPage shows the proposals for a rule, or the result of applying one.
type tunedPage struct {
	Rule, Profile   string
	Sessions, Lines int
	Left            int
	Days            int
	Now             *tune.Figures // of the rule; nil: none of its flags has been decided
	Few             int           // with fewer decisions, figures are unreliable
	Proposals       []tune.Proposal
	Takes           bool // the visitor may apply one
	Taken           *record.Taken
}

// tune is the page of the proposals for a rule; with take it applies one.
func (s rulePages) tune(w http.ResponseWriter, r *http.Request) {
	v, err := s.tuned(r)
	if err != nil {
		v = s.failed(r, err)
	}
	s.render(w, r, v)
}

func (s rulePages) tuned(r *http.Request) (view, error) {
	if err := web.ReadForm(r); err != nil {
		return view{}, err
	}
	who := auth.VisitorOf(r.Context())
	rule, take := r.PostFormValue("rule"), r.PostFormValue("take")
	switch {
	case !who.All.Allows(models.AccessReviewer) || take != "" && !who.All.Allows(models.AccessOwner):
		return view{}, models.ErrForbidden
	case s.Tuner == nil:
		return view{}, fmt.Errorf("rule: %w", models.ErrNotFound)
	}
	if text, _ := s.trial("").text(rule); text == nil {
		return view{}, fmt.Errorf("rule: %w", models.ErrNotFound)
	}
	ctx, cancel := context.WithTimeout(r.Context(), record.ReplayWithin)
	defer cancel()
	p := &tunedPage{
		Rule: rule, Profile: r.PostFormValue("profile"), Days: record.ReplayDays, Few: tune.LeastDecisions,
		Takes: who.All.Allows(models.AccessOwner),
	}
	since := s.Now().AddDate(0, 0, -record.ReplayDays)
	if take != "" {
		taken, err := s.Tuner.Take(ctx, p.Profile, rule, take, who.Name, since)
		if errors.Is(err, models.ErrNotFound) {
			err = web.Refuse(
				http.StatusConflict, "This proposal no longer applies: the rule or the decisions have changed. Look for changes again.",
			)
		}
		if err != nil {
			return view{}, fmt.Errorf("tune: %w", err)
		}
		p.Taken = &taken
	} else if err := p.look(ctx, s.Tuner, since); err != nil {
		return view{}, err
	}
	return view{page: "tune", title: "Tune " + rule, nav: "rules", data: p}, nil
}

// look looks for proposals.
func (p *tunedPage) look(ctx context.Context, tuner record.Tuner, since time.Time) error {
	found, err := tuner.Proposals(ctx, p.Profile, p.Rule, since)
	if err != nil {
		return fmt.Errorf("tune: %w", err)
	}
	p.Sessions, p.Lines, p.Left = found.Sessions, found.Lines, found.Left
	for _, x := range found.Rules {
		if x.Rule == p.Rule {
			p.Now = &x.Now
		}
	}
	p.Proposals = found.Proposals
	return nil
}
