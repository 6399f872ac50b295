package export

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"strconv"
	"strings"

	"earshot/models"
)

//go:embed page.html
var pageSource string

//go:embed page.css
var pageStyle string

// pageTemplate is the page of FormatHTML. html/template escapes what was said according to its context.
var pageTemplate = template.Must(template.New("page").Parse(pageSource))

// colours is the number of speaker colours; page.css names them s0 to s7.
const colours = 8

type pageView struct {
	Title   string
	Style   template.CSS
	Policy  string
	Facts   []string
	Summary *summaryView
	Rows    []rowView
}

type summaryView struct {
	Headline, Note string
	Chapters       []itemView
	Lists          []listView
	Talk           []talkView
}

type listView struct {
	Title string
	Items []itemView
}

// itemView is one item of a summary; To is the row that supports it.
type itemView struct{ Time, To, Who, Text, Task string }

type talkView struct {
	Name, Time string
	TalkMS     int64
	MostMS     int64
}

type rowView struct {
	ID, Time, Who, Class, Text, Doubt string
	Flags                             []string
	Sound                             template.URL // a clip, or ""
	Gap                               bool
	Heading                           string // of a recording's rows, instead of the other fields
}

// writeHTML writes a self-contained page without active content: the policy in its head allows only its own style, identified by its
// hash.
func writeHTML(w io.Writer, t Transcript) error {
	v := newPage(t.title())
	v.Facts = t.facts()
	sound := map[models.Key]template.URL{}
	for _, c := range t.Clips {
		sound[c.Utterance] = template.URL("data:audio/ogg;base64," + base64.StdEncoding.EncodeToString(c.Ogg)) //nolint:gosec // letters of base64
	}
	if len(sound) > 0 {
		v.Policy += "; media-src data:"
	}
	rows := v.add(t, sound, map[string]string{})
	if t.Summary != nil {
		v.Summary = viewSummary(*t.Summary, rows)
	}
	return pageTemplate.Execute(w, v)
}

// newPage returns a page without content.
func newPage(title string) pageView {
	sum := sha256.Sum256([]byte(pageStyle))
	return pageView{
		Title: shown(title), Style: template.CSS(pageStyle), //nolint:gosec // our own file
		Policy: "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
	}
}

// add adds a transcript's rows to a page, and returns the ids of its lines.
func (v *pageView) add(t Transcript, sound map[models.Key]template.URL, class map[string]string) map[models.Key]string {
	rows := map[models.Key]string{}
	for _, e := range t.entries() {
		id := "l" + strconv.Itoa(len(v.Rows)+1)
		if e.gap != nil {
			v.Rows = append(v.Rows, rowView{ID: id, Text: shown(GapLine(*e.gap)), Gap: true})
			continue
		}
		rows[e.line.Key] = id
		r := row(id, e, class)
		r.Sound = sound[e.line.Key]
		v.Rows = append(v.Rows, r)
	}
	return rows
}

// writePages writes the transcripts of recordings as one page.
func writePages(w io.Writer, ts []Transcript) error {
	if len(ts) == 1 {
		return writeHTML(w, ts[0])
	}
	v := newPage(strconv.Itoa(len(ts)) + " recordings")
	for _, t := range ts {
		v.Rows = append(v.Rows, rowView{Heading: shown(t.title())})
		v.add(t, nil, map[string]string{})
	}
	return pageTemplate.Execute(w, v)
}

func row(id string, e entry, class map[string]string) rowView {
	who := e.line.SpeakerID + "\x00" + e.line.SpeakerName
	if class[who] == "" {
		class[who] = "s" + strconv.Itoa(len(class)%colours)
	}
	r := rowView{
		ID: id, Time: Clock(e.line.StartMS), Who: shown(cut(e.line.SpeakerName)), Class: class[who], Text: shown(spoken(*e.line)),
		Doubt: doubts(e.line.Doubt),
	}
	for _, f := range e.flags {
		r.Flags = append(r.Flags, shown(flagMark(f)))
	}
	return r
}

// cut truncates a name so that it leaves room for the words.
func cut(name string) string {
	if r := []rune(name); len(r) > 128 {
		return string(r[:127]) + "…"
	}
	return name
}

func viewSummary(s models.Summary, rows map[models.Key]string) *summaryView {
	to := func(cites []models.Key) string {
		for _, c := range cites {
			if id, ok := rows[c]; ok {
				return "#" + id
			}
		}
		return "#transcript"
	}
	out := &summaryView{Headline: shown(s.Headline), Note: SummaryNote(s)}
	for _, c := range s.Chapters {
		out.Chapters = append(out.Chapters, itemView{Time: Clock(c.StartMS), To: to(c.Cites), Text: shown(c.Title)})
	}
	for _, l := range summaryLists(s) {
		v := listView{Title: l.Title}
		for _, it := range l.Items {
			who := strings.TrimSuffix(speakerPrefix(s, it.SpeakerID), ": ")
			v.Items = append(v.Items, itemView{Clock(it.StartMS), to(it.Cites), shown(cut(who)), shown(it.Text), shown(it.Task())})
		}
		if len(v.Items) > 0 {
			out.Lists = append(out.Lists, v)
		}
	}
	for _, p := range s.Talk {
		if p.Turns > 0 {
			out.Talk = append(out.Talk, talkView{shown(cut(p.SpeakerName)), Clock(p.TalkMS), p.TalkMS, max(1, s.Talk[0].TalkMS)})
		}
	}
	return out
}
