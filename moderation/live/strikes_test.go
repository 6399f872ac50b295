package live

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

const striking = `schema: 1
mode: act
ledger: {host: {each: 180d, across: this_host}, room: {each: 180d, across: this_room}, once: {each: 12h, across: this_session}}
rules:
  - {id: darn, when: {says: {phrase: darn}}, then: [add: {to: host, points: 1}, add: {to: room, points: 1}, add: {to: once, points: 1}]}
  - {id: two-of-host, when: {ledger: {host: ">=2"}}, then: [flag: {}]}
  - {id: two-of-room, when: {ledger: {room: ">=2"}}, then: [flag: {}]}
  - {id: two-of-session, when: {ledger: {once: ">=2"}}, then: [flag: {}]}
`

// TestStrikesOfLiveRooms: a strike counts in the host's other rooms while these are live, in those that begin later, and, once it is
// undone, in none; ledgers of a room or a session stay separate.
func TestStrikesOfLiveRooms(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, striking, nil)
		darn := func(in *Session, key string) (rules []string) {
			u := s.line(in.elapsed(), "darn")
			u.Session, u.Epoch = key, in.session.Epoch
			if err := s.store.PutClip(t.Context(), models.Clip{Key: u.Key, SpeakerID: u.SpeakerID, StartMS: u.StartMS, EndMS: u.EndMS}); err != nil {
				t.Fatal(err)
			}
			if err := s.Done(t.Context(), u); err != nil {
				t.Fatal(err)
			}
			_ = in.do(t.Context(), func() error { return nil }) // what was posted has run
			for _, f := range flagsIn(t, s, key) {
				rules = append(rules, f.Rule)
			}
			slices.Sort(rules)
			return rules
		}
		begin := func(id, room string) *Session {
			info, err := s.store.StartSession(t.Context(), models.Session{ID: id, Room: room, Started: time.Now()})
			if err != nil {
				t.Fatal(err)
			}
			live, err := s.Session(t.Context(), info.ID)
			if err != nil {
				t.Fatal(err)
			}
			return live
		}
		other := begin("s2", "r2")
		if got := darn(s.j, "s1"); !slices.Equal(got, []string{"darn"}) {
			t.Errorf("first: %q", got)
		}
		synctest.Wait()
		if got := darn(other, "s2"); !slices.Equal(got, []string{"darn", "two-of-host"}) {
			t.Errorf("in another room that is live: %q", got)
		}
		for _, f := range append(flagsIn(t, s, "s1"), flagsIn(t, s, "s2")...) {
			if f.Rule != "darn" {
				continue
			}
			if _, err := s.Answer(t.Context(), f, models.FlagDismissed, "host"); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		third := begin("s3", "r3")
		if got := darn(third, "s3"); !slices.Equal(got, []string{"darn"}) {
			t.Errorf("after both were dismissed: %q", got)
		}
		time.Sleep(time.Minute) // of the bubble
		if got := darn(begin("s4", "r4"), "s4"); !slices.Equal(got, []string{"darn", "two-of-host"}) {
			t.Errorf("in a room that begins later: %q", got)
		}
	})
}

// TestStrikesOfOtherProcesses: strikes for all rooms that another process stored in the same database count in the rooms of this
// one.
func TestStrikesOfOtherProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, striking, nil)
		other := New(Config{
			Store: s.store, Policies: s.policies, Show: s, Count: nobody{}, Quota: s.env.quota, Sounds: s.env.sounds, Log: s.env.log,
		})
		other.Into(s)
		info, err := s.store.StartSession(t.Context(), models.Session{ID: "s2", Room: "r2", Started: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		there, err := other.Session(t.Context(), info.ID)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- other.Run(ctx) }()
		s.say(s.line(1000, "darn"), []byte("sound"))
		time.Sleep(2 * strikesEvery) // of the bubble
		synctest.Wait()
		u := s.line(2000, "darn")
		u.Session, u.Epoch = "s2", there.session.Epoch
		if err := s.store.PutClip(t.Context(), models.Clip{Key: u.Key, SpeakerID: u.SpeakerID, StartMS: u.StartMS, EndMS: u.EndMS}); err != nil {
			t.Fatal(err)
		}
		if err := other.Done(t.Context(), u); err != nil {
			t.Fatal(err)
		}
		var rules []string
		for _, f := range flagsIn(t, s, "s2") {
			rules = append(rules, f.Rule)
		}
		slices.Sort(rules)
		if !slices.Equal(rules, []string{"darn", "two-of-host"}) {
			t.Errorf("in another process: %q", rules)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func flagsIn(t *testing.T, s *scene, session string) []models.Flag {
	t.Helper()
	all, err := s.store.Flags(t.Context(), session)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

const newcomers = `schema: 1
mode: act
people: {newcomer: {until: {clean_speech: 4s}}}
rules:
  - {id: new, when: {all: [{newcomer: true}, {says: {phrase: link}}]}, then: [flag: {}]}
  - {id: advice, when: {says: {phrase: buy it}}, unless: {said: {phrase: no advice, last: 5m}}, then: [flag: {}]}
  - {id: thrice, when: {repeats: {times: 3, within: 60s, similar: 80%}}, then: [flag: {}]}
  - {id: threat, when: {says: {phrase: find you and hurt you}}, span: {last: 60s}, then: [flag: {}]}
  - {id: alone, when: {room: {silence: 1h}}, then: [flag: {}]}
`

// TestRestoredSessionGoesOn: after a restart, conditions on clean speech, earlier lines, repeats and spans continue with what was
// stored.
func TestRestoredSessionGoesOn(t *testing.T) {
	for name, c := range map[string]struct {
		before []string
		then   string
		want   string
	}{
		"clean speech":         {[]string{"one two three four five six seven eight nine ten eleven", "a b c d e f g h i j k l"}, "my link", ""},
		"flagged speech":       {[]string{"my link is nice and you should all look at it today now", "and so on"}, "my link", "new"},
		"said before":          {[]string{"this is no advice"}, "buy it", ""},
		"not said before":      {[]string{"this is some talk"}, "buy it", "advice"},
		"said again and again": {[]string{"come to my channel", "come to my channel"}, "come to my channel", "thrice"},
		"over lines":           {[]string{"i will find you"}, "and hurt you", "threat"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, newcomers, nil)
			at := int64(1000)
			for _, text := range c.before {
				u := s.line(at, text)
				u.VoicedMS = u.EndMS - u.StartMS
				s.say(u, []byte("sound"))
				at = u.EndMS + 500
			}
			known := map[string]bool{}
			for _, f := range flagsIn(t, s, "s1") {
				known[f.ID] = true
			}
			again := New(Config{
				Store: s.store, Policies: s.policies, Show: s, Count: nobody{}, Quota: s.env.quota, Sounds: s.env.sounds, Log: s.env.log,
			})
			again.Into(s)
			s.Sessions = again
			var err error
			if s.j, err = again.Session(t.Context(), "s1"); err != nil {
				t.Fatal(err)
			}
			s.say(s.line(at, c.then), []byte("sound"))
			got := ""
			for _, f := range flagsIn(t, s, "s1") {
				if !known[f.ID] {
					got += f.Rule
				}
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
