package live

import (
	"context"
	"testing"
	"time"

	"earshot/models"
)

const scam = `schema: 1
mode: suggest
rules:
  - id: profit
    when: {says: {phrase: "guaranteed profit"}}
    then: [flag: {level: high}]
  - id: coin
    when: {says: {phrase: "magic coin"}}
    then: [flag: {level: high, clip: {before: 4s, after: 0s, keep: 2h}}]
`

// TestSoundAround: the audio kept of a flagged line includes what the speaker said before it at once, and what they said after it as
// soon as that was heard; checked by its sound and by the stored times.
func TestSoundAround(t *testing.T) {
	s, m := newScene(t, scam, nil), newMicrophone(t)
	s.j.clips.memory = m
	s.isThere()
	m.until(7000)
	u := s.line(5000, "this is guaranteed profit for you") // the words from 5.4 to 5.8 s
	s.say(u, m.clip(5000, 6200))
	e, pcm := s.kept(u.Key)
	if e.StartMS != 3400 || e.EndMS < 6980 || e.EndMS > 7000 || secondOf(pcm[100*16:]) != 3 || secondOf(pcm[700*16:]) != 4 {
		t.Errorf("at first %d to %d ms, beginning in second %d", e.StartMS, e.EndMS, secondOf(pcm[100*16:]))
	}

	m.until(7500)
	s.j.clips.complete(t.Context(), s.j.elapsed(), false)
	if len(s.j.clips.pieces) != 0 { // it is the tenth second
		t.Errorf("%d pieces wait", len(s.j.clips.pieces))
	}
	e, pcm = s.kept(u.Key)
	if e.StartMS != 3400 || e.EndMS < 7480 || e.EndMS > 7500 {
		t.Errorf("then %d to %d ms", e.StartMS, e.EndMS)
	}
	m.until(9000)
	if s.j.clips.complete(t.Context(), s.j.elapsed(), true); len(pcm) < 4000*16 || secondOf(pcm[3650*16:]) != 7 {
		t.Errorf("%d ms of sound, second %d", len(pcm)/16, secondOf(pcm[3600*16:]))
	}
	if left := time.Until(e.Expires); left > time.Hour || left < 50*time.Minute {
		t.Errorf("it is kept for %v", left)
	}

	// A rule may set its own lengths; for somebody whose audio is not in memory, only the line is kept.
	u = s.line(8000, "my magic coin")
	s.say(u, m.clip(8000, 8600))
	if e, pcm = s.kept(u.Key); e.StartMS != 4200 || e.EndMS != 8600 || secondOf(pcm[100*16:]) != 4 || time.Until(e.Expires) < 90*time.Minute {
		t.Errorf("a rule's own: %d to %d ms until %v", e.StartMS, e.EndMS, e.Expires)
	}
	s.j.clips.memory = nil
	u = s.line(8200, "a magic coin again")
	s.say(u, m.clip(8200, 9000))
	if e, _ = s.kept(u.Key); e.StartMS != 8200 || e.EndMS != 9000 {
		t.Errorf("without memory: %d to %d ms", e.StartMS, e.EndMS)
	}
	u = s.line(8300, "hello there")
	s.say(u, m.clip(8300, 8600))
	if _, err := s.store.Evidence(t.Context(), models.EvidenceID(u.Key), time.Now()); err == nil {
		t.Error("sound without a flag is kept")
	}
}

// TestSoundStoredLater: audio after a flagged line that cannot be stored at once, because the bot is leaving or the store does not answer,
// is stored a second later, or when the stay ends.
func TestSoundStoredLater(t *testing.T) {
	s, m := newScene(t, scam, nil), newMicrophone(t)
	s.j.clips.memory = m
	s.isThere()
	m.until(6000)
	u := s.line(5000, "this is guaranteed profit for you")
	s.say(u, m.clip(5000, 6000))
	m.until(9000)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	const now = 10_000
	s.j.clips.complete(gone, now, false)
	if e, _ := s.kept(u.Key); e.EndMS > 6000 {
		t.Fatalf("stored until %d ms", e.EndMS)
	}
	if at, waits := s.j.clips.due(); !waits || at != now*time.Millisecond+lookEvery {
		t.Errorf("the next attempt is at %v, %v", at, waits)
	}
	s.j.clips.complete(gone, now+500, false)
	if at, waits := s.j.clips.due(); !waits || at != now*time.Millisecond+lookEvery {
		t.Errorf("after half a second the next attempt is at %v, %v", at, waits)
	}
	s.j.clips.complete(t.Context(), now+500, true)
	if e, _ := s.kept(u.Key); e.EndMS < 7780 {
		t.Errorf("at the end it is stored until %d ms", e.EndMS)
	}
	if _, waits := s.j.clips.due(); waits {
		t.Error("it is still to be stored")
	}
}

// TestPieces: a piece always includes its line, and is never longer than what may be kept.
func TestPieces(t *testing.T) {
	s := newScene(t, scam, nil)
	for name, c := range map[string]struct {
		before, after time.Duration
		start, end    int64
		from, to      int64
	}{
		"usual":             {5 * time.Second, 5 * time.Second, 20_000, 24_000, 15_400, 25_800},
		"nothing around":    {0, 0, 20_000, 24_000, 20_000, 24_000},
		"at the start":      {5 * time.Second, time.Second, 1000, 3000, 0, 3000},
		"longer than ever":  {50 * time.Second, 50 * time.Second, 100_000, 124_000, 95_800, 150_800},
		"the line is whole": {time.Minute, time.Minute, 100_000, 157_000, 100_000, 157_000},
	} {
		u := s.line(c.start, "this is guaranteed profit")
		u.EndMS = c.end
		out := s.j.judge.rules.Decide(u)
		p := Keep{time.Hour, c.before, c.after}.piece(u, out.Clips, time.Now())
		if p.from != c.from || p.to != c.to {
			t.Errorf("%s: %d to %d ms, want %d to %d", name, p.from, p.to, c.from, c.to)
		}
	}
}
