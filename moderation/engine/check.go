package engine

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"earshot/configs/strict"
	"earshot/models"
	"earshot/moderation/rules"
)

// Example is something that somebody might say, for trying rules.
type Example struct {
	// Say holds successive lines of one speaker.
	Say []string
	// By is the speaker's role; empty is guest.
	By models.Role
	// WordP is the probability of every word, 0 to 1.
	WordP float64
	// Show leaves the words of masked lists readable in the verdicts.
	Show bool
}

// Try judges an example and explains every rule of the set, the most severe verdicts first. A rule that fires on several lines
// reports its strongest verdict. The error says that the role is unknown.
func (s *Set) Try(e Example) ([]Verdict, error) {
	if e.By != "" && !s.Roles[e.By] {
		var known []string
		for r := range s.Roles {
			known = append(known, string(r))
		}
		return nil, models.WithHint(fmt.Errorf("unknown role %q%s", e.By, strict.DidYouMean(string(e.By), known)),
			"roles are host, cohost, speaker, guest, and those that the profile names under people:")
	}
	script := make([]spoken, 0, len(e.Say))
	at := int64(0)
	for i, line := range e.Say {
		u := exampleLine(line, e.WordP, at, i+1)
		at = u.EndMS + 500
		script = append(script, spoken{u, e.By})
	}
	if len(script) == 0 {
		return nil, nil
	}
	return s.try(script, e.Show), nil
}

// spoken is a line and its speaker's role.
type spoken struct {
	u    models.Utterance
	role models.Role
}

// try judges successive lines in a session of their own, including consequences: points count, and so do rules on ledgers. Each
// rule's strongest verdict counts.
func (s *Set) try(script []spoken, show bool) []Verdict {
	p := &player{set: s, show: show, people: map[string]models.Role{}, open: map[string]models.Decision{}}
	p.begin(monday)
	for _, line := range script {
		p.session.Person(models.Speaker{ID: line.u.SpeakerID, Name: line.u.SpeakerName, Role: line.role})
		line.u.Session = p.session.session.ID
		p.talk(line.u.SpeakerID, line.u.StartMS, line.u.EndMS)
		p.until(line.u.EndMS)
		p.line(line.u)
	}
	sortVerdicts(p.found)
	return p.found
}

// CheckResult is the outcome of one entry of checks:.
type CheckResult struct {
	File string `json:"file"`
	Line int    `json:"line"`
	// Say is what the check says, masked like all output unless the full text was requested.
	Say string `json:"say"`
	// Failures lists the deviations from what was expected; it is empty if the check passed.
	Failures []string `json:"failures,omitempty"`
	// Skipped says why the check could not be run; such a check has neither passed nor failed.
	Skipped string `json:"skipped,omitempty"`
}

// RunChecks runs the checks of every file in the closure of paths, each against that file and the files it uses, so that a pack's
// checks have the same result wherever it is used. Checks of shipped packs, which are tested with the program, run only if the pack
// is named. With show, nothing is masked in the results. The error is that of Load.
func RunChecks(opts LoadOptions, show bool, paths ...string) ([]CheckResult, error) {
	files, probs := rules.Load(language, opts.FS, opts.Drafts, paths...)
	if compile(files, opts, probs); probs.Err() != nil {
		return nil, probs.Err()
	}
	var out []CheckResult
	shipped := slices.ContainsFunc(files.Named, func(f *rules.File) bool { return f.Dir == "" })
	for _, f := range files.All() {
		if f.Dir == "" && !shipped {
			continue
		}
		alone := compile(&rules.Files{Named: []*rules.File{f}}, LoadOptions{TextModelFile: opts.TextModelFile}, probs)
		if err := probs.Err(); err != nil {
			return nil, err
		}
		out = append(out, alone.runChecks(opts, f, show)...)
	}
	return out, nil
}

func (s *Set) runChecks(opts LoadOptions, f *rules.File, show bool) []CheckResult {
	out := make([]CheckResult, 0, len(f.Checks))
	for _, c := range f.Checks {
		r := CheckResult{File: f.Name, Line: c.Line, Say: saidIn(c)}
		if !show {
			r.Say = s.Mask(r.Say)
		}
		if c.Scene != nil {
			vs, err := s.play(c, show)
			if r.Failures = failures(c, vs); err != nil {
				r.Failures = []string{err.Error()}
			}
			out = append(out, r)
			continue
		}
		script, err := script(c, opts, f)
		switch {
		case errors.Is(err, errNoTranscriber):
			r.Skipped = err.Error()
		case err != nil:
			r.Failures = []string{err.Error()}
		default:
			r.Failures = failures(c, s.try(script, show))
		}
		out = append(out, r)
	}
	return out
}

// saidIn is what a check says, in one line.
func saidIn(c rules.Check) string {
	if c.WAV != "" {
		return "the recording " + c.WAV
	}
	if c.Scene != nil {
		return storyOf(c.Scene)
	}
	texts := make([]string, len(c.Say))
	for i, l := range c.Say {
		texts[i] = l.Text
	}
	return strings.Join(texts, " | ")
}

// errNoTranscriber: recordings can't be transcribed.
var errNoTranscriber = errors.New("a recording needs a model to transcribe it")

// script returns what is said in a check, line by line.
func script(c rules.Check, opts LoadOptions, f *rules.File) ([]spoken, error) {
	if c.WAV != "" {
		return recording(c, opts, f)
	}
	var out []spoken
	at := int64(0)
	for i, l := range c.Say {
		if l.At >= 0 {
			at = l.At
		}
		wordP, role := c.WordP, cmp.Or(l.By, c.By)
		if l.WordP >= 0 {
			wordP = l.WordP
		}
		u := exampleLine(l.Text, wordP, at, i+1)
		u.SpeakerID = cmp.Or(l.Speaker, u.SpeakerID)
		out = append(out, spoken{u, role})
		at = u.EndMS + 500
	}
	return out, nil
}

// recording transcribes a recording in the folder of the rule file.
func recording(c rules.Check, opts LoadOptions, f *rules.File) ([]spoken, error) {
	if opts.Transcribe == nil || f.Dir == "" {
		return nil, errNoTranscriber
	}
	lines, err := opts.Transcribe(filepath.Join(f.Dir, filepath.FromSlash(c.WAV)))
	if err != nil {
		return nil, fmt.Errorf("cannot transcribe %s: %w", c.WAV, err)
	}
	out := make([]spoken, len(lines))
	for i, u := range lines {
		u.Key = models.Key{Session: "example", Epoch: 1, Track: "example", Seq: i + 1}
		u.SpeakerID, u.SpeakerName = cmp.Or(u.SpeakerID, "someone"), cmp.Or(u.SpeakerName, "someone")
		u.Attribution = cmp.Or(u.Attribution, models.AttributionTrack)
		out[i] = spoken{u, c.By}
	}
	return out, nil
}

// failures compares verdicts with what the check expects. Rules that an expectation does not name may do anything, except under
// "expect: none".
func failures(c rules.Check, verdicts []Verdict) []string {
	var out []string
	byRule := map[string]Verdict{}
	for _, v := range verdicts {
		byRule[v.Rule] = v
		if c.None && v.Fired {
			out = append(out, fmt.Sprintf("expected no flag, but %s fired: %s", v.Rule, v.Why))
		}
	}
	for _, e := range c.Expect {
		if f := failure(e, byRule[e.Rule]); f != "" {
			out = append(out, f)
		}
	}
	return out
}

func failure(e rules.Expectation, v Verdict) string {
	switch {
	case e.Want == "none" && v.Fired:
		return fmt.Sprintf("expected no %s, but it fired: %s", e.Rule, v.Why)
	case e.Want == "none":
		return ""
	case !v.Fired:
		return fmt.Sprintf("expected %s: %s, but it did not fire: %s", e.Rule, e.Want, v.WhyNot)
	case e.Want == string(v.Mode) || e.Want == string(v.Level):
		return ""
	}
	return fmt.Sprintf("expected %s: %s, but it came out as %s (level %s): %s", e.Rule, e.Want, v.Mode, v.Level, v.Why)
}

// Tried is the result of Try in the form that "rules try --json" and the API return.
type Tried struct {
	Set      string         `json:"set"`
	By       models.Role    `json:"by"`
	Verdicts []TriedVerdict `json:"verdicts"`
	// Others are the rules that do not flag the example. They are omitted in batches.
	Others []TriedOther `json:"others,omitempty"`
}

// TriedVerdict is the verdict of one rule that flags the example. Matched has the contents of Verdict.Shown.
type TriedVerdict struct {
	Rule         string       `json:"rule"`
	Pack         string       `json:"pack"`
	Level        models.Level `json:"level"`
	Mode         models.Mode  `json:"mode"`
	WouldEnforce bool         `json:"would_enforce"`
	Matched      []string     `json:"matched"`
	Title        string       `json:"title"`
	Why          string       `json:"why"`
	Gates        []TriedGate  `json:"gates"`
}

// TriedGate is a Gate with a name that is unique among the types of the API.
type TriedGate Gate

// TriedOther is a rule that does not flag the example.
type TriedOther struct {
	Rule   string `json:"rule"`
	Pack   string `json:"pack"`
	WhyNot string `json:"why_not"`
}

// Report is Try as data: with others, it also lists the rules that do not flag the example, and why.
func (s *Set) Report(e Example, others bool) (Tried, error) {
	verdicts, err := s.Try(e)
	if err != nil {
		return Tried{}, err
	}
	out := Tried{Set: s.String(), By: cmp.Or(e.By, models.RoleGuest), Verdicts: []TriedVerdict{}}
	for _, v := range verdicts {
		switch {
		case v.Fired:
			t := TriedVerdict{v.Rule, v.Pack, v.Level, v.Mode, v.WouldEnforce, append([]string{}, v.Shown...), v.Title, v.Why, nil}
			for _, g := range v.Gates {
				t.Gates = append(t.Gates, TriedGate(g))
			}
			out.Verdicts = append(out.Verdicts, t)
		case others:
			out.Others = append(out.Others, TriedOther{v.Rule, v.Pack, v.WhyNot})
		}
	}
	return out, nil
}

// Replayed is the result of a Replay in the form that "rules replay --json" and the API return.
type Replayed struct {
	Set      string `json:"set"`
	Sessions int    `json:"sessions"`
	Lines    int    `json:"lines"`
	// Left is how many older sessions were skipped to save time.
	Left  int         `json:"left,omitempty"`
	Rules []ReplayRow `json:"rules"`
}

// Report returns the results so far.
func (r *Replay) Report() Replayed {
	return Replayed{Set: r.set.String(), Sessions: r.Sessions, Lines: r.Lines, Rules: r.Rows()}
}
