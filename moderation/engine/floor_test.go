//go:build !race

package engine

import (
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"earshot/models"
)

// busyRoom is an hour in which a number of people take turns talking, word by word, sometimes over each other.
func busyRoom(tb testing.TB, people int) (*Session, func(i int) models.Observation) {
	tb.Helper()
	set, err := Load(LoadOptions{FS: os.DirFS("../../configs/rules")}, "floor", "sound")
	if err != nil {
		tb.Fatal(err)
	}
	s := NewSession(set, models.Session{ID: "s", Started: time.Unix(0, 0)})
	second := func(i int) models.Observation {
		at := int64(i) * 1000
		o := models.Observation{AtMS: at + 1000, SpeakerID: fmt.Sprint("p", i/7%people)}
		for w := range int64(2) {
			o.Voiced = append(o.Voiced, models.Span{StartMS: at + w*500, EndMS: at + w*500 + 400})
		}
		o.Sound = &models.Sound{Span: models.Span{StartMS: at, EndMS: at + 1000}, LevelDBFS: -25}
		return o
	}
	for i := range 3600 {
		s.Observe(second(i))
	}
	return s, second
}

func BenchmarkObserve(b *testing.B) {
	for _, people := range []int{4, 20} {
		b.Run(fmt.Sprint(people, " people"), func(b *testing.B) {
			s, second := busyRoom(b, people)
			b.ResetTimer()
			for i := range b.N {
				s.Observe(second(3600 + i))
			}
		})
	}
}

// TestSwingingIsOneFinding: a value that oscillates around its threshold fires once; one that returns after a while fires again,
// even if nothing was observed in between.
func TestSwingingIsOneFinding(t *testing.T) {
	set := mustLoad(t, "schema: 1\nrules: [{id: loud, when: {heard: {loudness_above: -20dBFS, for: 1s}}, then: [flag: {}]}]\n")
	s := NewSession(set, models.Session{ID: "s", Started: time.Unix(0, 0)})
	var fired []int64
	second := func(at int64, level float64) {
		out := s.Observe(models.Observation{
			AtMS: at + 1000, SpeakerID: "a", Sound: &models.Sound{Span: models.Span{StartMS: at, EndMS: at + 1000}, LevelDBFS: level},
		})
		for range out.Flags {
			fired = append(fired, at/1000)
		}
	}
	for i := range int64(20) { // 0 to 19 s
		second(i*1000, []float64{-10, -30}[i%2])
	}
	second(60_000, -30)
	second(61_000, -10)
	for i := range int64(20) { // 62 to 81 s
		second(62_000+i*1000, -30)
	}
	second(90_000, -10)
	if want := []int64{0, 61, 90}; !slices.Equal(fired, want) {
		t.Errorf("fired at %v s, want %v", fired, want)
	}
}
