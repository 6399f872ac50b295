package transcribe

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"earshot/models"
)

// heardAs is a result whose language was detected with these probabilities.
func heardAs(probs map[string]float64) Result {
	r := heard
	r.Heard = probs
	return r
}

func TestLanguageVote(t *testing.T) {
	p, allowed := newPolls(), Options{Language: "auto", Languages: []string{"en", "id"}}
	c := testClip("a", 1)
	c.VoicedMS = 4000
	english, indonesian := map[string]float64{"en": 0.9, "id": 0.1}, map[string]float64{"en": 0.1, "id": 0.9}

	if o := p.choose(c, allowed, false); o.Language != "auto" || o.Prior["en"] != firstPrior || o.Prior["id"] != 0 {
		t.Errorf("nothing heard: %+v", o)
	}
	if o := p.choose(c, allowed, true); o.Language != "en" || o.Languages != nil {
		t.Errorf("a preview before anything was heard: %+v, want the first allowed", o)
	}
	p.count(c, heardAs(indonesian))
	if o := p.choose(c, allowed, false); o.Language != "auto" || len(o.Languages) != 2 || o.Prior["id"] < 3 {
		t.Errorf("one utterance settles nothing: %+v", o)
	}
	if o := p.choose(c, allowed, true); o.Language != "id" {
		t.Errorf("a preview after it: %+v", o)
	}
	for range 4 {
		p.count(c, heardAs(indonesian))
	}
	if o := p.choose(c, allowed, false); o.Language != "id" || o.Languages != nil {
		t.Errorf("after 20 s: %+v, want id settled", o)
	}
	other := c
	other.SpeakerID = "somebody else"
	if o := p.choose(other, allowed, false); o.Language != "auto" || o.Prior["id"] != 0 {
		t.Errorf("somebody else: %+v", o)
	}
	for range 8 {
		p.count(c, heard) // decoded without looking: 32 s
	}
	if o := p.choose(c, allowed, false); o.Language != "auto" {
		t.Errorf("after 32 s without a look: %+v, want a look", o)
	}
	for range 14 {
		p.count(c, heardAs(english))
	}
	if o := p.choose(c, allowed, false); o.Language != "en" {
		t.Errorf("after a minute of English: %+v", o)
	}
}

func TestLanguageVoteLeavesAlone(t *testing.T) {
	p, c := newPolls(), testClip("a", 1)
	c.VoicedMS = 30_000
	doubtful := heardAs(map[string]float64{"de": 1})
	doubtful.Text = "Thanks for watching!"
	p.count(c, doubtful)
	if o := p.choose(c, Options{Language: "auto"}, false); len(o.Prior) != 0 {
		t.Errorf("invented text voted: %+v", o)
	}
	p.count(c, heardAs(map[string]float64{"de": 1}))
	if o := p.choose(c, Options{Language: "fr"}, false); o.Language != "fr" || o.Prior != nil {
		t.Errorf("a fixed language was changed: %+v", o)
	}
}

// windowEngine recognises speech well only in a window of one length.
type windowEngine struct {
	good  int
	bad   Result
	calls []int
}

func (e *windowEngine) Decode(_ context.Context, _ Sound, o Options) (Result, error) {
	r := e.bad
	if r.AudioCtx = max(256, o.AudioCtx); r.AudioCtx >= e.good {
		r = heard
		r.AudioCtx = max(256, o.AudioCtx)
	}
	e.calls = append(e.calls, r.AudioCtx)
	if e.good < 0 {
		return r, errors.New("gone")
	}
	return r, nil
}

func TestSecondLook(t *testing.T) {
	loop := Result{Text: strings.Repeat("go on ", 30), LogProb: -0.1}
	for name, tt := range map[string]struct {
		engine *windowEngine
		voiced int64
		calls  int
		text   string
	}{
		"loops":               {&windowEngine{good: 512, bad: loop}, 800, 2, heard.Text},
		"is cut off":          {&windowEngine{good: 512, bad: Result{Text: "Hello", Capped: true}}, 800, 2, heard.Text},
		"too little for 5 s":  {&windowEngine{good: 512, bad: Result{Text: "Hello", LogProb: -0.2}}, 5000, 2, heard.Text},
		"nothing in 5 s":      {&windowEngine{good: 512, bad: Result{}}, 5000, 2, heard.Text},
		"fine":                {&windowEngine{good: 256}, 800, 1, heard.Text},
		"nothing in a breath": {&windowEngine{good: 512, bad: Result{}}, 300, 1, ""},
		"loops in both":       {&windowEngine{good: 768, bad: loop}, 800, 2, loop.Text},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &desk{}
				s := start(t, Config{Decoders: []Decoder{tt.engine}}, d)
				c := testClip("a", 1)
				c.VoicedMS, c.EndMS, c.LevelDBFS = tt.voiced, c.StartMS+max(1000, tt.voiced+500), -20
				s.Submit(c)
				drain(t, s)
				if len(tt.engine.calls) != tt.calls || d.got[0].Text != tt.text || s.Stats().SecondLooks != uint64(tt.calls-1) {
					t.Errorf("windows %v, %d chars, %+v", tt.engine.calls, len(d.got[0].Text), s.Stats())
				}
			})
		})
	}
}

func TestWiderWindow(t *testing.T) {
	got := []int{}
	for w := 256; w != 0; w = WiderWindow(w) {
		got = append(got, w)
	}
	if len(got) != 5 || got[4] != 1280 || WiderWindow(0) != 0 || WiderWindow(1500) != 0 {
		t.Errorf("windows %v", got)
	}
}

// A person's language is voted on by decoded finals, and used for the next ones.
func TestServiceVotes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked []string
		e := optionsEngine(func(o Options) Result {
			asked = append(asked, o.Language)
			if o.Language == "auto" {
				return heardAs(map[string]float64{"id": 1})
			}
			return heard
		})
		d := &desk{}
		s := start(t, Config{Decoders: []Decoder{e}, Options: func(models.Clip) Options { return Options{Languages: []string{"en", "id"}} }}, d)
		for i := range 7 {
			c := testClip("a", i+1)
			c.VoicedMS, c.EndMS = 4000, c.StartMS+5000
			s.Submit(c)
		}
		drain(t, s)
		if got := strings.Join(asked, " "); got != "auto auto auto auto auto id id" {
			t.Errorf("languages asked for: %s", got)
		}
	})
}

type optionsEngine func(Options) Result

func (e optionsEngine) Decode(_ context.Context, _ Sound, o Options) (Result, error) {
	time.Sleep(10 * time.Millisecond)
	return e(o), nil
}
