//go:build !race

package app

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/bot/fleet"
	"earshot/bot/lounge"
	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/models/waittest"
)

// tapeRules are the rules of the talk in testdata/tape, used with the shipped pack on personal data.
const tapeRules = `schema: 1
profile: tape
use: [base.yaml, personal-data.yaml]
rules:
  - id: tape.insult
    when: {says: {phrase: stupid idiot}}
    then: [flag: {level: high}, mute: {for: 60s}]
  - id: tape.interrupts
    when: {floor: {interruptions: ">=1", within: 1m}}
    then: [flag: {level: low}, nudge: {to: room, text: "Please let others finish, {{speaker}}."}]
  - id: tape.hog
    when: {floor: {share_over: 75%, of: 10s, min_speakers: 1}}
    then: [flag: {level: info}, nudge: {to: room, text: "Others are waiting, {{speaker}}."}]
`

// tapeWants is the expected result: by rule its speaker, the choices offered to a host, and the actions taken and seen. Words are
// masked where rules act; the voices have no page on which a warning could reach them.
var tapeWants = map[string]struct{ speaker, offer, act string }{
	"pii.phone":       {"Ben", "warn", "redact"},
	"tape.interrupts": {"Cem", "nudge", "message"},
	"tape.hog":        {"Ben", "nudge", "message"},
	"tape.insult":     {"Cem", "mute", "mute"},
}

// TestTape plays a number said over two utterances, an interruption, somebody who takes most of the time, and an insult in the
// lounge, and checks the result of each in every mode: stored, asked, or done and seen to have taken effect.
func TestTape(t *testing.T) {
	if testing.Short() {
		t.Skip("plays for 40 seconds")
	}
	t.Parallel()
	for _, mode := range []models.Mode{models.ModeWatch, models.ModeSuggest, models.ModeAct} {
		t.Run(string(mode), func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			programtest.Write(t, filepath.Join(dir, "tape.yaml"), tapeRules)
			s, l := openTestAppWith(t, dir, "EARSHOT_RULES="+filepath.Join(dir, "tape.yaml"), "EARSHOT_MODE="+string(mode))
			var session models.Session
			err := s.Run(t.Context(), l, func(ctx context.Context) (err error) {
				session, err = playTape(ctx, s, l.Addr().String(), mode)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			checkTape(t, s, session.ID, mode)
			checkTapeWords(t, s, session.ID, mode)
		})
	}
}

// tapeVoices is everybody in the talk, in the order in which they first speak.
func tapeVoices() ([]playback.Voice, error) {
	f, err := os.Open("testdata/tape/script.tsv")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.Comment, r.LazyQuotes = '\t', '#', true
	rows, err := r.ReadAll()
	if err != nil {
		return nil, err
	}
	var voices []playback.Voice
	for _, row := range rows {
		if slices.ContainsFunc(voices, func(v playback.Voice) bool { return v.Name == row[1] }) {
			continue
		}
		data, err := os.ReadFile("testdata/tape/" + strings.ToLower(row[1]) + ".opus")
		if err != nil {
			return nil, err
		}
		frames, err := lounge.ReadOgg(bytes.NewReader(data), 0)
		if err != nil {
			return nil, err
		}
		voices = append(voices, playback.Voice{Name: row[1], Source: frames})
	}
	return voices, nil
}

// present is a voice that stays in the room after its last word, until it may leave.
type present struct {
	lounge.Source
	stay func()
}

// Next implements lounge.Source.
func (p present) Next() (lounge.Frame, error) {
	f, err := p.Source.Next()
	if err != nil {
		p.stay()
	}
	return f, err
}

// playTape lets the voices talk in the lounge while the bot listens there. They stay until the rules have judged and done what they were
// to do: a mute comes too late for somebody who has left.
func playTape(ctx context.Context, s *App, host string, mode models.Mode) (session models.Session, err error) {
	voices, err := tapeVoices()
	if err != nil {
		return session, err
	}
	stay := func() {
		ctx, cancel := context.WithTimeout(ctx, waittest.Patience)
		defer cancel()
		waittest.Holds(ctx, func() bool { return tapeIsJudged(ctx, s, mode) })
	}
	for i := range voices {
		voices[i].Source = present{voices[i].Source, stay}
	}
	room := models.Room{ID: DemoRoom, Name: "Tape", URL: "lounge://" + host + "/" + DemoRoom}
	client, err := lounge.NewClient(lounge.ClientConfig{
		URL: room.URL, Name: fleet.BotName, Token: s.HostToken(), Peer: s.Peers, Log: s.Log,
	})
	if err != nil {
		return session, err
	}
	return s.playVoices(ctx, host, room, client, voices)
}

// tapeIsJudged reports whether every rule has flagged something in the running session and, where rules act, every action is over. It
// is also true if that can't be read: the checks that follow say so.
func tapeIsJudged(ctx context.Context, s *App, mode models.Mode) bool {
	sessions, err := s.Store.Sessions(ctx, models.SessionQuery{})
	if err != nil || len(sessions) != 1 {
		return true
	}
	flags, err := s.Store.Flags(ctx, sessions[0].ID)
	if err != nil {
		return true
	}
	actions, err := s.Store.Actions(ctx, sessions[0].ID)
	under := slices.ContainsFunc(actions, func(a models.Action) bool {
		return a.State == models.ActionPlanned || a.State == models.ActionSent
	})
	muted := slices.ContainsFunc(actions, func(a models.Action) bool { return a.Verb == models.VerbMute })
	return err != nil || len(flags) >= len(tapeWants) && !under && (muted || mode != models.ModeAct)
}

// checkTape requires the planted verdicts, each once, on the right person and as far as the mode goes.
func checkTape(t *testing.T, s *App, session string, mode models.Mode) {
	t.Helper()
	flags, err := s.Store.Flags(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, f := range flags {
		want := tapeWants[f.Rule]
		if seen[f.Rule]++; f.SpeakerName != want.speaker || f.Mode != mode || seen[f.Rule] > 1 {
			t.Errorf("flag of %s on %s in mode %s, the %d.: %s", f.Rule, f.SpeakerName, f.Mode, seen[f.Rule], f.Why)
		}
		d, err := s.Store.DecisionOfFlag(t.Context(), f.ID)
		if err != nil {
			t.Error(err)
			continue
		}
		checkTapeVerdict(t, s, d, mode, want.offer, want.act)
		dir := s.Config.DataDir
		out, code := programtest.Client(append(os.Environ(), "HOME="+dir), "rules", "explain", f.ID, "--data-dir", dir)
		if code != 0 || !strings.Contains(out, f.Rule) || !strings.Contains(out, "verdict: "+string(d.Verdict)) {
			t.Errorf("explained with exit %d as\n%s", code, out)
		}
	}
	for rule := range tapeWants {
		if seen[rule] != 1 {
			t.Errorf("%s was flagged %d times", rule, seen[rule])
		}
	}
}

func checkTapeVerdict(t *testing.T, s *App, d models.Decision, mode models.Mode, offer, verb string) {
	t.Helper()
	want := map[models.Mode]models.Verdict{
		models.ModeWatch: models.VerdictLogged, models.ModeSuggest: models.VerdictAsked, models.ModeAct: models.VerdictEnforced,
	}[mode]
	if d.Verdict != want {
		t.Errorf("verdict of %s is %s in mode %s: %s", d.Rule, d.Verdict, mode, d.Why)
	}
	offered := slices.ContainsFunc(d.Offer, func(o string) bool { return strings.HasPrefix(o, offer) })
	if asks := mode == models.ModeSuggest; asks != (d.Ask != models.AskNone) || asks != offered {
		t.Errorf("%s in mode %s: ask %q, offer %q", d.Rule, mode, d.Ask, d.Offer)
	}
	actions, err := s.Store.Actions(t.Context(), d.Session)
	if err != nil {
		t.Fatal(err)
	}
	done := slices.IndexFunc(actions, func(a models.Action) bool { return a.Decision == d.ID && string(a.Verb) == verb })
	switch {
	case mode == models.ModeAct && (done < 0 || actions[done].State != models.ActionSeen):
		t.Errorf("%s: no %s that was seen to take effect in %+v", d.Rule, verb, actions)
	case mode != models.ModeAct && done >= 0:
		t.Errorf("%s: %s was done in mode %s", d.Rule, verb, mode)
	}
}

// checkTapeWords checks that the number is masked in both lines in which it was said, where rules act; that the audio of the insult
// includes what came before and after it; and that nothing was transcribed that is not on the tape.
func checkTapeWords(t *testing.T, s *App, session string, mode models.Mode) {
	t.Helper()
	us := lines(t, s, session)
	slices.SortFunc(us, func(a, b models.Utterance) int { return cmp.Compare(a.StartMS, b.StartMS) })
	masked := 0
	for _, u := range us {
		if strings.Contains(u.Text, "▮") {
			masked++
		}
		if number := strings.Contains(u.Text, "five five") || strings.Contains(u.Text, "two three"); number && mode == models.ModeAct {
			t.Errorf("the number is on record: %q", u.Text)
		}
	}
	if want := map[bool]int{true: 2, false: 0}[mode == models.ModeAct]; masked != want {
		t.Errorf("%d lines are masked, want %d", masked, want)
	}
	kept, err := s.Store.SessionEvidence(t.Context(), session, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range us {
		i := slices.IndexFunc(kept, func(e models.Evidence) bool { return e.Utterance == u.Key })
		// Somebody who is muted is not heard any more.
		if strings.Contains(u.Text, "stupid idiot") &&
			(i < 0 || kept[i].StartMS > u.StartMS-2500 || mode != models.ModeAct && kept[i].EndMS < u.EndMS+2500) {
			t.Errorf("the insult from %d to %d ms has sound %+v", u.StartMS, u.EndMS, kept)
		}
	}
}
