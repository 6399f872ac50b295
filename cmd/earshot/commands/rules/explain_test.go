//go:build !race

package rules

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/moderation/explain"
)

// storeVerdict stores an enforced and later dismissed verdict for the sample's flag, with every detail that one can have.
func storeVerdict(t *testing.T, dir string) models.Flag {
	t.Helper()
	store, err := sqlite.Open(t.Context(), dir+"/earshot.db")
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 3, 1, 20, 0, 20, 0, time.UTC)
	flag, err := store.Flag(t.Context(), "scam.guaranteedopen-mic-1/1/t-b/1")
	if err != nil {
		t.Fatal(err)
	}
	decision := models.Decision{
		ID: "d1", Session: flag.Session, Flag: flag.ID, Utterance: flag.Utterance, SpeakerID: "b", SpeakerName: "Benjamin",
		Rule: flag.Rule, Pack: flag.Pack, Mode: models.ModeAct, Verdict: models.VerdictEnforced, Done: models.VerbMute, Why: "matched",
		Matched: []models.Word{{Text: "guaranteed", StartMS: 16_000, P: 0.9}, {Text: "profit.", StartMS: 16_500, P: 0.8}},
		Gates: []models.Gate{
			{Name: "word_p", Got: "the words were heard with enough confidence", Passed: true},
			{Name: "late", Got: "the text came too late to act on"},
		},
		SecondLook: &models.SecondLook{Model: "small.en", Text: "Buy my coin, guaranteed Profit!", Agreed: true},
		Opinion:    &models.Opinion{By: "small@127.0.0.1:1", State: models.OpinionAgreed},
		Ask:        models.AskDismissed, AskedOf: []models.Role{models.RoleHost}, Offer: []string{"warn", "dismiss"},
		DecidedBy: "Ana", Decided: at, Created: at, Points: []models.Points{{Ledger: "conduct", Points: 40}},
	}
	action := func(id string, verb models.Verb, state models.ActionState, text string) models.Action {
		return models.Action{
			ID: id, Session: flag.Session, Decision: "d1", Verb: verb, TargetID: "b", TargetName: "Benjamin", ForMS: 60_000, State: state,
			Error: text, By: "rule", Created: at, Seen: at,
		}
	}
	other := action("a3", models.VerbRemove, models.ActionSeen, "")
	other.Decision = "d2"
	err = store.Put(t.Context(), models.Record{Session: flag.Session, Decisions: []models.Decision{decision}, Actions: []models.Action{
		action("a1", models.VerbMute, models.ActionSeen, ""), action("a2", models.VerbWarn, models.ActionFailed, "no right to write"), other,
	}})
	if err := errors.Join(err, store.Close()); err != nil {
		t.Fatal(err)
	}
	return flag
}

// TestExplainVerdict: the output covers the gates, the second look, who decided, what was done and whether it took effect.
func TestExplainVerdict(t *testing.T) {
	dir := t.TempDir()
	if err := programtest.WriteSample(dir); err != nil {
		t.Fatal(err)
	}
	flag := storeVerdict(t, dir)
	run := func(args ...string) (int, string) {
		code, out, errs := runOnRecord(t, dir, args...)
		return code, out + errs
	}
	told := []string{
		"verdict: enforced: done without asking, in mode act", "✓ word_p: the words were heard with enough confidence",
		"✗ late: the text came too late",
		"second look with small.en: it heard the same", "host could choose warn, dismiss; dismissed by Ana on " +
			"", "second opinion with small@127.0.0.1:1: it agreed", "points: +40 in conduct, taken back",
		"done: ✓ mute Benjamin for 60 s (by the rule, ", "done: ✕ warn Benjamin for 60 s failed: no right to write (by the rule, ",
	}
	code, out := run("explain", flag.ID, "--show")
	for _, want := range append(told, "first:  Buy my coin, guaranteed profit.", "second: Buy my coin, guaranteed Profit!") {
		if code != cli.ExitOK || !strings.Contains(out, want) {
			t.Errorf("exit %d, no %q in\n%s", code, want, out)
		}
	}
	if strings.Contains(out, "remove") {
		t.Errorf("an action of another verdict is told:\n%s", out)
	}
	code, out = run("why-not", "open-mic-1", "0:16", flag.Rule, "--rules", "scams.en")
	for _, want := range append(told, "it was flagged then, by another version of the rule", flag.ID) {
		if code != cli.ExitOK || !strings.Contains(out, want) {
			t.Errorf("why-not: exit %d, no %q in\n%s", code, want, out)
		}
	}
	code, out = run("explain", flag.ID, "--json")
	var got explain.Explanation
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != cli.ExitOK || got.ID != flag.ID || len(got.Actions) != 2 {
		t.Fatalf("exit %d, %v\n%s", code, err, out)
	}
	if d := got.Decision; d == nil || len(d.Gates) != 2 || d.Matched[0].Text != "g•••••••••" {
		t.Errorf("%+v", d)
	}
}
