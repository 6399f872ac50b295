package app

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/store"
)

// TestDemoPutsTheRightWordsUnderTheRightNames runs the real app: three voices publish over WebRTC, the bot listens, and SQLite
// contains what the script says, and nothing else.
func TestDemoPutsTheRightWordsUnderTheRightNames(t *testing.T) {
	if testing.Short() {
		t.Skip("plays for 45 seconds")
	}
	t.Parallel()
	dir := t.TempDir()
	var out, log programtest.Output
	demo := programtest.Command("demo", "--listen", "127.0.0.1:0", "--data-dir", dir, "--log-level", "debug")
	demo.Env, demo.Stdout, demo.Stderr = append(os.Environ(), "EARSHOT_DECODERS=1", "EARSHOT_LOUNGE_PER_ADDRESS=0"), &out, &log
	if err := demo.Run(); err != nil {
		t.Fatalf("%v: %s", err, log.String())
	}
	store, err := sqlite.OpenReadOnly(t.Context(), filepath.Join(dir, "earshot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	sessions, err := store.Sessions(t.Context(), models.SessionQuery{})
	if err != nil || len(sessions) != 1 {
		t.Fatalf("%d sessions, %v", len(sessions), err)
	}
	session := sessions[0]
	us, err := store.Utterances(t.Context(), session.ID)
	if err != nil {
		t.Fatal(err)
	}
	all, err := store.Gaps(t.Context(), session.ID)
	if err != nil {
		t.Fatal(err)
	}
	gaps := notTooLate(t, store, session.ID)
	if session.Live() || session.Reason != models.EndLeft || session.Pending != 0 || session.Failed != 0 || len(gaps) > 0 ||
		muchLost(session, all, us) {
		t.Errorf("session %+v, gaps %+v", session, all)
	}
	script, err := playback.Script()
	if err != nil {
		t.Fatal(err)
	}
	checkWords(t, script, us)
	checkFlags(t, store, script, us)
	checkOverlap(t, us)
	checkMuted(t, store, session.ID)
	checkLogIsSilent(t, log.String(), script, us)
	for _, want := range []string{"guaranteed profit", "▲ insult", "SPEAKER", store.Path()} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the terminal did not show %q", want)
		}
	}
}

// muchLost reports whether more of a session's audio was lost than on a busy machine: when sockets of the rooms' servers, or ours if the
// system does not grant them larger buffers, overflow, up to a fiftieth is. Each such loss is stored as a gap, and the words are right
// all the same. What is missing after the last word is nothing: voices fall silent there, each when its machine gets to it.
func muchLost(s models.SessionInfo, gaps []models.Gap, us []models.Utterance) bool {
	last, lost := int64(0), int64(0)
	for _, u := range us {
		last = max(last, u.EndMS)
	}
	for _, g := range gaps {
		if g.StartMS < last {
			lost += g.LostMS
		}
	}
	return lost*50 > s.DurationMS
}

// notTooLate returns a session's gaps apart from those of audio that came too late or not at all, as on a busy machine.
func notTooLate(t *testing.T, store store.Store, session string) []models.Gap {
	t.Helper()
	gaps, err := store.Gaps(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(gaps, func(g models.Gap) bool { return g.Cause == models.GapLoss || g.Cause == models.GapCut })
}

// checkWords demands a word error rate of at most 10 % for everybody, by name, and every line near its time. When a test has failed,
// it shows what was heard.
func checkWords(t *testing.T, script []playback.ScriptLine, us []models.Utterance) {
	t.Helper()
	said, began := map[string]string{}, beginning(t, script, us)
	defer func() {
		if t.Failed() {
			t.Logf("the script begins at %d ms; heard were:%s", began, heardLines(us))
		}
	}()
	for _, c := range script {
		said[c.Speaker] += c.Text + " "
		i := slices.IndexFunc(us, func(u models.Utterance) bool {
			return u.SpeakerName == c.Speaker && near(u.StartMS-began, c.At.Milliseconds()) && u.Text != ""
		})
		if i < 0 {
			t.Errorf("no line of %s at about %s", c.Speaker, c.At)
			continue
		}
		if len(us[i].Words) == 0 || us[i].Attribution != models.AttributionTrack {
			t.Errorf("line at %s: %d words, attribution %q", c.At, len(us[i].Words), us[i].Attribution)
		}
	}
	for speaker, text := range said {
		if errs, words, heard := wordErrors(us, speaker, text); errs*10 > words {
			t.Errorf("%s: %d of %d words are wrong: %q", speaker, errs, words, heard)
		}
	}
	var late []int64
	for _, u := range us {
		late = append(late, u.LateMS)
		if said[u.SpeakerName] == "" {
			t.Errorf("a person named %q is stored", u.SpeakerName)
		}
	}
	if slices.Sort(late); len(late) > 0 { // docs/rooms.md tells these
		t.Logf("from the end of speech to its line: median %d ms, at most %d ms", late[len(late)/2], late[len(late)-1])
	}
}

// heardLines are lines with their times, one a row: the voices are the tests' own.
func heardLines(us []models.Utterance) string {
	var b strings.Builder
	for _, u := range us {
		fmt.Fprintf(&b, "\n  %6d-%6d ms %s %s/%d, voiced %d, concealed %d, late %d ms, %s%q: %q",
			u.StartMS, u.EndMS, u.SpeakerName, u.Track, u.Seq, u.VoicedMS, u.ConcealedMS, u.LateMS, u.State, u.Doubt, u.Text)
	}
	return b.String()
}

// beginning is when, in ms of the session, the script begins: once the bot hears everybody, which takes seconds on a busy machine.
func beginning(t *testing.T, script []playback.ScriptLine, us []models.Utterance) int64 {
	t.Helper()
	first := int64(math.MaxInt64)
	for _, u := range us {
		if u.Text != "" {
			first = min(first, u.StartMS)
		}
	}
	began := first - script[0].At.Milliseconds()
	if began < -600 || began > 60_000 {
		t.Errorf("the script begins at %d ms of the session", began)
	}
	return began
}

// near allows for the pre-roll.
func near(got, want int64) bool { return got > want-1500 && got < want+2500 }

// checkFlags demands the planted violations, on the right lines, and no other flag.
func checkFlags(t *testing.T, store store.Store, script []playback.ScriptLine, us []models.Utterance) {
	t.Helper()
	var want, got []string
	for _, c := range script {
		if c.Rules != "-" {
			for rule := range strings.SplitSeq(c.Rules, ",") {
				want = append(want, c.Speaker+" "+rule)
			}
		}
	}
	for _, u := range us[:1] {
		flags, err := store.Flags(t.Context(), u.Session)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range flags {
			got = append(got, f.SpeakerName+" "+f.Rule)
		}
	}
	slices.Sort(want)
	slices.Sort(got)
	if !slices.Equal(want, got) {
		t.Errorf("flags %v, want %v", got, want)
	}
}

// checkOverlap demands that two who talked at once are both on record for that time.
func checkOverlap(t *testing.T, us []models.Utterance) {
	t.Helper()
	for i, a := range us {
		for _, b := range us[i+1:] {
			if a.SpeakerID != b.SpeakerID && b.StartMS < a.EndMS-int64(time.Second/time.Millisecond) {
				return
			}
		}
	}
	t.Error("nobody talked over anybody")
}

// checkMuted demands that the host was asked about the insult, that her answer is on record, and that the mute was seen to
// take effect in the room.
func checkMuted(t *testing.T, store store.Store, session string) {
	t.Helper()
	decisions, err := store.Decisions(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, d := range decisions {
		if d.Rule == "insult" && d.Ask == models.AskConfirmed && d.DecidedBy == "Ana" && len(d.Gates) > 0 {
			asked++
		}
	}
	actions, err := store.Actions(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	muted := 0
	for _, a := range actions {
		if a.Verb == models.VerbMute && a.TargetName == "Ben" && a.State == models.ActionSeen && a.ForMS == 60_000 {
			muted++
		}
	}
	if asked != 1 || muted != 1 {
		t.Errorf("asked %d, muted %d; decisions %+v, actions %+v", asked, muted, decisions, actions)
	}
}
