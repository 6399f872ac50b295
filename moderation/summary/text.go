package summary

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"earshot/models"
	"earshot/moderation/summary/readable"
)

// maxQuote is the longest quotation, in characters; longer sentences are cut at a word.
const maxQuote = 280

var link = regexp.MustCompile(
	`(?i)\b(?:https?|ftp)://\S+|\bwww\.\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|io|ly|me|info|biz|xyz|app|dev|gg|tv|co)\b(?:/\S*)?`,
)

// withoutLinks replaces the links in a text.
func withoutLinks(s string) string {
	if !strings.Contains(s, "://") && !dotInside(s) { // most lines
		return s
	}
	return link.ReplaceAllString(s, "(link)")
}

// dotInside reports whether a full stop has a character on both sides, as in a host's name.
func dotInside(s string) bool {
	for i := 1; i+1 < len(s); i++ {
		if s[i] == '.' && s[i-1] != ' ' && s[i+1] != ' ' && s[i+1] != '.' {
			return true
		}
	}
	return false
}

// quotable makes a sentence fit to be shown: one line without control and bidirectional characters, without links, so
// that nobody can have a summary spread one, and not too long.
func quotable(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case r == utf8.RuneError, unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r):
			return -1
		}
		return r
	}, s)
	s = strings.Join(strings.Fields(withoutLinks(s)), " ")
	if utf8.RuneCountInString(s) <= maxQuote {
		return s
	}
	cut := string([]rune(s)[:maxQuote-1])
	if i := strings.LastIndexByte(cut, ' '); i > len(cut)/2 {
		cut = cut[:i]
	}
	return standing(cut) + "…"
}

// standing leaves out the words at the end of a text that is cut that hang on what is cut off: "and", "of the".
func standing(s string) string {
	for {
		i := strings.LastIndexByte(s, ' ')
		if last := lowWord(s[i+1:]); i < 0 || last != "" && !danglers[last] && !closers[last] && !cutEnds[last] {
			return strings.TrimRight(s, " ,;:-—")
		}
		s = s[:i]
	}
}

// sentences parts a line at full stops, question and exclamation marks that are followed by a space. The parts are
// pieces of the line. In English, they are parted too where a word of grammar with a capital begins another.
func sentences(s string, english bool) []string {
	var out []string
	from := 0
	for i, r := range s {
		switch {
		case r == ' ' && i > from && (endsSentence(s[from:i]) || english && anew(s[from:i], s[i+1:])):
			out = appendText(out, s[from:i])
			from = i + 1
		case r == '。' || r == '？' || r == '！':
			out = appendText(out, s[from:i+utf8.RuneLen(r)])
			from = i + utf8.RuneLen(r)
		}
	}
	return appendText(out, s[from:])
}

var beginsAnew = englishWords.set("beginsAnew")

// anew reports whether a sentence begins after another that has no mark at its end: "in the middle So we take", not "of The Hague".
func anew(before, after string) bool {
	if after == "" || after[0] < 'A' || after[0] > 'Z' {
		return false
	}
	first, rest, _ := strings.Cut(after, " ")
	if !beginsAnew[lowWord(first)] || strings.ToUpper(first) == first || rest == "" && !endsSentence(first) ||
		rest != "" && rest[0] >= 'A' && rest[0] <= 'Z' && rest[0] != 'I' {
		return false
	}
	last := before[strings.LastIndexByte(before, ' ')+1:]
	r, _ := utf8.DecodeRuneInString(last)
	return unicode.IsLower(r) && !articles[last] ||
		unicode.IsUpper(r) && beginsAnew[lowWord(last)] && !strings.HasSuffix(last, ",") // "We When you begin"
}

// A sentence of more than longClause words is parted where another clause begins, when both parts have leastClause words.
const (
	longClause  = 34
	leastClause = 8
)

// clauses parts a long sentence at the place nearest its middle where it could as well have ended.
func clauses(s string) []string {
	ps := strings.Fields(s)
	if len(ps) <= longClause {
		return []string{s}
	}
	best := 0
	for i := leastClause; i <= len(ps)-leastClause; i++ {
		if clauseBegins(ps[i-1], ps[i]) && (best == 0 || abs(2*i-len(ps)) < abs(2*best-len(ps))) {
			best = i
		}
	}
	if best == 0 {
		return []string{s}
	}
	return append(clauses(strings.Join(ps[:best], " ")), clauses(strings.Join(ps[best:], " "))...)
}

func abs(n int) int { return max(n, -n) }

func clauseBegins(before, w string) bool {
	switch {
	case strings.HasSuffix(before, ";"), strings.HasSuffix(before, ":"), w == "—":
		return true
	case !strings.HasSuffix(before, ","):
		return false
	}
	switch lowWord(w) {
	case "and", "but", "so", "because", "or", "then":
		return true
	}
	return false
}

// nods reports whether a line is a word of agreement: it says nothing itself.
func nods(s string) bool {
	ps := firstPieces(s, 4)
	return len(ps) <= 3 && !slices.ContainsFunc(ps, func(p piece) bool { return p.low != "" && !openers[p.low] && !fillers[p.low] })
}

func appendText(out []string, s string) []string {
	if s = strings.TrimSpace(s); s != "" {
		out = append(out, s)
	}
	return out
}

// endsSentence reports whether the text ends with a mark that ends a sentence. Titles and single letters don't.
func endsSentence(s string) bool {
	s = strings.TrimRight(s, `"')]”’`)
	switch {
	case strings.HasSuffix(s, "?"), strings.HasSuffix(s, "!"), strings.HasSuffix(s, "。"), strings.HasSuffix(s, "？"), strings.HasSuffix(s, "！"):
		return true
	case strings.HasSuffix(s, "..."), strings.HasSuffix(s, "…"), !strings.HasSuffix(s, "."):
		return false
	}
	last := strings.TrimSuffix(s[strings.LastIndexByte(s, ' ')+1:], ".")
	switch last {
	case "Mr", "Mrs", "Ms", "Dr", "St", "Prof", "vs", "e.g", "i.e":
		return false
	}
	return utf8.RuneCountInString(last) > 1 || last == "" || !unicode.IsUpper(rune(last[0]))
}

// word is one word of a sentence.
type word struct {
	raw   string // as it is written
	low   string // lower case, with a plain apostrophe
	upper bool   // begins with a capital although it is not the first
	apart bool   // a mark stands between the word before and this one
	term  int    // its id in the document, or -1

	joined bool // nothing stands between the word before and this one
	script script
}

// packed is a word in a glossary and how it stands in its sentence: a long session has many words, of which few are distinct.
type packed uint32

const (
	packedUpper packed = 1 << iota
	packedApart
	packedJoined
	packedBits = iota
)

// glossary holds the distinct words of a document.
type glossary struct {
	ids map[word]packed
	all []word
}

func newGlossary() glossary { return glossary{ids: map[word]packed{}} }

func (g *glossary) pack(ws []word) []packed {
	out := make([]packed, len(ws))
	for i, w := range ws {
		if w.upper {
			out[i] |= packedUpper
		}
		if w.apart {
			out[i] |= packedApart
		}
		if w.joined {
			out[i] |= packedJoined
		}
		w.upper, w.apart, w.joined = false, false, false
		id, ok := g.ids[w]
		if !ok {
			id = packed(len(g.all))
			g.ids[w], g.all = id, append(g.all, w)
		}
		out[i] |= id << packedBits
	}
	return out
}

func (g *glossary) word(p packed) word {
	w := g.all[p>>packedBits]
	w.upper, w.apart, w.joined = p&packedUpper != 0, p&packedApart != 0, p&packedJoined != 0
	return w
}

func (g *glossary) unpack(ps []packed) []word {
	out := make([]word, len(ps))
	for i, p := range ps {
		out[i] = g.word(p)
	}
	return out
}

// words parts a sentence into words: runs of letters, marks, digits and inner apostrophes and hyphens; where a script puts no
// spaces, into characters.
func words(s string) []word {
	out := make([]word, 0, 1+len(s)/meanWord)
	from, apart := -1, false
	flush := func(to int) {
		if from >= 0 {
			raw := strings.TrimRight(s[from:to], "'’-")
			if strings.ContainsFunc(raw, isUnspaced) {
				out = parted(out, raw, apart)
				from, apart = -1, false
				return
			}
			first, _ := utf8.DecodeRuneInString(raw)
			low := readable.Lower(raw)
			if isHangul(low) {
				low = koreanRoot(low)
			}
			out = append(out, word{raw: raw, low: low, upper: len(out) > 0 && unicode.IsUpper(first), apart: apart, term: -1})
			from, apart = -1, false
		}
	}
	for i, r := range s {
		inner := r == '\'' || r == '’' || r == '-'
		switch {
		case unicode.IsLetter(r), unicode.IsNumber(r), unicode.IsMark(r):
			if from < 0 {
				from = i
			}
		case !inner:
			flush(i)
			apart = apart || r != ' '
		}
	}
	flush(len(s))
	return out
}

// plainWords are the words with contractions written out, for the cues: we'll is "we will", can't is "can not".
func plainWords(ws []word) []string {
	out := make([]string, 0, len(ws)+4)
	for _, w := range ws {
		if !strings.Contains(w.low, "'") {
			out = append(out, w.low)
			continue
		}
		out = append(out, strings.Fields(writtenOut(w.low))...)
	}
	return out
}

func writtenOut(w string) string {
	switch w {
	case "won't":
		return "will not"
	case "can't":
		return "can not"
	case "let's":
		return "let us"
	case "it's", "that's", "here's", "there's", "what's", "who's", "where's", "how's", "everything's":
		return strings.TrimSuffix(w, "'s") + " is"
	}
	for _, c := range [][2]string{
		{"n't", " not"}, {"'ll", " will"}, {"'re", " are"}, {"'ve", " have"}, {"'m", " am"}, {"'d", " would"}, {"'s", ""},
	} {
		if base, ok := strings.CutSuffix(w, c[0]); ok {
			return base + c[1]
		}
	}
	return strings.ReplaceAll(w, "'", "")
}

// line is what a summary needs of an utterance.
type line struct {
	models.Key
	SpeakerID, SpeakerName   string
	StartMS, EndMS, VoicedMS int64
	Text, Language           string
	Doubt                    []models.Doubt
}

func lineOf(u *models.Utterance) line {
	return line{
		Key: u.Key, SpeakerID: u.SpeakerID, SpeakerName: u.SpeakerName, StartMS: u.StartMS, EndMS: u.EndMS, VoicedMS: u.VoicedMS,
		Text: u.Text, Language: u.Language, Doubt: u.Doubt,
	}
}

// utterance is a line as far as it was kept.
func (l *line) utterance() models.Utterance {
	return models.Utterance{
		Key: l.Key, SpeakerID: l.SpeakerID, SpeakerName: l.SpeakerName, StartMS: l.StartMS, EndMS: l.EndMS, VoicedMS: l.VoicedMS,
		Text: l.Text, Language: l.Language, Doubt: l.Doubt, State: models.UtteranceOK,
	}
}

func spoken(u *models.Utterance) bool { return u.Text != "" && u.State != models.UtteranceFailed }

// machineTalk matches attempts to make a machine that reads the transcript say or do something. Nothing here obeys text, but
// a summary that quoted such a line would pass it on to its reader, which may be a machine.
var machineTalk = regexp.MustCompile(`(?i)` +
	`\b(?:ignore|disregard|forget|override|bypass)\b.{0,30}\b(?:instructions?|rules?|prompts?|guidelines?|moderation|restrictions?)\b` +
	`|\b(?:system|developer|hidden|secret) prompt\b|\bprompt injection\b` +
	`|^\s*(?:system|assistant|user|developer):|<\|?\s*/?(?:im_start|im_end|system|assistant|user|inst)\b|\[/?inst\]` +
	`|\byou are (?:now|no longer) (?:a|an|the|in|bound|dan|my)\b|\bas an? (?:ai|language model|artificial intelligence)\b` +
	`|\b(?:in|to|into|for|of) your summary\b|\b(?:the|your|this) summary (?:must|should|has to|needs to)\b` +
	`|\b(?:write|put|include|add|mention|say|list)\b.{0,60}\b(?:in|to|into) (?:the|this) summary\b` +
	`|\b(?:dear|hey|hello|attention|okay|ok)?,?\s*` +
	`(?:earshot|chatbot|language model|summari[sz]er|transcriber|ai bot|moderation bot|ai assistant)\b.{0,40}\b` +
	`(?:mute|unmute|ban|remove|post|write|say|ignore|delete|add|mark|summari[sz]e|dismiss|approve|send)\b` +
	`|\b(?:unmute|unban) (?:all|everyone|everybody)\b|\bpost this link\b`)

// machineWords is a cheap test: every text that machineTalk matches contains one of them.
var machineWords = []string{
	"ignore", "disregard", "forget", "override", "bypass", "prompt", "system:", "assistant", "user:", "developer:", "<", "[inst", "[/inst",
	"you are n", "an ai", "language model", "artificial intelligence", "summary", "earshot", "chatbot", "ai bot", "moderation bot",
	"summari", "transcriber", "unmute", "unban", "this link",
}

// talksToMachine reports whether a line addresses a machine.
func talksToMachine(text string) bool {
	low := strings.ToLower(text)
	return slices.ContainsFunc(machineWords, func(w string) bool { return strings.Contains(low, w) }) && machineTalk.MatchString(text)
}
