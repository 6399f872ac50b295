package pages

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

// trialPage is the box to try words in, with what came of it.
type trialPage struct {
	Sets    []record.RuleSet
	Profile string
	Say     string
	By      string
	Roles   []models.Role
	Rule    string // only this rule is asked about, or ""
	Tried   bool
	Fired   []trialView
	Silent  []trialView
	Problem string
}

// trialView is what one rule makes of words that were tried.
type trialView struct {
	Rule, Pack string
	Level      models.Level
	Mode       models.Mode
	// Reaches says that the verdict would reach the host or the room.
	Reaches bool
	// Why says why it fires, or why not; Failed are the gates that were not passed, in words.
	Why               string
	Failed            []string
	Sign, Tone, Quote string
}

// trial is the empty box; ok is false when no rules are in use here.
func (s *Pages) trial(rule string) *trialPage {
	if s.Rules == nil {
		return nil
	}
	var sets []record.RuleSet
	for _, set := range s.Rules.Sets() { // profiles that share their rules are one
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

// tryWords is the page of the answer. Words are posted, so that they are in no address and no log.
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
		p.Problem = "That is too long to try at once."
	default:
		found, err := s.Rules.Try(p.Profile, engine.Example{Say: lines, By: models.Role(p.By), WordP: 1})
		if err != nil {
			return view{}, fmt.Errorf("try: %w", err)
		}
		p.take(found)
	}
	v := view{page: "try", title: "Try words", nav: "rules", data: p}
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

// replayPage is what the rules in use would have done.
type replayPage struct {
	engine.Replayed
	Days    int
	Rule    string
	Profile string
	Rest    int // rules that never fired
}

// replay runs the rules over the record for somebody who may see all of it.
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
