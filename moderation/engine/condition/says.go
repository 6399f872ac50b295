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

// maxGap is how many words may stand between two words of a phrase.
const maxGap = 10

// says holds when something is said. Exactly one of Words, Phrase, Pattern is set.
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
			{Name: "words", Shape: strict.Texts("words", &c.Words)},
			{Name: "phrase", Shape: strict.Texts("phrase", &c.Phrase)},
			{Name: "pattern", Shape: strict.Texts("pattern", &c.Pattern)},
			{Name: "how", Shape: strict.OneOf("how", &c.How, match.Forms...)},
			{Name: "gap", Shape: strict.Whole("gap", &c.Gap, 0, maxGap)},
			{Name: "except", Shape: strict.Texts("except", &c.Except)},
		},
		Check: c.check,
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
	if v.Has("gap") && c.Phrase == nil {
		v.Bad("gap belongs to phrase: only phrases may have words between")
	}
	if c.How != "" && c.How != match.Exact && c.Pattern != nil {
		v.Bad("how: %s belongs to words and phrase: a pattern says itself what it matches", c.How)
	}
}

// Content is all that is written.
func (c *says) Content() (string, any) { return "Says", c }

func (c *says) compile(p *Part) Condition {
	p.Looks |= AtWords
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
			out.sources = append(out.sources, p.listAs(of, l, form))
		}
	}
	if len(c.Phrase) > 0 {
		form := cmp.Or(c.How, match.Exact)
		id := p.source(source{form: form})
		p.phrases(p.file, p.rule.ID, c.Phrase, c.Gap, id, form, "en")
		out.sources = append(out.sources, id)
	}
	if len(c.Pattern) > 0 {
		id := p.source(source{})
		for _, t := range c.Pattern {
			if err := p.match.Pattern(id, t.Text); err != nil {
				p.bad(t.Line, "%s", err)
			}
		}
		out.sources = append(out.sources, id)
	}
	if out.except = -1; len(c.Except) > 0 {
		out.except = p.source(source{})
		for _, t := range c.Except {
			for _, form := range []match.Form{match.Exact, match.Inflected} {
				if err := p.match.Exception(out.except, t.Text, form, "en"); err != nil && form == match.Exact {
					p.bad(t.Line, "%s", err)
				}
			}
		}
		p.looksFor([]int{out.except})
	}
	p.looksFor(out.sources)
	return out
}

// listNames are the names of all lists that a file sees.
func listNames(f *rules.File) []string {
	seen := map[string]bool{}
	for _, g := range f.Closure() {
		for _, l := range g.Words {
			seen[l.Name] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// wordsSaid holds when one of its sources is found in what was said.
type wordsSaid struct {
	sources []int
	except  int // the source whose finds take out the matches that they touch; -1: there is none
}

// Eval gives the matches that begin where they may.
func (c wordsSaid) Eval(e *Context, minP float64) (bool, []match.Match) {
	held, ms := e.found(c.sources, e.From, minP)
	if !held || c.except < 0 {
		return held, ms
	}
	ms = slices.DeleteFunc(ms, func(m match.Match) bool {
		return slices.ContainsFunc(e.Found[c.except], func(n match.Match) bool { return n.First <= m.Last && m.First <= n.Last })
	})
	return len(ms) > 0, ms
}

// Explain quotes what was said, or says what was looked for in vain and what never: took away from it.
func (c wordsSaid) Explain(e *Context, held bool, ms []match.Match) string {
	if held {
		return e.quote(ms) + " was said"
	}
	what := "no phrase or pattern of it was said"
	for _, src := range c.sources {
		name := e.set.sources[src].name
		if ex := e.Excused[src]; len(ex) > 0 {
			return fmt.Sprintf("%s was said where the list %s has never:", e.quote(ex), name)
		}
		if name != "" {
			what = "nothing from the list " + name + " was said"
		}
	}
	return what
}

// reveals holds when personal data of one of the kinds is said.
type reveals struct{ kinds []string }

// Shape is how reveals: is written.
func (c *reveals) Shape(rules.Nested) strict.Shape {
	return strict.ManyOf("kind of personal data", &c.kinds, pii.Kinds...)
}

// Content is the kinds.
func (c *reveals) Content() (string, any) { return "Names", c.kinds }

func (c *reveals) compile(p *Part) Condition {
	p.Looks |= AtWords
	p.reach(pii.WindowMS)
	out := revealed{kinds: c.kinds}
	for _, kind := range c.kinds {
		out.sources = append(out.sources, p.personal(kind))
	}
	p.looksFor(out.sources)
	return out
}

// revealed holds when one of its sources is found: people pause between the groups of a number.
type revealed struct {
	kinds   []string
	sources []int
}

// Eval gives the matches, some of which may begin in earlier lines.
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

// reportedSpeech holds when what was said are somebody else's words, or are not.
type reportedSpeech struct{ want bool }

// Shape is how reported_speech: is written.
func (c *reportedSpeech) Shape(rules.Nested) strict.Shape {
	return strict.Bool("reported_speech", &c.want)
}

// Content is whether reported speech is wanted.
func (c *reportedSpeech) Content() (string, any) { return wanted(c.want) }

func (c *reportedSpeech) compile(p *Part) Condition {
	p.reach(match.ReportedWindow)
	return c
}

// Eval looks for who is said to have said the evidence.
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
