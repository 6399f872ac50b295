package condition

import (
	"regexp"
	"slices"
	"strings"

	"earshot/configs/strict"
	"earshot/moderation/match"
	"earshot/moderation/rules"
)

// listIn finds the name of a word list in a phrase or a pattern: "you {insults}".
var listIn = regexp.MustCompile(`\{([a-z][a-z0-9._-]*)\}`)

// hasList reports whether a phrase takes the words of a list.
func hasList(t strict.Text) bool { return listIn.MatchString(t.Text) }

// Limits on the phrases that a phrase with word lists stands for.
const maxFilled, maxFilledGap = 20_000, 2000

// filling replaces the names of word lists in phrases and patterns by the words of the lists.
type filling struct {
	*Part
	form   match.Form
	mask   bool  // one of the lists is masked
	except []int // sources of their never:
}

// list is a word list with an error if there is none of the name.
func (f *filling) list(name string, line int) *rules.List {
	l, of := f.file.List(name)
	if l == nil {
		f.bad(line, "unknown word list %q%s", strict.Shorten(name), strict.DidYouMean(name, listNames(f.file)))
		return nil
	}
	f.looks(l, f.form)
	f.Lists = append(f.Lists, listContent(l))
	f.mask = f.mask || l.Mask
	if len(l.Never) > 0 {
		f.except = append(f.except, f.never(of, l, f.form))
	}
	return l
}

// phrases are the phrases that some phrases stand for.
func (f *filling) phrases(ts []strict.Text, gap int) (out []strict.Text) {
	most := maxFilled
	if gap > 0 {
		most = maxFilledGap
	}
	for _, t := range ts {
		all, rest := []string{""}, t.Text
		for {
			at := listIn.FindStringSubmatchIndex(rest)
			if at == nil {
				break
			}
			l := f.list(rest[at[2]:at[3]], t.Line)
			if l == nil {
				break
			}
			if len(all)*len(l.Words) > most {
				f.bad(
					t.Line, "%q stands for more than %d phrases: use fewer or shorter lists, or two conditions under all:",
					strict.Shorten(t.Text), most,
				)
				all = nil
				break
			}
			all = joined(all, rest[:at[0]], l.Words)
			rest = rest[at[1]:]
		}
		for _, begin := range all {
			out = append(out, strict.Text{Text: begin + rest, Line: t.Line, File: t.File})
		}
	}
	return out
}

// joined are texts, each followed by a text and each word.
func joined(texts []string, then string, words []strict.Text) (out []string) {
	for _, t := range texts {
		for _, w := range words {
			out = append(out, t+then+w.Text)
		}
	}
	return out
}

// pattern is a pattern with the words of lists as alternatives.
func (f *filling) pattern(t strict.Text) string {
	return listIn.ReplaceAllStringFunc(t.Text, func(name string) string {
		l := f.list(name[1:len(name)-1], t.Line)
		if l == nil {
			return "x"
		}
		var words []string
		for _, w := range l.Words {
			plain := strings.Join(match.Phrase(strings.TrimSuffix(w.Text, "*")), " ")
			if plain == "" {
				continue // reported with the list
			}
			if strings.HasSuffix(w.Text, "*") {
				plain += `\w*`
			}
			words = append(words, plain)
		}
		slices.Sort(words)
		return "(" + strings.Join(slices.Compact(words), "|") + ")"
	})
}

// looks records that a rule looks for the words of a list in a form.
func (b *Builder) looks(l *rules.List, form match.Form) {
	if b.looked[l] == nil {
		b.looked[l] = map[match.Form]bool{}
	}
	b.looked[l][form] = true
}
