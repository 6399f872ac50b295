package condition

import (
	"cmp"
	"maps"
	"slices"

	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/match/textmodel"
	"earshot/moderation/rules"
)

// Builder collects what conditions look for while rules are compiled.
type Builder struct {
	probs *rules.Problems
	set   *Settings
	lists map[listForm]int // the source of a word list
	match *match.Builder
	model *textmodel.Model
}

// NewBuilder begins to fill in settings; mistakes are noted in probs.
// model says what lines mean; nil is the shipped one.
func NewBuilder(probs *rules.Problems, set *Settings, model *textmodel.Model) *Builder {
	return &Builder{probs: probs, set: set, lists: map[listForm]int{}, match: match.NewBuilder(), model: model}
}

// textModel is the text model, which is read when the first rule asks for it.
func (b *Builder) textModel() *textmodel.Model {
	if b.set.model == nil {
		b.set.model = b.model
		if b.model == nil {
			b.set.model = textmodel.Shipped()
		}
	}
	return b.set.model
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

// listForm is a word list and one form in which its words, or those of its never:, may be said.
type listForm struct {
	list  *rules.List
	form  match.Form
	never bool
}

// formsOf are the forms in which the words of a list may be said.
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

// List enters a word list into the matcher, once for each of its forms.
func (b *Builder) List(f *rules.File, l *rules.List) {
	for _, form := range formsOf(l) {
		b.listAs(f, l, form)
	}
}

// listAs is the source of a list whose words may be said in one form.
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

// never is the source of what a list has never: in it. Where its words are found inflected, so are these.
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

// phrases enters phrases that are said in one form.
func (b *Builder) phrases(f *rules.File, rule string, ts []strict.Text, gap, source int, form match.Form, lang string) {
	for _, t := range ts {
		if err := b.match.Phrase(source, t.Text, form, lang, gap); err != nil {
			b.probs.Add(cmp.Or(t.File, f.Name), t.Line, rule, "%s", err)
		}
	}
}

// listContent is a list without its order.
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

// KnownLedger complains about a ledger that no file describes.
func (b *Builder) KnownLedger(f *rules.File, r *rules.Rule, name string, line int) {
	if _, ok := b.set.Ledgers[name]; !ok {
		b.probs.Add(f.Name, line, r.ID, "unknown ledger %q%s: describe it under ledger:", strict.Shorten(name),
			strict.DidYouMean(name, slices.Sorted(maps.Keys(b.set.Ledgers))))
	}
}
