package pages

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/review/web"
)

// groupWithin is how soon after a line another one by the same person continues it without a new name.
const groupWithin = 20_000 // ms

// moment is a session time with the wall clock behind it.
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

// lineView is one utterance, or a partial that becomes one.
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
	Armed    []string // rules that look at it already
	Flags    []flagView
	Edit     string // address to correct it at, or ""
	Original string // what was heard, when Spans is a correction
	EditedBy string
	Words    []timedWord // instead of Spans when the line can be heard
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
	// Decides says that the visitor may decide it; Verbs is what can be done besides. Back is the page to come back to.
	Decides bool
	Verbs   []offer
	Back    string
	Redact  string // where its words are taken out, or ""
	URL     string // its line in the transcript
	// Ask is the open ask, Deeds what was done.
	Ask   *askView
	Deeds []deedView
	// The rest is set where the flag stands alone, away from its transcript.
	Room, Day string
	Line      []models.SnippetPart
	Words     []timedWord
	Doubt     bool
}

type heardWord struct{ Text, Clarity string }

// gapView is a stretch that was not heard.
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

// id is the id of the item's element.
func (i item) id() string {
	if i.Gap != nil {
		return i.Gap.ID
	}
	return i.Line.ID
}

// painter turns what a session holds into views. It is used by one goroutine.
type painter struct {
	s    *Pages
	ses  models.Session
	cast *cast
	back string
	// decides and verbs are what the visitor may do about flags.
	decides bool
	acts    bool
	redacts bool
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
		Spans: markMatches(u, flags), Original: u.Original, EditedBy: u.EditedBy,
	}
	if p.edits && !v.Failed {
		v.Edit = LineURL(u.Key)
	}
	for _, d := range u.Doubt {
		v.Doubts = append(v.Doubts, cmp.Or(doubtWords[d], string(d)))
	}
	for _, f := range flags {
		v.Flags = append(v.Flags, p.flag(f))
	}
	if e, ok := p.clips[u.Key]; ok && len(flags) > 0 {
		v.Words = timedWords(u, flags, e)
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
		Flag: f.ID, Session: p.ses.ID, By: f.DecidedBy, Clip: p.clip(f.Utterance), Decides: p.decides, Verbs: p.verbs, Back: p.back,
		URL: sessionLine(f.Utterance),
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
		Length: length(time.Duration(cmp.Or(g.LostMS, g.EndMS-g.StartMS)) * time.Millisecond),
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

// items puts lines and gaps in the order of their time. Lines in which nothing was said are left out.
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

// LineID is the id of a line's element in its transcript.
func LineID(k models.Key) string { return elementID("u", k.String()) }

// talkMS is how long somebody spoke in a line.
func talkMS(u models.Utterance) int64 {
	if u.VoicedMS > 0 {
		return u.VoicedMS
	}
	return max(u.EndMS-u.StartMS, 0)
}

// markMatches cuts a line's text into spans, those that a flag matched being marked. Words are found in the text one
// after the other, so the right one of two equal words is marked.
func markMatches(u models.Utterance, flags []models.Flag) []models.SnippetPart {
	matched := matchedTimes(flags)
	var b spans
	done := 0 // bytes of the text that are in spans
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

// matchedTimes is the set of the times of all words that flags matched.
func matchedTimes(flags []models.Flag) map[[2]int64]bool {
	matched := map[[2]int64]bool{}
	for _, f := range flags {
		for _, w := range f.Matched {
			matched[[2]int64{w.StartMS, w.EndMS}] = true
		}
	}
	return matched
}

// spans joins neighbours of the same kind, and marked words across the white space between them.
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
