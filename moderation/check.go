package moderation

import (
	"fmt"
	"strings"

	"earshot/models"
)

// Example is something somebody might say, to try rules on.
type Example struct {
	// Say holds successive lines of one speaker.
	Say []string
	// By is the speaker's role; empty is guest.
	By models.Role
	// WordP is the probability with which every word is heard, 0 to 1.
	WordP float64
	// Show leaves the words of masked lists readable in the verdicts.
	Show bool
}

// Try judges an example and explains every rule of the set, gravest verdicts first. A rule that fires on several lines
// reports its strongest verdict. The error says that the role is unknown.
func (s *Set) Try(e Example) ([]Verdict, error) {
	if e.By != "" && !s.roles[e.By] {
		var known []string
		for r := range s.roles {
			known = append(known, string(r))
		}
		return nil, models.WithHint(fmt.Errorf("unknown role %q%s", e.By, didYouMean(string(e.By), known)),
			"roles are host, cohost, speaker, guest, and those that the profile names under people:")
	}
	var out []Verdict
	at := int64(0)
	for _, line := range e.Say {
		u := exampleLine(line, e.WordP, at)
		at = u.EndMS + 500
		out = strongest(out, s.judge(u, s.rolesOf("", e.By), manner{explain: true, show: e.Show}))
	}
	sortVerdicts(out)
	return out, nil
}

// exampleLine is a line as if it had been heard without any fault, 300 ms for each word.
func exampleLine(text string, wordP float64, at int64) models.Utterance {
	u := models.Utterance{State: models.UtteranceOK, Text: text, StartMS: at, Attribution: models.AttributionTrack, SpeakerName: "someone"}
	for _, f := range strings.Fields(text) {
		u.Words = append(u.Words, models.Word{Text: f, StartMS: at, EndMS: at + 300, P: float32(wordP)})
		at += 300
	}
	u.EndMS, u.VoicedMS = at, at-u.StartMS
	return u
}

// strongest merges the verdicts of a further line into those so far, rule by rule.
func strongest(so, further []Verdict) []Verdict {
	if so == nil {
		return further
	}
	byRule := map[string]Verdict{}
	for _, v := range further {
		byRule[v.Rule] = v
	}
	for i, v := range so {
		w := byRule[v.Rule]
		if w.Fired && (!v.Fired || modeRank(w.Mode) > modeRank(v.Mode)) {
			so[i] = w
		}
	}
	return so
}

// CheckResult is the outcome of one entry of checks:.
type CheckResult struct {
	File string `json:"file"`
	Line int    `json:"line"`
	// Say is what the check says, masked like every output unless it was asked for in full.
	Say string `json:"say"`
	// Failures says what came out otherwise than expected; it is empty when the check passed.
	Failures []string `json:"failures,omitempty"`
}

// RunChecks runs the checks of every file in the closure of paths, each against what that file and the files it uses say,
// so that a pack's checks hold or fail wherever it is used. With show nothing is masked in the results. The error is that of
// Load.
func RunChecks(opts LoadOptions, show bool, paths ...string) ([]CheckResult, error) {
	_, root, err := load(opts, paths)
	if err != nil {
		return nil, err
	}
	var out []CheckResult
	var probs problems
	for _, f := range closure(root, nil) {
		alone := compile(&rawFile{used: []*rawFile{f}}, "", &probs)
		if err := probs.err([]string{f.name}); err != nil {
			return nil, err
		}
		out = append(out, alone.runChecks(f.name, f.checks, show)...)
	}
	return out, nil
}

func (s *Set) runChecks(file string, checks []rawCheck, show bool) []CheckResult {
	out := make([]CheckResult, 0, len(checks))
	for _, c := range checks {
		verdicts, err := s.Try(Example{Say: []string{c.say}, By: c.by, WordP: c.wordP, Show: show})
		r := CheckResult{File: file, Line: c.line, Say: c.say}
		if !show {
			r.Say = s.Mask(c.say)
		}
		if err != nil {
			r.Failures = append(r.Failures, err.Error())
		}
		r.Failures = append(r.Failures, c.failures(verdicts)...)
		out = append(out, r)
	}
	return out
}

// failures compares verdicts with what the check expects. Rules that an expectation does not name may do what they like,
// except under "expect: none".
func (c rawCheck) failures(verdicts []Verdict) []string {
	var out []string
	byRule := map[string]Verdict{}
	for _, v := range verdicts {
		byRule[v.Rule] = v
		if c.none && v.Fired {
			out = append(out, fmt.Sprintf("expected no flag, but %s fired: %s", v.Rule, v.Why))
		}
	}
	for _, e := range c.expect {
		if f := e.failure(byRule[e.rule]); f != "" {
			out = append(out, f)
		}
	}
	return out
}

func (e expectation) failure(v Verdict) string {
	switch {
	case e.want == "none" && v.Fired:
		return fmt.Sprintf("expected no %s, but it fired: %s", e.rule, v.Why)
	case e.want == "none":
		return ""
	case !v.Fired:
		return fmt.Sprintf("expected %s: %s, but it did not fire: %s", e.rule, e.want, v.WhyNot)
	case e.want == string(v.Mode) || e.want == string(v.Level):
		return ""
	}
	return fmt.Sprintf("expected %s: %s, but it came out as %s (level %s): %s", e.rule, e.want, v.Mode, v.Level, v.Why)
}
