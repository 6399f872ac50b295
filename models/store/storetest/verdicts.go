package storetest

import (
	"testing"
	"time"

	"earshot/models"
)

// testRestrictions: there is one of each kind per person, in the room in which it is in force; a new one replaces the old entirely.
func testRestrictions(t *testing.T, s suite) {
	mute := models.Restriction{
		Room: "r1", Person: "ana", Name: "Ana", Verb: models.VerbMute, Action: "a1", Session: "s1", Decision: "d1", By: "rule",
		Since: Start, Seen: Start.Add(time.Second), Until: Start.Add(time.Minute),
	}
	ban, elsewhere, longer := mute, mute, mute
	ban.Verb, ban.Until, ban.Seen = models.VerbBan, time.Time{}, time.Time{}
	elsewhere.Room = "r2"
	longer.Action, longer.Until = "a2", time.Time{}
	for _, r := range []models.Restriction{mute, ban, elsewhere, longer} {
		Must(t, s.PutRestriction(t.Context(), r))
	}
	got, err := s.Restrictions(t.Context(), "r1")
	Must(t, err)
	Equal(t, "in force", got, []models.Restriction{ban, longer})
	Must(t, s.EndRestriction(t.Context(), "r1", "ana", models.VerbMute))
	Must(t, s.EndRestriction(t.Context(), "r1", "ana", models.VerbMute))
	got, err = s.Restrictions(t.Context(), "r1")
	Must(t, err)
	Equal(t, "in force", got, []models.Restriction{ban})
}

// testOverduePlans lists planned actions that are too late to take, except the ends of restrictions in force.
func testOverduePlans(t *testing.T, s suite) {
	_, err := s.StartSession(t.Context(), models.Session{ID: "s1", Room: "r1", Started: Start})
	Must(t, err)
	plan := func(id string, created time.Time) models.Action {
		return models.Action{ID: id, Session: "s1", Verb: models.VerbUnmute, TargetID: "ana", State: models.ActionPlanned, Created: created}
	}
	old := plan("old", Start)
	Must(t, s.Put(t.Context(), models.Record{
		Session: "s1", Actions: []models.Action{old, plan(models.EndOf("mute"), Start), plan("new", Start.Add(time.Minute))},
	}))
	Must(t, s.PutRestriction(
		t.Context(), models.Restriction{Room: "r1", Person: "ana", Verb: models.VerbMute, Action: "mute", Session: "s1", Since: Start},
	))
	got, err := s.OverduePlans(t.Context(), Start.Add(time.Second))
	Must(t, err)
	Equal(t, "overdue", got, []models.Action{old})
}

// judged stores in session s1 a line with a flag, a decision on it and a planned action.
func judged(t *testing.T, s suite, seq int) (models.Flag, models.Decision, models.Action) {
	t.Helper()
	u := Line(
		Clip("s1", 1, seq, nil), "buy my coin",
		models.Word{Text: "coin", StartMS: int64(seq)*1000 + 300, EndMS: int64(seq)*1000 + 500, P: 0.5},
	)
	f := Flag(u, "scam")
	d := models.Decision{
		ID: "d-" + f.ID, Session: "s1", Flag: f.ID, Utterance: u.Key, SpeakerID: u.SpeakerID, Rule: f.Rule, Matched: u.Words,
		Verdict: models.VerdictAsked, Ask: models.AskOpen, Why: "It is a scam.", Created: u.Committed,
	}
	a := models.Action{
		ID: "a-" + f.ID, Session: "s1", Decision: d.ID, Verb: models.VerbMute, TargetID: u.SpeakerID, State: models.ActionPlanned,
		By: "rule", Created: u.Committed,
	}
	Must(t, s.Put(t.Context(), models.Record{
		Session: "s1", Utterance: &u, Flags: []models.Flag{f}, Decisions: []models.Decision{d}, Actions: []models.Action{a},
	}))
	return f, d, a
}

func testDecisions(t *testing.T, s suite) {
	ctx := t.Context()
	StartSession(t, s, "s1")
	f, d, _ := judged(t, s, 1)
	_, second, _ := judged(t, s, 2)
	all, err := s.Decisions(ctx, "s1")
	Must(t, err)
	Equal(t, "decisions", all, []models.Decision{d, second})
	open, err := s.OpenOfEnded(ctx)
	Must(t, err)
	Equal(t, "open while the stay goes on", len(open), 0)
	d.Ask, d.DecidedBy = models.AskDismissed, "kim"
	Must(t, s.Put(ctx, models.Record{
		Session: "s1", Decisions: []models.Decision{d}, Answers: []models.FlagAnswer{{Flag: f.ID, Status: models.FlagDismissed, By: "kim"}},
	}))
	got, err := s.Decision(ctx, d.ID)
	Must(t, err)
	Equal(t, "answered", got, d)
	got, err = s.DecisionOfFlag(ctx, f.ID)
	Must(t, err)
	Equal(t, "of its flag", got, d)
	flag, err := s.Flag(ctx, f.ID)
	Must(t, err)
	Equal(t, "the flag", flag.Status, models.FlagDismissed)
	Must(t, s.EndSession(ctx, "s1", models.EndLeft, Start.Add(time.Minute)))
	open, err = s.OpenOfEnded(ctx)
	Must(t, err)
	Equal(t, "open after the stay", open, []models.Decision{second})
	_, err = s.Decision(ctx, "none")
	WantErr(t, "no decision", err, models.ErrNotFound)
	_, err = s.DecisionOfFlag(ctx, "none")
	WantErr(t, "of no flag", err, models.ErrNotFound)
}

func testActions(t *testing.T, s suite) {
	ctx := t.Context()
	StartSession(t, s, "s1")
	_, _, first := judged(t, s, 1)
	_, _, second := judged(t, s, 2)
	again := first
	again.State = models.ActionSeen
	Must(t, s.Put(ctx, models.Record{Session: "s1", Actions: []models.Action{again}})) // stored already: it stays planned
	planned, err := s.PlannedActions(ctx, "open-mic", Start)
	Must(t, err)
	Equal(t, "planned", planned, []models.Action{first, second})
	planned, err = s.PlannedActions(ctx, "open-mic", second.Created)
	Must(t, err)
	Equal(t, "planned since the second", planned, []models.Action{second})
	planned, err = s.PlannedActions(ctx, "elsewhere", Start)
	Must(t, err)
	Equal(t, "planned elsewhere", len(planned), 0)
	first.State, first.Seen = models.ActionSeen, Start.Add(time.Minute)
	Must(t, s.SetAction(ctx, first))
	got, err := s.Action(ctx, first.ID)
	Must(t, err)
	Equal(t, "seen", got, first)
	all, err := s.Actions(ctx, "s1")
	Must(t, err)
	Equal(t, "actions", all, []models.Action{first, second})
	WantErr(t, "no such action", s.SetAction(ctx, models.Action{ID: "none"}), models.ErrNotFound)
	_, err = s.Action(ctx, "none")
	WantErr(t, "no action", err, models.ErrNotFound)
}

// testStrikes: a strike counts in its session, in its room, or everywhere; storing it again only ends its pending state.
func testStrikes(t *testing.T, s suite) {
	ctx := t.Context()
	StartSession(t, s, "s1")
	StartSession(t, s, "s2")
	strike := func(id, scope string) models.LedgerEntry {
		return models.LedgerEntry{ID: id, Ledger: "conduct", Person: "ana", Scope: scope, Session: "s1", Points: 1, By: "rule", At: Start}
	}
	own, room, all := strike("1", "s1"), strike("2", "open-mic"), strike("3", "")
	room.Pending = true
	Must(t, s.Put(ctx, models.Record{Session: "s1", Ledger: []models.LedgerEntry{own, room, all}}))
	room.Pending, room.Points = false, 9
	Must(t, s.Put(ctx, models.Record{Session: "s1", Ledger: []models.LedgerEntry{room}}))
	room.Points = 1
	for _, tt := range []struct {
		session, room string
		since         time.Time
		want          []models.LedgerEntry
	}{
		{"s1", "open-mic", Start, []models.LedgerEntry{own, room, all}},
		{"s2", "open-mic", Start, []models.LedgerEntry{room, all}},
		{"s2", "elsewhere", Start, []models.LedgerEntry{all}},
		{"s1", "open-mic", Start.Add(time.Second), nil},
	} {
		got, err := s.LedgerSince(ctx, tt.session, tt.room, tt.since)
		Must(t, err)
		Equal(t, "strikes in "+tt.session+" of "+tt.room, got, tt.want)
	}
	got, err := s.Strikes(ctx, "open-mic", "ana")
	Must(t, err)
	Equal(t, "strikes of a person", len(got), 3)
	got, err = s.Strikes(ctx, "elsewhere", "ana")
	Must(t, err)
	Equal(t, "strikes elsewhere", len(got), 0)
}
