package tune

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"earshot/models"
	"earshot/moderation/engine"
	"earshot/moderation/rules"
)

// trial runs the rules, together with their variants, over stored sessions.
type trial struct {
	base, with      *engine.Set
	tried           []Proposal
	before          map[string]*Figures
	sessions, lines int
}

// session replays a session, until the context ends.
func (t *trial) session(ctx context.Context, s Session) error {
	t.sessions++
	t.lines += len(s.Lines)
	answers := engine.NewAnswered(s.Flags)
	alone, together := engine.NewSession(t.base, s.Session), engine.NewSession(t.with, s.Session)
	for _, p := range s.People {
		alone.Person(p)
		together.Person(p)
	}
	variant := map[string]*Proposal{}
	for i := range t.tried {
		variant[variantID(i)] = &t.tried[i]
	}
	const often = 64
	for i, u := range s.Lines {
		if i%often == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		u.LateMS = 0
		for _, f := range alone.Decide(u).Flags {
			if t.before[f.Rule] == nil {
				t.before[f.Rule] = &Figures{}
			}
			t.before[f.Rule].count(f, answers.Answer(u.Key, f.Rule))
		}
		for _, f := range together.Decide(u).Flags {
			if p := variant[f.Rule]; p != nil {
				p.After.count(f, answers.Answer(u.Key, p.Rule))
			}
		}
	}
	return nil
}

// count counts a flag.
func (f *Figures) count(flag models.Flag, answer models.FlagStatus) {
	f.Flags++
	if flag.Mode != models.ModeWatch {
		f.Asks++
	}
	switch answer {
	case models.FlagConfirmed:
		f.Confirmed++
	case models.FlagDismissed:
		f.Dismissed++
	}
}

// loadable loads the rules together with the candidates, without those that the loader rejects.
func loadable(opts Options, tried []Proposal) (*engine.Set, []Proposal, error) {
	set, err := load(opts, tried)
	var wrong *rules.LoadError
	if !errors.As(err, &wrong) {
		return set, tried, err
	}
	var good []Proposal
	for i, p := range tried {
		if !slices.ContainsFunc(wrong.Problems, func(x rules.Problem) bool { return x.Rule == variantID(i) }) {
			good = append(good, p)
		}
	}
	if len(good) == len(tried) {
		return nil, nil, err
	}
	set, err = load(opts, good)
	return set, good, err
}

// load loads the rules together with a variant of the rule for each candidate, named by its number.
func load(opts Options, tried []Proposal) (*engine.Set, error) {
	byFile := map[string][]byte{}
	var files []string
	for i, p := range tried {
		data, err := opts.Load.ReadFile(p.File)
		if err != nil {
			return nil, err
		}
		v, err := rules.Variant(data, p.change, variantID(i))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.File, err)
		}
		if byFile[p.File] == nil {
			files = append(files, p.File)
			byFile[p.File] = fmt.Appendf(nil, "schema: 1\nuse: [%q]\nrules:\n", engine.UseOf(p.File, variantsOf(0, p.File)))
		}
		byFile[p.File] = append(byFile[p.File], v...)
	}
	load, paths := opts.Load, slices.Clone(opts.Paths)
	load.Drafts = map[string][]byte{}
	for i, file := range files {
		path := variantsOf(i, file)
		load.Drafts[path] = byFile[file]
		paths = append(paths, path)
	}
	return engine.Load(load, paths...)
}

// variantsOf is the path of the n-th file of variants: exempt: goes by the name of the file that they are of.
func variantsOf(n int, file string) string {
	return fmt.Sprintf("/earshot-variants/%d/%s", n, filepath.Base(strings.TrimPrefix(file, "shipped:")))
}

// variantID is the id of a candidate's variant.
func variantID(i int) string { return fmt.Sprintf("variant-%d", i) }
