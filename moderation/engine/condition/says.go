package condition

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/match/pii"
	"earshot/moderation/rules"
)

// maxGap is how many words may be between two words of a phrase.
const maxGap = 10

// says holds if something is said. Exactly one of Words, Phrase, Pattern is set.
type says struct {
	Words, Phrase, Pattern []strict.Text
	How                    match.Form `json:",omitempty"`
	Gap                    int
	Except                 []strict.Text `json:",omitempty"`
}

// Shape is how says: is written.
func (c *says) Shape(rules.Nested) strict.Shape {
	return strict.Mapping{
		What: "says",
		Fields: []strict.Field{
			{Name: "words", Shape: strict.Names("words", &c.Words)},
			{Name: "phrase", Shape: strict.Texts("phrase", &c.Phrase)},
			{Name: "pattern", Shape: strict.Texts("pattern", &c.Pattern)},
			{Name: "how", Shape: strict.OneOf("how", &c.How, match.Forms...)},
			{Name: "gap", Shape: strict.Whole("gap", &c.Gap, 0, maxGap)},
			{Name: "except", Shape: strict.Texts("except", &c.Except)},
		},
		Instead: func(text string) string { return "write {phrase: " + text + "}" },
		Check:   c.check,
	}
}

func (c *says) check(v strict.Value) {
	ways := 0
	for _, way := range []string{"words", "phrase", "pattern"} {
		if v.Has(way) {
			ways++
		}
	}
	if ways != 1 {
		v.Bad("says needs exactly one of words, phrase, pattern; join several with any:")
	}
	for _, t := range c.Phrase {
		if strings.Count(t.Text, ",") > 1 {
			v.Bad("phrase: %q is one phrase: write what is between the commas in a list, [a, b c], or leave the commas out", strict.Shorten(t.Text))
		}
	}
	switch words := wordsOf(c.Phrase); {
	case v.Has("gap") && c.Phrase == nil:
		v.Bad("gap belongs to phrase: only phrases may have words between")
	case c.Gap > 0 && !slices.ContainsFunc(c.Phrase, hasList) && !slices.ContainsFunc(words, func(p []string) bool { return len(p) > 1 }):
		v.Bad("gap: none of the phrases has two words: remove it")
	case slices.ContainsFunc(c.Phrase, hasList): // what it stands for is known when it is compiled
	case c.Phrase != nil && c.How == match.Near && !slices.ContainsFunc(words, anyLong):
		v.Bad("how: near finds words from %d letters on, and none of the phrases has one", match.MinNear)
	case c.Phrase != nil && c.Gap == 0 && (c.How == "" || c.How == match.Exact):
		c.checkExcept(v, words)
	}
	if c.How != "" && c.How != match.Exact && c.Pattern != nil {
		v.Bad("how: %s belongs to words and phrase: a pattern says itself what it matches", c.How)
	}
}

// wordsOf are the words of phrases.
func wordsOf(phrases []strict.Text) [][]string {
	out := make([][]string, len(phrases))
	for i, p := range phrases {
		out[i] = match.Phrase(p.Text)
	}
	return out
}

// anyLong reports whether a word is long enough for how: near.
func anyLong(words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return len(w) >= match.MinNear })
}

// checkExcept reports exceptions that touch no phrase, and phrases that are wholly excepted.
func (c *says) checkExcept(v strict.Value, phrases [][]string) {
	for i, except := range wordsOf(c.Except) {
		touches := false
		for _, p := range phrases {
			for _, w := range except {
				touches = touches || slices.Contains(p, w) || strings.Contains(strings.Join(p, " "), "*")
			}
			if slices.Equal(p, except) {
				v.Bad("except: %q is the phrase itself, so it is never found", strict.Shorten(c.Except[i].Text))
			}
		}
		if !touches {
			v.Bad("except: %q has no word of any phrase, so it never excepts any", strict.Shorten(c.Except[i].Text))
		}
	}
}

// Content is everything that is set.
func (c *says) Content() (string, any) { return "Says", c }

func (c *says) compile(p *Part) Condition {
	p.quotes(true)
	out := wordsSaid{}
	for _, w := range c.Words {
		l, of := p.file.List(w.Text)
		if l == nil {
			p.bad(w.Line, "unknown word list %q%s", strict.Shorten(w.Text), strict.DidYouMean(w.Text, listNames(p.file)))
			continue
		}
		forms := formsOf(l)
		if c.How != "" {
			forms = []match.Form{c.How}
		}
		p.Lists = append(p.Lists, listContent(l))
		for _, form := range forms {
			p.looks(l, form)
			out.sources = append(out.sources, p.listAs(of, l, form))
		}
	}
	if len(c.Phrase) > 0 {
		fill := filling{Part: p, form: cmp.Or(c.How, match.Exact)}
		phrases := fill.phrases(c.Phrase, c.Gap)
		id := p.source(source{form: fill.form, mask: fill.mask})
		p.phrases(p.file, p.rule.ID, phrases, c.Gap, id, fill.form, "en")
		out.sources, out.except = append(out.sources, id), append(out.except, fill.except...)
	}
	if len(c.Pattern) > 0 {
		fill := filling{Part: p, form: match.Exact}
		var patterns []string
		for _, t := range c.Pattern {
			patterns = append(patterns, fill.pattern(t))
		}
		id := p.source(source{mask: fill.mask})
		for i, t := range c.Pattern {
			if err := p.match.Pattern(id, patterns[i]); err != nil {
				p.bad(t.Line, "%s", err)
			}
		}
		out.sources, out.except = append(out.sources, id), append(out.except, fill.except...)
	}
	if len(c.Except) > 0 {
		except := p.source(source{})
		for _, t := range c.Except {
			for _, form := range []match.Form{match.Exact, match.Inflected} {
				if err := p.match.Exception(except, t.Text, form, "en"); err != nil && form == match.Exact {
					p.bad(t.Line, "%s", err)
				}
			}
		}
		out.except = append(out.except, except)
	}
	p.looksFor(out.except)
	p.looksFor(out.sources)
	return out
}

// listNames returns the names of all lists visible to a file.
func listNames(f *rules.File) []string {
	seen := map[string]bool{}
	for _, g := range f.Closure() {
		for _, l := range g.Words {
			seen[l.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// wordsSaid holds if one of its sources matches what was said.
type wordsSaid struct {
	sources []int
	except  []int // the sources whose matches cancel the matches that they touch
}

// Eval returns the matches that begin in the allowed range.
func (c wordsSaid) Eval(e *Context, minP float64) (bool, []match.Match) {
	held, ms := e.found(c.sources, e.From, minP)
	if !held || len(c.except) == 0 {
		return held, ms
	}
	ms = slices.DeleteFunc(ms, func(m match.Match) bool {
		return slices.ContainsFunc(c.except, func(src int) bool {
			return slices.ContainsFunc(e.Found(src), func(n match.Match) bool { return n.First <= m.Last && m.First <= n.Last })
		})
	})
	return len(ms) > 0, ms
}

// Explain quotes what was said, or says what did not match and what never: excluded.
func (c wordsSaid) Explain(e *Context, held bool, ms []match.Match) string {
	if held {
		return e.quote(ms) + " was said"
	}
	for _, src := range c.sources {
		if ex := e.Excused(src); len(ex) > 0 {
			return fmt.Sprintf("%s was said where the list %s has never:", e.quote(ex), e.set.sources[src].name)
		}
	}
	if list := c.unsaid(e); list != "" {
		return nothingFrom(list)
	}
	return "no phrase or pattern of it was said"
}

// unsaid returns the list of which nothing was said; "" if the words are not of a list, or were said where it has never:.
func (c wordsSaid) unsaid(e *Context) (list string) {
	for _, src := range c.sources {
		if len(e.Excused(src)) > 0 {
			return ""
		}
		list = cmp.Or(e.set.sources[src].name, list)
	}
	return list
}

// nothingFrom is the reason that nothing of some lists was said.
func nothingFrom(lists ...string) string {
	noun := "list "
	if len(lists) > 1 {
		noun = "lists "
	}
	return "nothing from the " + noun + strings.Join(lists, ", ") + " was said"
}

// reveals holds if personal data of one of the kinds is said.
type reveals struct{ kinds []string }

// Shape is how reveals: is written.
func (c *reveals) Shape(rules.Nested) strict.Shape {
	return strict.ManyOf("kind of personal data", &c.kinds, pii.Kinds...)
}

// Content is the kinds.
func (c *reveals) Content() (string, any) { return "Names", c.kinds }

func (c *reveals) compile(p *Part) Condition {
	p.quotes(true)
	p.reach(pii.WindowMS)
	out := revealed{kinds: c.kinds}
	for _, kind := range c.kinds {
		out.sources = append(out.sources, p.personal(kind))
	}
	p.looksFor(out.sources)
	return out
}

// revealed holds if one of its sources matches: people pause between the groups of a number.
type revealed struct {
	kinds   []string
	sources []int
}

// Eval returns the matches, some of which may begin in earlier lines.
func (c revealed) Eval(e *Context, minP float64) (bool, []match.Match) {
	from := e.From
	if !e.Observe {
		from = min(from, e.Window.Reach(pii.WindowMS, 0))
	}
	return e.found(c.sources, from, minP)
}

// Explain quotes what was said.
func (c revealed) Explain(e *Context, held bool, ms []match.Match) string {
	if held {
		return e.quote(ms) + " was said"
	}
	return "no " + strings.Join(c.kinds, ", ") + " was said"
}

// reportedSpeech holds if the matched words are somebody else's, or are not.
type reportedSpeech struct{ want bool }

// Shape is how reported_speech: is written.
func (c *reportedSpeech) Shape(rules.Nested) strict.Shape {
	return strict.Bool("reported_speech", &c.want)
}

// Content is whether reported speech is wanted.
func (c *reportedSpeech) Content() (string, any) { return wanted(c.want) }

func (c *reportedSpeech) compile(p *Part) Condition {
	p.reach(match.ReportedWindow)
	p.Inputs |= InputLine
	return c
}

// Eval looks for a cue that attributes the evidence to somebody else.
func (c *reportedSpeech) Eval(e *Context, _ float64) (bool, []match.Match) {
	return (!e.Observe && e.Window.Reported(e.Evidence)) == c.want, nil
}

// Explain says whose words they are.
func (c *reportedSpeech) Explain(_ *Context, held bool, _ []match.Match) string {
	if held == c.want {
		return "the words are reported, not the speaker's own"
	}
	return "the words are the speaker's own"
}
