package live

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"earshot/bot/audio"
	"earshot/models"
	"earshot/moderation/summary"
)

const growing = `schema: 1
mode: act
ledger: {strikes: {}}
rules:
  - id: word
    when: {says: {phrase: "bad word"}}
    then: [flag: {level: low}, add: {to: strikes, points: 1}]
  - id: asked
    when: {says: {phrase: "private matter"}}
    then: [flag: {level: low}, ask: {who: [host], offer: [warn, dismiss], expires: 2h}]
  - id: floor
    when: {floor: {share_over: 0.6, of: 10m, min_speakers: 2}}
    then: [flag: {level: low}]
`

// BenchmarkLongSession measures storing a line in a session that already has many, every fifth of them flagged, and what reads the
// whole session: restoring and summarising it.
func BenchmarkLongSession(b *testing.B) {
	for _, long := range []int{500, 5000} {
		b.Run(fmt.Sprintf("%d lines", long), func(b *testing.B) {
			var before, after runtime.MemStats
			s := newScene(b, growing, nil)
			runtime.GC()
			runtime.ReadMemStats(&before)
			for n := range long {
				s.grow(n)
			}
			runtime.GC()
			runtime.ReadMemStats(&after)
			n := long
			for b.Loop() {
				s.grow(n)
				n++
			}
			b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/float64(long), "B/line")
			b.ReportMetric(s.took(func() {
				if _, err := New(Config{
					Store: s.store, Policies: s.policies, Show: s, Count: nobody{}, Quota: s.env.quota, Sounds: audio.OggFiles{}, Log: s.env.log,
				}).Session(b.Context(), "s1"); err != nil {
					b.Fatal(err)
				}
			}), "restore-ms")
			b.ReportMetric(s.took(func() {
				lines, _ := s.store.Utterances(b.Context(), "s1")
				flags, _ := s.store.Flags(b.Context(), "s1")
				summary.Make(summary.Input{Session: s.j.session, Utterances: lines, Flags: flags})
			}), "summary-ms")
		})
	}
}

// grow stores the n-th line, said by one of eight people.
func (s *scene) grow(n int) {
	text := "hello there my friends how are you today"
	switch {
	case n%5 == 0:
		text = "that is a bad word my friend"
	case n%50 == 1:
		text = "it is a private matter of hers"
	}
	u := s.line(int64(n*1000), text)
	u.SpeakerID = fmt.Sprint("p", n%8)
	u.SpeakerName = u.SpeakerID
	s.events = nil
	s.j.Observe(s.t.Context(), models.Observation{
		AtMS: u.EndMS, SpeakerID: u.SpeakerID, Voiced: []models.Span{{StartMS: u.StartMS, EndMS: u.EndMS}},
	})
	s.say(u, []byte{1})
}

// took is how long a call takes, in ms.
func (s *scene) took(f func()) float64 {
	began := time.Now()
	f()
	return float64(time.Since(began).Microseconds()) / 1000
}
