package rules

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/configs/strict"
)

// maxScene bounds how long a scene takes, in ms.
const maxScene = 4 * 3600_000

// defaultLevel is how loud somebody talks in a scene, in dBFS.
const defaultLevel = -25

// scene is what happens in a check, event by event.
func scene(into *[]Event) strict.Shape {
	return strict.List("scene", func(at strict.Value) (strict.Shape, func()) {
		e := &Event{At: -1, WordP: 1, Line: at.Line(), Sound: Heard{Level: defaultLevel}}
		return event(e), func() {
			if *into = append(*into, *e); len(*into) == maxBatch+1 {
				at.Bad("a scene has at most %d events", maxBatch)
			}
		}
	})
}

// eventKinds are the keys of which an event has one.
var eventKinds = []string{
	EventSay, EventTalk, EventSound, EventJoin, EventLeave, EventUnmute, EventLanguage, EventPoints, EventAnswer, EventWait, EventSession,
}

// event is one event of a scene.
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
			{Name: EventWait, Shape: strict.Duration(EventWait, &e.For)},
			{Name: EventSession, Shape: strict.OneOf(EventSession, &e.Answer, "next")},
			{Name: "at", Shape: strict.DurationOrZero("at", &e.At)},
			{Name: "for", Shape: strict.Duration("for", &e.For)},
			{Name: "by", Shape: strict.Name("by", &e.Role)},
			{Name: "role", Shape: strict.Name("role", &e.Role)},
			{Name: "speaker", Shape: strict.String("speaker", &e.Who)},
			{Name: "word_p", Shape: strict.Number("word_p", &e.WordP, 0, 1)},
			{Name: "code", Shape: strict.String("code", &e.Text)},
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

// needs are the keys that events of a kind have to have besides.
var needs = map[string][]string{
	EventTalk: {"for"}, EventSound: {"for"}, EventLanguage: {"code", "for"}, EventPoints: {"ledger", "add"}, EventAnswer: {"with"},
	EventSession: {"after"},
}

// check looks at what belongs together.
func (e *Event) check(v strict.Value) {
	for _, key := range needs[e.Kind] {
		if !v.Has(key) {
			v.Bad("%s: needs %s:", e.Kind, key)
		}
	}
	if e.At > maxScene || e.Kind != EventPoints && e.Kind != EventSession && e.For > maxScene {
		v.Bad("a scene is at most %dh long", maxScene/3600_000)
	}
}

// clock is when a scene begins: "sat 22:30", "22:30".
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

// Days are the days of the week as rule files have them, Sunday first.
var Days = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

// ParseDay reads a day of the week: mon, tue.
func ParseDay(text string) (time.Weekday, error) {
	i := slices.Index(Days, strings.ToLower(text))
	if i < 0 {
		return 0, fmt.Errorf("%q is no day: one of %s", strict.Shorten(text), strings.Join(Days, ", "))
	}
	return time.Weekday(i), nil
}

// ParseTimeOfDay reads a time of day, 0:00 to 24:00, as minutes from midnight.
func ParseTimeOfDay(text string) (int, error) {
	var h, m int
	if n, err := fmt.Sscanf(text, "%d:%d", &h, &m); n != 2 || err != nil || h < 0 || m < 0 || m > 59 || h*60+m > 24*60 {
		return 0, fmt.Errorf("%q is no time of day such as 22:30", strict.Shorten(text))
	}
	return h*60 + m, nil
}
