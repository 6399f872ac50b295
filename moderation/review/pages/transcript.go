package pages

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/review/web"
)

// groupWithin is how soon after a line another one by the same person continues it without repeating the name.
const groupWithin = 20_000 // ms

// moment is a session time with its wall-clock time.
type moment struct {
	MS    int64
	Clock string // 15:04 into the session
	ISO   string
	Wall  string
}

func (s *Pages) moment(ses models.Session, ms int64) moment {
	t := ses.Started.Add(time.Duration(ms) * time.Millisecond)
	return moment{MS: ms, Clock: clock(ms), ISO: t.UTC().Format(time.RFC3339), Wall: wall(t.In(s.Location))}
}

// lineView is an utterance, or a partial that becomes one.
type lineView struct {
	ID       string
	Who      *person
	At       moment
	EndMS    int64
	TalkMS   int64
	Spans    []models.SnippetPart
	Lang     string
	Doubts   []string
	Failed   bool
	Degraded bool
	Cont     bool // continues the line above
	Partial  bool
	Stable   string
	Tail     string
	Armed    []string // rules that already match it
	Flags    []flagView
	Address  string // its own page; "" of a partial
	Edits    bool   // a link leads there
	Original string // the original text, if Spans is a correction
	EditedBy string
	Times    string // of the words in the line's audio, if it has some
}

// flagView is one flag, in its line and in the list.
type flagView struct {
	ID, LineID string
	Who        *person
	At         moment
	Level      string
	Sign       string
	Title      string
	Rule       string
	Pack       string
	Quote      string
	Why        string
	Heard      []heardWord
	Status     models.FlagStatus
	Open       bool
	Flag       string // the flag's own id
	Session    string
	By         string // who decided
	Clip       *clipView
	// Decides says that the visitor may decide it; Verbs are further possible actions. Back is the page to return to.
	Decides  bool
	Verbs    []offer
	Back     string
	MakeRule string // the address for making a rule from it, or ""
	Redact   string // the address for redacting its words, or ""
	URL      string // its line in the transcript
	Address  string // the line's own page
	// Ask is the open ask, Actions are the actions taken.
	Ask     *askView
	Actions []actionView
	// The rest is set if the flag is shown outside its transcript.
	Room, Day string
	Line      []models.SnippetPart
	Times     string // of the words in Clip
	Doubt     bool
}

type heardWord struct{ Text, Clarity string }

// gapView is a part that was not heard.
type gapView struct {
	ID     string
	At     moment
	EndMS  int64
	Length string
	Who    *person // nil: everybody
	Cause  string
}

// item is one entry of a transcript; exactly one is set.
type item struct {
	Line *lineView
	Gap  *gapView
}

func (i item) at() int64 {
	if i.Gap != nil {
		return i.Gap.At.MS
	}
	return i.Line.At.MS
}

// id returns the id of the item's element.
func (i item) id() string {
	if i.Gap != nil {
		return i.Gap.ID
	}
	return i.Line.ID
}

// painter turns the data of a session into views. It is used by one goroutine.
type painter struct {
	s    *Pages
	ses  models.Session
	cast *cast
	back string
	// decides and verbs are what the visitor may do about flags.
	decides bool
	acts    bool
	redacts bool
	rules   bool // the visitor may change rules
	verbs   []offer
	can     []models.Verb
	edits   bool // lines get a link to correct them
	clips   map[models.Key]models.Evidence
	known   outcomes
}

func (p *painter) line(u models.Utterance, flags []models.Flag) *lineView {
	who, _ := p.cast.find(u.SpeakerID, u.SpeakerName)
	v := &lineView{
		ID: LineID(u.Key), Who: who, At: p.s.moment(p.ses, u.StartMS), EndMS: u.EndMS, TalkMS: talkMS(u),
		Lang: u.Language, Failed: u.State == models.UtteranceFailed, Degraded: u.Degraded,
		Spans: markMatches(u, flags), Original: u.Original, EditedBy: web.Doer(u.EditedBy),
	}
	v.Address, v.Edits = LineURL(u.Key), p.edits && !v.Failed
	for _, d := range u.Doubt {
		v.Doubts = append(v.Doubts, cmp.Or(doubtWords[d], string(d)))
	}
	for _, f := range flags {
		v.Flags = append(v.Flags, p.flag(f))
	}
	if e, ok := p.clips[u.Key]; ok && len(flags) > 0 {
		v.Times = wordTimes(u, e)
	}
	return v
}

func (p *painter) partial(x models.Partial) *lineView {
	who, _ := p.cast.find(x.SpeakerID, x.SpeakerName)
	return &lineView{
		ID: LineID(x.Key), Who: who, At: p.s.moment(p.ses, x.StartMS), EndMS: x.StartMS,
		Partial: true, Stable: x.Stable, Tail: x.Tail, Armed: x.Armed,
	}
}

func (p *painter) flag(f models.Flag) flagView {
	who, _ := p.cast.find(f.SpeakerID, f.SpeakerName)
	level, sign := string(f.Level), "▲"
	if f.Level.Rank() < models.LevelMedium.Rank() {
		sign = "△"
	}
	if f.Level.Rank() < 0 {
		level = string(models.LevelInfo)
	}
	v := flagView{
		ID: elementID("f", f.ID), LineID: LineID(f.Utterance), Who: who, At: p.s.moment(p.ses, f.StartMS),
		Level: level, Sign: sign, Title: web.CleanName(cmp.Or(f.Title, f.Rule)), Rule: f.Rule, Pack: f.Pack, Why: f.Why,
		Status: f.Status, Open: f.Status == models.FlagOpen || f.Status == "",
		Flag: f.ID, Session: p.ses.ID, By: web.Doer(f.DecidedBy), Clip: p.clip(f.Utterance), Decides: p.decides, Verbs: p.verbs, Back: p.back,
		URL: sessionLine(f.Utterance), Address: LineURL(f.Utterance),
	}
	if p.s.RuleFiles != nil && p.rules {
		v.MakeRule = "/rulefiles?flag=" + url.QueryEscape(f.ID)
	}
	if p.redacts {
		v.Redact = LineURL(f.Utterance)
	}
	if f.Hash != "" {
		v.Pack += "@" + f.Hash
	}
	var quote []string
	for _, w := range f.Matched {
		text := strings.TrimSpace(w.Text)
		quote = append(quote, text)
		v.Heard = append(v.Heard, heardWord{text, heard(w.P)})
	}
	v.Quote = strings.Join(quote, " ")
	p.outcome(&v)
	return v
}

func (p *painter) gap(g models.Gap) *gapView {
	v := &gapView{
		At: p.s.moment(p.ses, g.StartMS), EndMS: g.EndMS,
		Length: models.Length(time.Duration(cmp.Or(g.LostMS, g.EndMS-g.StartMS)) * time.Millisecond),
		Cause:  cmp.Or(gapWords[g.Cause], string(g.Cause)),
	}
	if g.SpeakerID != "" {
		v.Who, _ = p.cast.find(g.SpeakerID, g.SpeakerName)
	}
	v.ID = fmt.Sprintf("g-%d-%d", v.At.MS, v.EndMS)
	if v.Who != nil {
		v.ID += "-" + v.Who.Key
	}
	return v
}

// items sorts lines and gaps by time. Lines without text are omitted.
func (p *painter) items(us []models.Utterance, gaps []models.Gap, flags []models.Flag) []item {
	byLine := make(map[models.Key][]models.Flag)
	for _, f := range flags {
		byLine[f.Utterance] = append(byLine[f.Utterance], f)
	}
	items := make([]item, 0, len(us)+len(gaps))
	for _, u := range us {
		if shown(u) {
			items = append(items, item{Line: p.line(u, byLine[u.Key])})
		}
	}
	for _, g := range gaps {
		items = append(items, item{Gap: p.gap(g)})
	}
	slices.SortStableFunc(items, func(a, b item) int { return cmp.Compare(a.at(), b.at()) })
	for i := 1; i < len(items); i++ {
		a, b := items[i-1].Line, items[i].Line
		if a != nil && b != nil {
			b.Cont = a.Who == b.Who && b.At.MS-a.EndMS < groupWithin
		}
	}
	return items
}

func shown(u models.Utterance) bool { return u.Text != "" || u.State == models.UtteranceFailed }

// LineID returns the id of a line's element in its transcript.
func LineID(k models.Key) string { return elementID("u", k.String()) }

// talkMS returns how long somebody spoke in a line.
func talkMS(u models.Utterance) int64 {
	if u.VoicedMS > 0 {
		return u.VoicedMS
	}
	return max(u.EndMS-u.StartMS, 0)
}

// markMatches splits a line's text into spans, highlighting those that a flag matched. Words are searched in the text one after
// another, so that the right one of two equal words is highlighted.
func markMatches(u models.Utterance, flags []models.Flag) []models.SnippetPart {
	matched := matchedTimes(flags)
	var b spans
	done := 0 // bytes of the text already in spans
	for _, w := range u.Words {
		word := strings.TrimSpace(w.Text)
		i := strings.Index(u.Text[done:], word)
		if word == "" || i < 0 {
			continue
		}
		b.add(u.Text[done:done+i], false)
		b.add(word, matched[[2]int64{w.StartMS, w.EndMS}])
		done += i + len(word)
	}
	b.add(u.Text[done:], false)
	return b.list
}

// matchedTimes returns the set of times of all words that flags matched.
func matchedTimes(flags []models.Flag) map[[2]int64]bool {
	matched := map[[2]int64]bool{}
	for _, f := range flags {
		for _, w := range f.Matched {
			matched[[2]int64{w.StartMS, w.EndMS}] = true
		}
	}
	return matched
}

// spans merges adjacent spans of the same kind, and highlighted words across the white space between them.
type spans struct{ list []models.SnippetPart }

func (b *spans) add(text string, match bool) {
	if text == "" {
		return
	}
	n := len(b.list)
	if match && n >= 2 && b.list[n-2].Hit && strings.TrimSpace(b.list[n-1].Text) == "" {
		b.list[n-2].Text += b.list[n-1].Text + text
		b.list = b.list[:n-1]
		return
	}
	if n > 0 && b.list[n-1].Hit == match {
		b.list[n-1].Text += text
		return
	}
	b.list = append(b.list, models.SnippetPart{Text: text, Hit: match})
}
