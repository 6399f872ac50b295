// Package tune suggests small rule changes based on hosts' decisions about flags: another score, or an exception. Each proposal is
// tried on the stored lines; losing a confirmed flag is always reported. Nothing changes automatically.
package tune

import (
	"cmp"
	"context"
	"slices"

	"earshot/moderation/engine"
)

// Result is the result of tuning.
type Result struct {
	Sessions int `json:"sessions"`
	Lines    int `json:"lines"`
	// Left counts sessions skipped to save time: the oldest ones.
	Left      int        `json:"left,omitempty"`
	Rules     []Row      `json:"rules"` // those with decided flags
	Proposals []Proposal `json:"proposals"`
}

// Row is one rule's current figures.
type Row struct {
	Rule string  `json:"rule"`
	File string  `json:"file"`
	Now  Figures `json:"now"`
}

// Run looks for proposals. The error is that of loading the rules, of the sessions, or the end of the context.
func Run(ctx context.Context, opts Options, sessions Sessions) (Result, error) {
	set, err := engine.Load(opts.Load, opts.Paths...)
	if err != nil {
		return Result{}, err
	}
	said := newHeard(set, opts.Rule)
	if err := sessions(said.session); err != nil {
		return Result{}, err
	}
	tried, err := candidates(opts, set, said)
	if err != nil {
		return Result{}, err
	}
	t := &trial{base: set, before: map[string]*Figures{}}
	if t.with, t.tried, err = loadable(opts, tried); err != nil {
		return Result{}, err
	}
	if err := sessions(func(s Session) error { return t.session(ctx, s) }); err != nil {
		return Result{}, err
	}
	out := Result{Sessions: t.sessions, Lines: t.lines, Rules: []Row{}, Proposals: t.chosen()}
	for _, r := range set.Rules() {
		if f := t.before[r.ID]; f != nil && f.Decided() > 0 && (opts.Rule == "" || opts.Rule == r.ID) {
			out.Rules = append(out.Rules, Row{r.ID, set.Where(r.ID), *f})
		}
	}
	slices.SortFunc(out.Rules, func(a, b Row) int { return cmp.Or(b.Now.Dismissed-a.Now.Dismissed, cmp.Compare(a.Rule, b.Rule)) })
	return out, nil
}
