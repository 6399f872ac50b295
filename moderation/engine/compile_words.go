package engine

import (
	"cmp"
	"slices"

	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// source adds a source to the matcher and returns its number.
func (c *compiler) source(s source) int {
	c.set.sources = append(c.set.sources, s)
	return c.match.Source()
}

// personal is the source of a kind of personal data.
func (c *compiler) personal(kind string) int {
	id := c.match.Personal(kind)
	if id == len(c.set.sources) {
		c.set.sources = append(c.set.sources, source{mask: true})
	}
	return id
}

// listForm is a word list and one form in which its words may be said; no form stands for those of never:.
type listForm struct {
	list *rules.List
	form match.Form
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

// list enters a word list into the matcher, once for each of its forms.
func (c *compiler) list(f *rules.File, l *rules.List) {
	for _, form := range formsOf(l) {
		c.listAs(f, l, form)
	}
}

// listAs is the source of a list whose words may be said in one form.
func (c *compiler) listAs(f *rules.File, l *rules.List, form match.Form) int {
	if id, ok := c.lists[listForm{l, form}]; ok {
		return id
	}
	id := c.source(source{name: l.Name, mask: l.Mask, form: form})
	c.lists[listForm{l, form}] = id
	c.phrases(f, "", l.Words, 0, id, form, l.Language)
	if len(l.Never) > 0 {
		never, ok := c.lists[listForm{l, ""}]
		if !ok {
			never = c.source(source{name: l.Name})
			c.lists[listForm{l, ""}] = never
			c.phrases(f, "", l.Never, 0, never, match.Exact, l.Language)
		}
		c.match.Except(id, never)
	}
	return id
}

// phrases enters phrases that are said in one form.
func (c *compiler) phrases(f *rules.File, rule string, ts []strict.Text, gap, source int, form match.Form, lang string) {
	for _, t := range ts {
		if err := c.match.Phrase(source, t.Text, form, lang, gap); err != nil {
			c.probs.Add(cmp.Or(t.File, f.Name), t.Line, rule, "%s", err)
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
