package rules

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"earshot/configs/strict"
)

// maxScene limits the duration of a scene, in ms.
const maxScene = 4 * 3600_000

// defaultLevel is how loud somebody talks in a scene, in dBFS.
const defaultLevel = -25

// scene parses the events of a check.
func scene(into *[]Event) strict.Shape {
	var played clockwork
	return strict.AtMost(strict.List("scene", func(at strict.Value) (strict.Shape, func()) {
		e := &Event{At: -1, WordP: 1, Line: at.Line(), Sound: Heard{Level: defaultLevel}}
		return event(e), func() {
			played.follow(at, e)
			if *into = append(*into, *e); len(*into) == maxBatch+1 {
				at.Bad("a scene has at most %d events", maxBatch)
			}
		}
	}), maxBatch)
}

// clockwork follows the clock of a scene.
type clockwork struct {
	next    int64 // when an event begins that says no time
	over    int64 // what has been played: nothing can be said or awaited before
	present map[string]bool
}

// follow reports an event that cannot happen after those before it: events are played in their order.
func (c *clockwork) follow(at strict.Value, e *Event) {
	if e.At >= 0 && e.At < c.over {
		at.Bad("at: %s is over when this begins: events are played in their order", time.Duration(e.At)*time.Millisecond)
	}
	if e.Kind == EventLeave && !c.present[e.Who] {
		at.Bad("%s cannot leave: nothing before this says that they are there", strict.Shorten(e.Who))
	}
	if c.present == nil {
		c.present = map[string]bool{}
	}
	if e.Who != "" {
		c.present[e.Who] = e.Kind != EventLeave
	}
	begins := c.next
	if e.At >= 0 {
		begins = e.At
	}
	c.next = begins
	switch e.Kind {
	case EventSession:
		c.next, c.over = 0, 0
	case EventSay:
		c.next, c.over = begins+int64(len(strings.Fields(e.Text)))*wordLength, max(c.over, begins)
	case EventWait:
		c.next, c.over = begins+e.For, max(c.over, begins+e.For)
	case EventAnswer:
		c.over = max(c.over, begins)
	case EventTalk, EventSound, EventLanguage:
		c.next = begins + e.For
	}
}

// wordLength is how long a word takes in a scene, in ms.
const wordLength = 300

// eventKinds are the keys of which an event has exactly one.
var eventKinds = []string{
	EventSay, EventTalk, EventSound, EventJoin, EventLeave, EventUnmute, EventLanguage, EventPoints, EventAnswer, EventWait, EventSession,
}

// event parses one event of a scene.
func event(e *Event) strict.Shape {
	who := func(kind string) strict.Field {
		return strict.Field{Name: kind, Shape: strict.Checked(kind, "", func(_ strict.Value, t strict.Text) { e.Who = t.Text })}
	}
	level := &e.Sound.Level
	return strict.Mapping{
		What: "an event of a scene",
		Fields: []strict.Field{
			{Name: EventSay, Shape: strict.String(EventSay, &e.Text)},
			who(EventTalk), who(EventSound), who(EventJoin), who(EventLeave), who(EventUnmute), who(EventLanguage), who(EventPoints),
			{Name: EventAnswer, Shape: strict.Name(EventAnswer, &e.Text)},
			{Name: EventWait, Shape: strict.Duration(EventWait, &e.For, maxScene*time.Millisecond)},
			{Name: EventSession, Shape: strict.OneOf(EventSession, &e.Answer, "next")},
			{Name: "at", Shape: strict.DurationOrZero("at", &e.At, maxScene*time.Millisecond)},
			{Name: "for", Shape: strict.Duration("for", &e.For, maxScene*time.Millisecond)},
			{Name: "by", Shape: strict.Name("by", &e.Role)},
			{Name: "role", Shape: strict.Name("role", &e.Role)},
			{Name: "speaker", Shape: strict.String("speaker", &e.Who)},
			{Name: "word_p", Shape: strict.Number("word_p", &e.WordP, 0, 1)},
			{Name: "code", Shape: strict.Checked("code", `^[a-z]{2,3}$`, e.takeCode)},
			{Name: "ledger", Shape: strict.Name("ledger", &e.Text)},
			{Name: "add", Shape: strict.Number("add", &e.Points, 0, 1000)},
			{Name: "ago", Shape: strict.Duration("ago", &e.For)},
			{Name: "after", Shape: strict.Duration("after", &e.For)},
			{Name: "with", Shape: strict.String("with", &e.Answer)},
			{Name: "level", Shape: strict.Decibels("level", &level)},
			{Name: "clipped", Shape: strict.Number("clipped", &e.Sound.Clipped, 0, 1)},
			{Name: "music", Shape: strict.Number("music", &e.Sound.Music, 0, 1)},
			{Name: "noise", Shape: strict.Number("noise", &e.Sound.Noise, 0, 1)},
		},
		Check: func(v strict.Value) {
			e.Sound.Level = *level
			kinds := slices.DeleteFunc(slices.Clone(eventKinds), func(k string) bool { return !v.Has(k) })
			if len(kinds) != 1 {
				v.Bad("an event of a scene needs exactly one of %s", strings.Join(eventKinds, ", "))
				return
			}
			e.Kind = kinds[0]
			e.check(v)
		},
	}
}

func (e *Event) takeCode(v strict.Value, t strict.Text) {
	if err := IsLanguageCode(t.Text); err != nil {
		v.Bad("%s", err)
		return
	}
	e.Text = t.Text
}

// belong are the further keys that events of a kind may have, beside at.
var belong = map[string][]string{
	EventSay:  {"speaker", "by", "role", "word_p"},
	EventTalk: {"for", "by", "role"}, EventSound: {"for", "by", "role", "level", "clipped", "music", "noise"},
	EventJoin: {"by", "role"}, EventLeave: {"by", "role"}, EventUnmute: {"by", "role"}, EventLanguage: {"code", "for", "by", "role"},
	EventPoints: {"ledger", "add", "ago", "by", "role"}, EventAnswer: {"with"}, EventSession: {"after"},
}

// needs are the further keys that events of a kind require.
var needs = map[string][]string{
	EventTalk: {"for"}, EventSound: {"for"}, EventLanguage: {"code", "for"}, EventPoints: {"ledger", "add"}, EventAnswer: {"with"},
	EventSession: {"after"},
}

// check verifies combinations of keys.
func (e *Event) check(v strict.Value) {
	for _, key := range needs[e.Kind] {
		if !v.Has(key) {
			v.Bad("%s: needs %s:", e.Kind, key)
		}
	}
	for _, key := range v.Keys() {
		if key != e.Kind && key != "at" && !slices.Contains(belong[e.Kind], key) {
			v.Bad("%s: does not belong to %s:", strict.Shorten(key), e.Kind)
		}
	}
	if e.Kind == EventSound && !v.Has("level", "clipped", "music", "noise") {
		v.Bad("sound: needs at least one of level, clipped, music, noise")
	}
}

// clock parses when a scene begins: "sat 22:30", "22:30".
func clock(into *Clock) strict.Shape {
	return strict.Checked("start", `^((mon|tue|wed|thu|fri|sat|sun) )?[0-9]{1,2}:[0-9]{2}$`, func(v strict.Value, t strict.Text) {
		day, hour, ok := strings.Cut(t.Text, " ")
		c := Clock{Set: true, Day: time.Monday}
		if !ok {
			day, hour = "mon", t.Text
		}
		var err error
		if c.Day, err = ParseDay(day); err == nil {
			c.Minutes, err = ParseTimeOfDay(hour)
		}
		if err != nil {
			v.Bad("start must be a time such as \"sat 22:30\": %s", err)
			return
		}
		*into = c
	})
}

// Days are the days of the week as written in rule files, Sunday first.
var Days = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// ParseDay parses a day of the week: mon, tue.
func ParseDay(text string) (time.Weekday, error) {
	i := slices.Index(Days, strings.ToLower(text))
	if i < 0 {
		return 0, fmt.Errorf("%q is not a day: one of %s", strict.Shorten(text), strings.Join(Days, ", "))
	}
	return time.Weekday(i), nil
}

// ParseTimeOfDay parses a time of day, 0:00 to 24:00, as minutes from midnight.
func ParseTimeOfDay(text string) (int, error) {
	parts := timeOfDay.FindStringSubmatch(text)
	if parts == nil {
		return 0, fmt.Errorf("%q is not a time of day such as 22:30", strict.Shorten(text))
	}
	h, _ := strconv.Atoi(parts[1]) // at most two digits each
	m, _ := strconv.Atoi(parts[2])
	if m > 59 || h*60+m > 24*60 {
		return 0, fmt.Errorf("%q is not a time of day such as 22:30", strict.Shorten(text))
	}
	return h*60 + m, nil
}

var timeOfDay = regexp.MustCompile(`^([0-9]{1,2}):([0-9]{2})$`)
