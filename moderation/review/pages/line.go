package pages

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

// linePage is one line, to be corrected.
type linePage struct {
	Session  string
	Name     string
	URL      string
	Back     string
	Line     *lineView
	Text     string
	Original string
	By       string
	Clip     *clipView
	Words    []timedWord
	Choices  []wordChoice // that can be redacted; none when the visitor may not
	Problem  string
}

// LineURL is the address where a line is corrected.
func LineURL(k models.Key) string {
	return fmt.Sprintf("/s/%s/line/%d/%d/%s", url.PathEscape(k.Session), k.Epoch, k.Seq, url.PathEscape(k.Track))
}

func (s linePages) line(r *http.Request) (view, error) { return s.lineView(r, "") }

func (s linePages) lineView(r *http.Request, problem string) (view, error) {
	key, err := record.LineKey(r)
	if err != nil {
		return view{}, err
	}
	ctx := r.Context()
	ses, u, err := s.Record.Line(ctx, key)
	if err != nil {
		return view{}, err
	}
	h, err := s.Record.Snapshot(ctx, ses.ID, false)
	if err != nil {
		return view{}, err
	}
	p := s.painter(ses, auth.VisitorOf(ctx), castOf(h))
	p.keep(h.Clips...)
	data := linePage{
		Session: ses.ID, Name: sessionName(ses), URL: LineURL(u.Key), Back: editURL(u.Key),
		Line: p.line(u, nil), Text: u.Text, Original: u.Original, By: u.EditedBy, Clip: p.clip(u.Key), Problem: problem,
	}
	if e, ok := p.clips[u.Key]; ok {
		data.Words = timedWords(u, nil, e)
	}
	if auth.VisitorOf(ctx).May(ses.Room, models.AccessHost) {
		flags := slices.DeleteFunc(h.Flags, func(f models.Flag) bool { return f.Utterance != u.Key })
		data.Choices = wordChoices(u, flags)
	}
	v := view{page: "line", title: "Correct a line", nav: "rooms", data: data}
	if problem != "" {
		v.status = http.StatusBadRequest
		data.Text = cmp.Or(r.PostFormValue("text"), data.Text)
	}
	return v, nil
}

// editURL is the transcript in which every line can be corrected, at this line.
func editURL(k models.Key) string {
	return "/s/" + url.PathEscape(k.Session) + "?edit=1&at=" + LineID(k) + "#" + LineID(k)
}

// correct stores a corrected text and shows it to all who watch.
func (s linePages) correct(w http.ResponseWriter, r *http.Request) {
	s.changeLine(w, r, s.corrected, editURL)
}

// changeLine answers a form that changes a line: with the page that next gives, or with the form and what is wrong with it.
func (s linePages) changeLine(
	w http.ResponseWriter, r *http.Request, change func(*http.Request) (models.Utterance, string, error),
	next func(models.Key) string,
) {
	u, problem, err := change(r)
	if err == nil && problem == "" {
		http.Redirect(w, r, next(u.Key), http.StatusSeeOther)
		return
	}
	var v view
	if err == nil {
		v, err = s.lineView(r, problem)
	}
	if err != nil {
		v = s.failed(r, err)
	}
	s.render(w, r, v)
}

func (s linePages) corrected(r *http.Request) (u models.Utterance, problem string, err error) {
	if err := web.ReadForm(r); err != nil {
		return u, "", err
	}
	key, err := record.LineKey(r)
	if err == nil {
		_, u, err = s.Record.Line(r.Context(), key)
	}
	if err != nil {
		return u, "", err
	}
	text := r.PostFormValue("text")
	if r.PostFormValue("back") != "" {
		text = u.Original
	}
	if strings.TrimSpace(text) == "" {
		return u, "A line can't be empty.", nil
	}
	u, err = s.Record.Correct(r.Context(), u, text)
	return u, "", err
}

// wordChoice is a word of a line that can be taken out.
type wordChoice struct {
	Place  int
	Text   string
	Chosen bool
	Gone   bool // was taken out before
}

// wordChoices lists a line's words; those that a flag found are chosen.
func wordChoices(u models.Utterance, flags []models.Flag) (out []wordChoice) {
	found := matchedTimes(flags)
	for i, w := range u.Words {
		text := strings.TrimSpace(w.Text)
		out = append(out, wordChoice{i, text, found[[2]int64{w.StartMS, w.EndMS}], strings.Trim(text, string(models.RedactedRune)) == ""})
	}
	return out
}

// redact takes the chosen words, or all of them, out of a line.
func (s linePages) redact(w http.ResponseWriter, r *http.Request) {
	s.changeLine(w, r, s.redacted, sessionLine)
}

func (s linePages) redacted(r *http.Request) (u models.Utterance, problem string, err error) {
	if err := web.ReadForm(r); err != nil {
		return u, "", err
	}
	key, err := record.LineKey(r)
	if err != nil {
		return u, "", err
	}
	none := false
	u, err = s.Record.Redact(r.Context(), key, func(u models.Utterance) (places []int) {
		for i := range u.Words {
			if r.PostFormValue("all") != "" || slices.Contains(r.PostForm["word"], strconv.Itoa(i)) {
				places = append(places, i)
			}
		}
		none = len(places) == 0
		return places
	})
	if none {
		return u, "Nothing was redacted: no word was chosen.", nil
	}
	return u, "", err
}

// sessionLine is a line in its transcript.
func sessionLine(k models.Key) string { return lineAt(k.Session, LineID(k)) }

// lineAt is the address of a line in its transcript: the page begins near it, and shows it.
func lineAt(session, line string) string {
	return "/s/" + url.PathEscape(session) + "?at=" + line + "#" + line
}
