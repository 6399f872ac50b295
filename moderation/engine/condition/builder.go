package condition

import (
	"cmp"
	"maps"
	"slices"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/match"
	"earshot/moderation/match/textmodel"
	"earshot/moderation/rules"
)

// Builder collects what conditions look for while rules are compiled.
type Builder struct {
	probs *rules.Problems
	set   *Settings
	lists map[listForm]int // the index of a word list's source
	// looked are the lists that rules look for, with the forms.
	looked map[*rules.List]map[match.Form]bool
	// asked are the roles that rules ask for.
	asked map[models.Role]bool
	match *match.Builder
	model *textmodel.Model // nil: only the shipped one
	named map[*rules.Cond]*namedPart
}

// NewBuilder starts to fill in settings; problems are recorded in probs. model is a host's text model, used for the languages it
// knows; the shipped one is used for all others. nil: only the shipped one.
func NewBuilder(probs *rules.Problems, set *Settings, model *textmodel.Model) *Builder {
	return &Builder{
		probs: probs, set: set, match: match.NewBuilder(), model: model,
		lists: map[listForm]int{}, looked: map[*rules.List]map[match.Form]bool{}, asked: map[models.Role]bool{},
		named: map[*rules.Cond]*namedPart{},
	}
}

// textModels loads the text models when the first rule uses them.
func (b *Builder) textModels() []*textmodel.Model {
	if b.set.models != nil {
		return b.set.models
	}
	if b.model != nil {
		b.set.models = append(b.set.models, b.model)
	}
	shipped := textmodel.Shipped()
	if b.model == nil || slices.ContainsFunc(shipped.Languages, func(l string) bool { return !b.model.Knows(l) }) {
		b.set.models = append(b.set.models, shipped)
	}
	return b.set.models
}

// Build finishes the matcher.
func (b *Builder) Build() { b.set.matcher = b.match.Build() }

// Rule begins compiling the when: or unless: of a rule.
func (b *Builder) Rule(f *rules.File, r *rules.Rule) *Part {
	return &Part{Builder: b, file: f, rule: r}
}

// source adds a source to the matcher and returns its number.
func (b *Builder) source(s source) int {
	b.set.sources = append(b.set.sources, s)
	return b.match.Source()
}

// personal is the source of a kind of personal data.
func (b *Builder) personal(kind string) int {
	id := b.match.Personal(kind)
	if id == len(b.set.sources) {
		b.set.sources = append(b.set.sources, source{mask: true})
	}
	return id
}

// listForm is a word list together with one form in which its words, or those of its never:, are matched.
type listForm struct {
	list  *rules.List
	form  match.Form
	never bool
}

// formsOf returns the forms in which the words of a list are matched.
func formsOf(l *rules.List) []match.Form {
	out := make([]match.Form, len(l.Forms))
	for i, f := range l.Forms {
		out[i] = match.Form(f)
	}
	if len(out) == 0 {
		return []match.Form{match.Exact}
	}
	return out
}

// List adds a word list to the matcher, once for each of its forms.
func (b *Builder) List(f *rules.File, l *rules.List) {
	for _, form := range formsOf(l) {
		b.listAs(f, l, form)
	}
}

// LooksFor reports whether a rule compiled so far looks for the words of a list.
func (b *Builder) LooksFor(l *rules.List) bool { return len(b.looked[l]) > 0 }

// LooksAs reports whether a rule compiled so far looks for the words of a list in a form.
func (b *Builder) LooksAs(l *rules.List, form match.Form) bool { return b.looked[l][form] }

// RoleAsked reports whether a rule compiled so far asks for a role.
func (b *Builder) RoleAsked(r models.Role) bool { return b.asked[r] }

// Excepts reports whether an entry of a list's never: has anything of the list, once the matcher is built.
func (b *Builder) Excepts(l *rules.List, entry string) bool {
	sc := NewContext(b.set, nil, nil)
	sc.Look(nil, models.Utterance{}, match.WordsOf(models.Utterance{Text: entry}))
	return slices.ContainsFunc(formsOf(l), func(form match.Form) bool {
		id, ok := b.lists[listForm{l, form, false}]
		return ok && len(sc.Found(id))+len(sc.Excused(id)) > 0
	})
}

// listAs returns the source of a list matched in one form.
func (b *Builder) listAs(f *rules.File, l *rules.List, form match.Form) int {
	if id, ok := b.lists[listForm{l, form, false}]; ok {
		return id
	}
	id := b.source(source{name: l.Name, mask: l.Mask, form: form})
	b.lists[listForm{l, form, false}] = id
	b.phrases(f, "", l.Words, 0, id, form, l.Language)
	if len(l.Never) > 0 {
		b.match.Except(id, b.never(f, l, form))
	}
	return id
}

// never returns the source of a list's never: entries. If the list matches inflected forms, so do they.
func (b *Builder) never(f *rules.File, l *rules.List, form match.Form) int {
	if form != match.Inflected {
		form = match.Exact
	}
	id, ok := b.lists[listForm{l, form, true}]
	if ok {
		return id
	}
	id = b.source(source{name: l.Name})
	b.lists[listForm{l, form, true}] = id
	for _, t := range l.Never {
		if err := b.match.Exception(id, t.Text, form, l.Language); err != nil {
			b.probs.Add(cmp.Or(t.File, f.Name), t.Line, "", "%s", err)
		}
	}
	return id
}

// phrases adds phrases matched in one form.
func (b *Builder) phrases(f *rules.File, rule string, ts []strict.Text, gap, source int, form match.Form, lang string) {
	for _, t := range ts {
		if err := b.match.Phrase(source, t.Text, form, lang, gap); err != nil {
			b.probs.Add(cmp.Or(t.File, f.Name), t.Line, rule, "%s", err)
		}
	}
}

// listContent returns a list's content independent of its order.
func listContent(l *rules.List) any {
	plain := func(ts []strict.Text) []string {
		out := make([]string, len(ts))
		for i, t := range ts {
			out[i] = t.Text
		}
		slices.Sort(out)
		return slices.Compact(out)
	}
	return []any{l.Name, plain(l.Words), plain(l.Never), l.Mask, l.Forms, l.Language}
}

// KnownLedger reports a ledger that no file defines as a problem.
func (b *Builder) KnownLedger(f *rules.File, r *rules.Rule, name string, line int) {
	if _, ok := b.set.Ledgers[name]; !ok {
		b.probs.Add(f.Name, line, r.ID, "unknown ledger %q%s: define it under ledger:", strict.Shorten(name),
			strict.DidYouMean(name, slices.Sorted(maps.Keys(b.set.Ledgers))))
	}
}
