package pages

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"earshot/models"
	"earshot/moderation/engine/draft"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

// rulefilePage is the page for editing a rule file.
type rulefilePage struct {
	File  draft.File
	Draft string // the text in the form
	Seen  string // the sum of the text that was edited
	Say   string
	// Shown is the sum of the draft whose changes are shown: only this draft may be saved.
	Shown   string
	Checked *draft.Checked // nil: the text is that of the file
	Tried   *trialPage
	Changes []diffLine
	Saved   string // "yes", "new" for the first text of a file, or ""
	Notice  string
	Problem string
	// Choices are what the short forms offer, and Fields what was filled in; Whole says that the visitor may edit the whole text.
	Choices draft.Choices
	Fields  []field
	Whole   bool
}

// field is one filled in field of a form.
type field struct{ Name, Value string }

// diffLine is one line of the diff.
type diffLine struct{ Tone, Text string }

// changesRules reports whether somebody may change rules, like owners: they apply to all rooms.
func (s rulePages) changesRules(r *http.Request) bool {
	return s.RuleFiles != nil && auth.VisitorOf(r.Context()).RequireOwner() == nil
}

// amends reports whether somebody may change a rule file by the short forms: the hosts of all rooms whose rules include it.
func (s rulePages) amends(r *http.Request, f draft.File) bool {
	who := auth.VisitorOf(r.Context())
	if who.All.Allows(models.AccessHost) {
		return true
	}
	rooms := 0
	for _, profile := range f.Profiles {
		if profile == "" || s.Rooms.States == nil { // any room may be one of these
			return false
		}
		for _, x := range s.Rooms.States() {
			if x.Profile != profile {
				continue
			}
			if rooms++; !who.May(x.Room, models.AccessHost) {
				return false
			}
		}
	}
	return rooms > 0
}

// amendable returns the rule files that somebody may change by the short forms.
func (s rulePages) amendable(r *http.Request) []draft.File {
	if s.RuleFiles == nil {
		return nil
	}
	return slices.DeleteFunc(s.RuleFiles.Files(), func(f draft.File) bool { return !s.amends(r, f) })
}

// ruleFile returns a file that the visitor may change.
func (s rulePages) ruleFile(r *http.Request) (draft.File, error) {
	if !s.changesRules(r) {
		return draft.File{}, models.ErrForbidden
	}
	return s.pathFile(r, s.RuleFiles.Files())
}

// amendedFile returns a file that the visitor may change by the short forms.
func (s rulePages) amendedFile(r *http.Request) (draft.File, error) {
	files := s.amendable(r)
	if len(files) == 0 && !auth.VisitorOf(r.Context()).All.Allows(models.AccessHost) {
		return draft.File{}, models.ErrForbidden
	}
	return s.pathFile(r, files)
}

// pathFile returns the file that the address names.
func (s rulePages) pathFile(r *http.Request, files []draft.File) (draft.File, error) {
	id := r.PathValue("id")
	i := slices.IndexFunc(files, func(f draft.File) bool { return f.ID == id })
	if i < 0 {
		return draft.File{}, fmt.Errorf("rule file: %w", models.ErrNotFound)
	}
	return files[i], nil
}

// rulefilesPage asks which file to change.
type rulefilesPage struct {
	Files []draft.File
	Flag  string // to make a rule of, or ""
	Forms bool   // links to the short forms, too
	Whole bool   // links to the whole text
}

// To returns the address for changing a file.
func (p rulefilesPage) To(id string) string {
	if p.Flag == "" {
		return "/rulefiles/" + id
	}
	return "/rulefiles/" + id + "?flag=" + url.QueryEscape(p.Flag)
}

// rulefiles is the page of the files that may be changed.
func (s rulePages) rulefiles(r *http.Request) (view, error) {
	if !s.changesRules(r) {
		return view{}, models.ErrForbidden
	}
	return view{page: "rulefiles", title: "Rule files", nav: "rules", data: rulefilesPage{
		Files: s.RuleFiles.Files(), Flag: r.URL.Query().Get("flag"), Whole: true,
	}}, nil
}

// rulefile is the page for editing a rule file; with ?flag= it has an additional rule made from that flag.
func (s rulePages) rulefile(r *http.Request) (view, error) {
	f, err := s.ruleFile(r)
	if err != nil {
		return view{}, err
	}
	p := &rulefilePage{File: f, Draft: f.Base(), Seen: f.Sum, Saved: r.URL.Query().Get("saved")}
	if id := r.URL.Query().Get("flag"); id != "" {
		if err := s.ruleOf(r, p, id); err != nil {
			return view{}, err
		}
	}
	if len(f.Text) > draft.MaxText {
		p.Problem = "This file is too long to edit here: use a text editor."
	}
	return rulefileView(p), nil
}

// ruleOf adds a rule made from a flag to the draft.
func (s rulePages) ruleOf(r *http.Request, p *rulefilePage, flag string) error {
	f, err := s.Record.Flag(r.Context(), flag)
	if err != nil {
		return err
	}
	var ok bool
	if p.Draft, ok = draft.WithRule(p.File.Base(), f.Flag, f.Utterance.Words); !ok {
		p.Notice = "No rule can be made from this flag here: it holds no words, or this file lists its rules in brackets."
		return nil
	}
	p.Notice = "A rule and a check were added from the flag. Check them, then save."
	return s.look(p)
}

func rulefileView(p *rulefilePage) view {
	return view{page: "rulefile", title: p.File.Name, nav: "rules", data: p}
}

// amendView is the page with the short forms for a rule file.
func (s rulePages) amendView(r *http.Request) (view, error) {
	f, err := s.amendedFile(r)
	if err != nil {
		return view{}, err
	}
	return s.formsView(r, &rulefilePage{File: f, Saved: r.URL.Query().Get("saved")})
}

func (s rulePages) formsView(r *http.Request, p *rulefilePage) (v view, err error) {
	p.Whole = s.changesRules(r)
	if p.Choices, err = s.RuleFiles.Choices(p.File.ID); err != nil {
		return view{}, err
	}
	v = view{page: "amend", title: "Change " + p.File.Name, nav: "rules", data: p}
	if p.Problem != "" {
		v.status = http.StatusBadRequest
	}
	return v, nil
}

// changeRulefile is POST /rulefiles/{id}: it checks a draft and shows its changes; changes that have been shown may be saved.
func (s rulePages) changeRulefile(w http.ResponseWriter, r *http.Request) {
	s.answerChange(w, r, "", s.changed)
}

// amendRulefile is POST /rulefiles/{id}/change: the same with a short form.
func (s rulePages) amendRulefile(w http.ResponseWriter, r *http.Request) {
	s.answerChange(w, r, "/change", s.amended)
}

func (s rulePages) answerChange(w http.ResponseWriter, r *http.Request, suffix string, change func(*http.Request) (view, string, error)) {
	v, saved, err := view{}, "", web.ReadForm(r)
	if err == nil {
		v, saved, err = change(r)
	}
	switch {
	case err != nil:
		v = s.failed(r, err)
	case saved != "":
		http.Redirect(w, r, "/rulefiles/"+r.PathValue("id")+suffix+"?saved="+saved, http.StatusSeeOther)
		return
	}
	s.render(w, r, v)
}

// changed returns the page after a draft was checked or, if it was saved, what Saved says.
func (s rulePages) changed(r *http.Request) (v view, saved string, err error) {
	f, err := s.ruleFile(r)
	if err != nil {
		return view{}, "", err
	}
	p := &rulefilePage{File: f, Seen: r.PostForm.Get("seen"), Say: r.PostForm.Get("say")}
	p.Draft = strings.ReplaceAll(r.PostForm.Get("text"), "\r\n", "\n")
	if saved, err = s.saved(r, p); saved != "" || err != nil {
		return view{}, saved, err
	}
	if err := s.look(p); err != nil {
		return view{}, "", err
	}
	v = rulefileView(p)
	if p.Problem != "" {
		v.status = http.StatusBadRequest
	}
	return v, "", nil
}

// saved saves a draft if its changes have been shown and the visitor asks for it, and returns what Saved says of it, or "". The page says
// why it was not saved.
func (s rulePages) saved(r *http.Request, p *rulefilePage) (string, error) {
	if r.PostForm.Get("do") != "save" || r.PostForm.Get("shown") != draft.Sum(p.Draft) {
		return "", nil
	}
	err := s.RuleFiles.Save(r.Context(), p.File.ID, p.Draft, p.Seen, auth.VisitorOf(r.Context()).Name)
	if errors.Is(err, models.ErrInvalid) || errors.Is(err, models.ErrConflict) {
		p.Problem = web.Sentence(web.Text(err))
		return "", nil
	}
	switch {
	case err != nil:
		return "", err
	case p.File.New:
		return "new", nil
	}
	return "yes", nil
}

// amendFields are the fields of the short forms.
var amendFields = []string{"what", "role", "person", "list", "word", "seconds", "rule", "mode"}

// amended returns the page with the changes that a short form makes or, if they were saved, what Saved says.
// The text is made anew from the fields each time, so that hosts can save nothing else.
func (s rulePages) amended(r *http.Request) (v view, saved string, err error) {
	f, err := s.amendedFile(r)
	if err != nil {
		return view{}, "", err
	}
	get := r.PostForm.Get
	p := &rulefilePage{File: f, Seen: cmp.Or(get("seen"), f.Sum)}
	seconds, _ := strconv.Atoi(get("seconds")) // 0 is refused
	p.Draft, err = s.RuleFiles.Amend(f.ID, draft.Amendment{
		Kind: get("what"), Role: models.Role(get("role")), Person: get("person"), List: get("list"), Word: get("word"),
		Seconds: seconds, Rule: get("rule"), Mode: models.Mode(get("mode")), By: s.undoes(r),
	})
	if errors.Is(err, models.ErrInvalid) {
		p.Problem = web.Sentence(web.Text(err))
		v, err = s.formsView(r, p)
		return v, "", err
	}
	if err != nil {
		return view{}, "", err
	}
	if saved, err = s.saved(r, p); saved != "" || err != nil {
		return view{}, saved, err
	}
	for _, name := range amendFields {
		if v := get(name); v != "" {
			p.Fields = append(p.Fields, field{name, v})
		}
	}
	if err := s.look(p); err != nil {
		return view{}, "", err
	}
	v, err = s.formsView(r, p)
	return v, "", err
}

// undoes returns whose last change of a rule file the visitor may undo: their own or, "", anybody's.
func (s rulePages) undoes(r *http.Request) string {
	if s.changesRules(r) {
		return ""
	}
	return auth.VisitorOf(r.Context()).Name
}

// look checks the draft of a page.
func (s rulePages) look(p *rulefilePage) error {
	say := slices.DeleteFunc(
		strings.Split(strings.ReplaceAll(p.Say, "\r", ""), "\n"), func(l string) bool { return strings.TrimSpace(l) == "" },
	)
	if len(p.Say) > record.MaxTried {
		say = nil
	}
	checked, err := s.RuleFiles.Check(p.File.ID, p.Draft, say)
	if err != nil {
		return web.Explained(err)
	}
	p.Checked, p.Shown = &checked, draft.Sum(p.Draft)
	p.Changes = diffLines(checked.Diff)
	if checked.Tried != nil {
		p.Tried = &trialPage{}
		p.Tried.take(*checked.Tried)
	}
	return nil
}

// Savable reports whether the draft was checked, is valid, and changes something.
func (p *rulefilePage) Savable() bool {
	return p.Checked != nil && len(p.Checked.Problems) == 0 && len(p.Changes) > 0
}

// diffLines returns the lines of a unified diff, without its header.
func diffLines(text string) (out []diffLine) {
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "diff "), strings.HasPrefix(line, "--- "), strings.HasPrefix(line, "+++ "):
		case strings.HasPrefix(line, "+"):
			out = append(out, diffLine{"added", line})
		case strings.HasPrefix(line, "-"):
			out = append(out, diffLine{"removed", line})
		case strings.HasPrefix(line, "@@"):
			out = append(out, diffLine{"dim", line})
		default:
			out = append(out, diffLine{"", line})
		}
	}
	return out
}
