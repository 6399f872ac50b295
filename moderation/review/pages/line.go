package pages

import (
	"bytes"
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

// linePage is the page for correcting a line.
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
	Times    string       // of the line's words in the clip
	Choices  []wordChoice // the words that can be redacted; none if the visitor may not
	Problem  string
}

// LineURL returns the address for correcting a line.
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
		Line: p.line(u, nil), Text: u.Text, Original: u.Original, By: web.Doer(u.EditedBy), Clip: p.clip(u.Key), Problem: problem,
	}
	if e, ok := p.clips[u.Key]; ok {
		data.Times = wordTimes(u, e)
	}
	if auth.VisitorOf(ctx).May(ses.Room, models.AccessHost) {
		flags := slices.DeleteFunc(h.Flags, func(f models.Flag) bool { return f.Utterance != u.Key })
		data.Choices = wordChoices(u, flags)
	}
	v := view{page: "line", title: "Correct a line", nav: "rooms", data: data}
	if r.Header.Get(pieceHeader) != "" {
		v.piece = "lineform"
	}
	if problem != "" {
		v.status = http.StatusBadRequest
	}
	return v, nil
}

// editURL returns the address of the transcript in correction mode, at this line.
func editURL(k models.Key) string {
	return "/s/" + url.PathEscape(k.Session) + "?edit=1&at=" + LineID(k) + "#" + LineID(k)
}

// correct stores a corrected text and publishes it.
func (s linePages) correct(w http.ResponseWriter, r *http.Request) {
	s.changeLine(w, r, s.corrected, editURL)
}

// changeLine handles a form that changes a line: it responds with the page returned by next, or with the form and the error.
func (s linePages) changeLine(
	w http.ResponseWriter, r *http.Request, change func(*http.Request) (models.Utterance, string, error),
	next func(models.Key) string,
) {
	u, problem, err := change(r)
	if err == nil && problem == "" && r.Header.Get(pieceHeader) != "" {
		s.sendPieces(w, r, u.Session, func(f *fragments, b *bytes.Buffer) error { return f.utterance(b, u) })
		return
	}
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

// wordChoice is a word of a line that can be redacted.
type wordChoice struct {
	Place  int
	Text   string
	Chosen bool
	Gone   bool // already redacted
}

// wordChoices lists a line's words; those that a flag matched are selected.
func wordChoices(u models.Utterance, flags []models.Flag) (out []wordChoice) {
	found := matchedTimes(flags)
	for i, w := range u.Words {
		text := strings.TrimSpace(w.Text)
		out = append(out, wordChoice{i, text, found[[2]int64{w.StartMS, w.EndMS}], strings.Trim(text, string(models.RedactedRune)) == ""})
	}
	return out
}

// redact redacts the selected words of a line, or all of them, once the form says that the visitor is sure.
func (s linePages) redact(w http.ResponseWriter, r *http.Request) {
	err, what := web.ReadForm(r), ""
	switch {
	case err != nil || r.PostFormValue("sure") != "":
	case r.PostFormValue("all") != "":
		what = "Redact the whole line"
	case len(r.PostForm["word"]) > 0:
		what = "Redact " + models.Count(len(r.PostForm["word"]), "word")
	}
	if err == nil && what == "" {
		s.changeLine(w, r, s.redacted, sessionLine)
		return
	}
	var v view
	if err == nil {
		v, err = s.redactSure(r, what)
	}
	if err != nil {
		v = s.failed(r, err)
	}
	s.render(w, r, v)
}

// redactSure asks a visitor who may redact the line whether to.
func (s linePages) redactSure(r *http.Request, what string) (view, error) {
	key, err := record.LineKey(r)
	if err != nil {
		return view{}, err
	}
	ses, _, err := s.Record.Line(r.Context(), key)
	if err != nil {
		return view{}, err
	}
	if !auth.VisitorOf(r.Context()).May(ses.Room, models.AccessHost) {
		return view{}, models.ErrForbidden
	}
	return view{page: "sure", title: "Are you sure?", nav: "rooms", data: surePage{
		What: what, Text: "The words and their sound are removed permanently. This cannot be undone.", Action: r.URL.Path, Back: LineURL(key),
		Fields: r.PostForm,
	}}, nil
}

func (s linePages) redacted(r *http.Request) (u models.Utterance, problem string, err error) {
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
		return u, "Nothing was redacted: no word was selected.", nil
	}
	return u, "", err
}

// sendPieces responds to the script of a session's page with rendered pieces.
func (s *Pages) sendPieces(w http.ResponseWriter, r *http.Request, session string, draw func(*fragments, *bytes.Buffer) error) {
	var b bytes.Buffer
	f, err := s.newFragments(r.Context(), session)
	if err == nil {
		err = draw(f, &b)
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(b.Bytes())
}

// sessionLine is a line in its transcript.
func sessionLine(k models.Key) string { return lineAt(k.Session, LineID(k)) }

// lineAt returns the address of a line in its transcript: the page starts near it, and scrolls to it.
func lineAt(session, line string) string {
	return "/s/" + url.PathEscape(session) + "?at=" + line + "#" + line
}
