//go:build !race

package engine

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"earshot/models"
	"earshot/moderation/rules"

	"pgregory.net/rapid"
)

// drawHappening draws a condition on events, as YAML.
func drawHappening(t *rapid.T, depth int) string {
	ms := func(name string, of ...int) string { return fmt.Sprintf("%ds", rapid.SampledFrom(of).Draw(t, name)) }
	kinds := []string{
		"turn", "share", "every", "loud", "silence", "joins", "said", "not_said", "present", "absent", "at", "talks", "named", "any",
		"all", "none",
	}
	if depth == 0 {
		kinds = kinds[:13]
	}
	switch kind := rapid.SampledFrom(kinds).Draw(t, "kind"); kind {
	case "turn":
		return "{floor: {turn_over: " + ms("turn", 1, 5, 30) + "}}"
	case "share":
		return "{floor: {share_over: 50%, of: " + ms("of", 10, 60) + ", min_speakers: 1}}"
	case "every":
		return "{floor: {every: " + ms("every", 5, 60) + "}}"
	case "loud":
		return "{heard: {loudness_above: -12dBFS, for: " + ms("for", 1, 3) + "}}"
	case "silence":
		return "{room: {silence: " + ms("silence", 5, 60) + "}}"
	case "joins":
		return "{room: {joins: \">=" + rapid.SampledFrom([]string{"1", "2"}).Draw(t, "joins") + "\", within: 60s}}"
	case "said":
		return "{said: {phrase: [" + drawPhrase(t) + "], last: " + ms("last", 5, 60) + ", by: room}}"
	case "not_said":
		return "{not_said: {phrase: [" + drawPhrase(t) + "], within: " + ms("within", 5, 30) + ", of: " +
			rapid.SampledFrom([]string{"join", "turn"}).Draw(t, "of") + "}}"
	case "present", "absent":
		return "{" + kind + ": {role: " + rapid.SampledFrom([]string{"host", "guest"}).Draw(t, "role") + "}}"
	case "at":
		return "{at: {hours: \"" + rapid.SampledFrom([]string{"10:00-12:01", "12:01-23:00"}).Draw(t, "hours") + "\"}}"
	case "talks":
		return "{newcomer: talks}"
	case "named":
		return "{condition: shared}"
	default:
		var kids []string
		for range rapid.IntRange(1, 3).Draw(t, "kids") {
			kids = append(kids, drawHappening(t, depth-1))
		}
		return fmt.Sprintf("{%s: [%s]}", kind, strings.Join(kids, ", "))
	}
}

// drawHappeningRule draws a rule on events that loads: a condition on the room alone is not combined with one on people, and an
// alternative that never holds keeps it from contradicting itself.
func drawHappeningRule(t *rapid.T, id, unless string) string {
	hold := ""
	if rapid.Bool().Draw(t, "holds") {
		hold = ", for: 10s"
	}
	return fmt.Sprintf(
		"- {id: %s, when: {all: [{floor: {turn_over: 2s}}, {any: [%s, {room: {silence: 59m}}]}]}%s%s, then: [nudge: {}]}", id,
		drawHappening(t, 2), unless, hold,
	)
}

const happeningHead = `schema: 1
mode: act
people: {newcomer: {until: {in_room: 60s}}}
conditions: {shared: {floor: {turn_over: 10s}}}
rules:
`

// drawScene draws what happens in a minute or two.
func drawScene(t *rapid.T) []rules.Event {
	who := rapid.SampledFrom([]string{"ana", "ben"})
	one := rapid.Custom(func(t *rapid.T) rules.Event {
		e := rules.Event{At: -1, WordP: float64(rapid.IntRange(3, 10).Draw(t, "p")) / 10, Sound: rules.Heard{Level: -6}}
		e.Kind = rapid.SampledFrom([]string{
			rules.EventSay, rules.EventSay, rules.EventTalk, rules.EventTalk, rules.EventSound, rules.EventJoin, rules.EventLeave, rules.EventWait,
		}).Draw(t, "kind")
		e.Who, e.For = who.Draw(t, "who"), int64(rapid.SampledFrom([]int{500, 3000, 20_000}).Draw(t, "for"))
		e.Text = strings.Join(rapid.SliceOfN(rapid.SampledFrom(someWords), 1, 5).Draw(t, "text"), " ")
		if e.Kind == rules.EventJoin && rapid.Bool().Draw(t, "host") {
			e.Role = models.RoleHost
		}
		return e
	})
	return rapid.SliceOfN(one, 1, 8).Draw(t, "scene")
}

// played are the modes of the rules that fire in a scene.
func played(t *rapid.T, text string, scene []rules.Event) map[string]models.Mode {
	vs, err := loadDrawn(t, text).play(rules.Check{Scene: scene}, true)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]models.Mode{}
	for _, v := range vs {
		if v.Fired {
			out[v.Rule] = v.Mode
		}
	}
	return out
}

// TestUnlessNeverAddsToWhatHappens: a rule on the floor, the sound, the room, the clock and what was said fires with an unless only
// where it fires without it.
func TestUnlessNeverAddsToWhatHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scene := drawScene(t)
		rule := drawHappeningRule(t, "r", "")
		with := strings.Replace(rule, ", then:", ", unless: {all: ["+drawHappening(t, 1)+", {none: [{room: {silence: 59m}}]}]}, then:", 1)
		without, got := played(t, happeningHead+rule+"\n", scene), played(t, happeningHead+with+"\n", scene)
		if _, ok := without["r"]; !ok && len(got) > 0 {
			t.Fatalf("fires only with the unless\n%s\n%v", with, scene)
		}
	})
}

// TestOrderNeverMattersToWhatHappens: the order of rules makes no difference to rules on events.
func TestOrderNeverMattersToWhatHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scene := drawScene(t)
		var all []string
		for i := range rapid.IntRange(2, 4).Draw(t, "rules") {
			all = append(all, drawHappeningRule(t, fmt.Sprintf("r%d", i), ""))
		}
		other := slices.Clone(all)
		slices.Reverse(other)
		a := played(t, happeningHead+strings.Join(all, "\n")+"\n", scene)
		b := played(t, happeningHead+strings.Join(other, "\n")+"\n", scene)
		if fmt.Sprint(a) != fmt.Sprint(b) {
			t.Fatalf("%v, in another order %v", a, b)
		}
	})
}

// TestGateNeverLoosensBesideSaid: a stricter gate makes no verdict stronger, even for rules on earlier lines and on who is present.
func TestGateNeverLoosensBesideSaid(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scene := drawScene(t)
		text := happeningHead + "- {id: r, when: {all: [{says: {phrase: [" + drawPhrase(t) + "]}}, " +
			rapid.SampledFrom([]string{
				"{absent: {role: host}}", "{said: {phrase: [you], last: 30s, by: room}}", "{at: {hours: \"10:00-13:00\"}}", "{condition: words}",
			}).Draw(t, "other") + "]}, then: [nudge: {}]}\n"
		text = strings.Replace(text, "conditions: {", "conditions: {words: {says: {phrase: [a, you]}}, ", 1)
		loose, tight := played(t, text, scene), played(t, text+"trust: {final: {word_p: 0.9}}\n", scene)
		if len(loose) != len(tight) || modeRank(tight["r"]) > modeRank(loose["r"]) {
			t.Fatalf("%v, stricter %v\n%s", loose, tight, text)
		}
	})
}

// FuzzScene: whatever is under scene: is refused with a line, or plays to its end.
func FuzzScene(f *testing.F) {
	for _, s := range []string{
		"[{talk: ana, for: 3m}]", "[{say: darn, speaker: ben}, {wait: 5s}, {session: next, after: 7d}]", "[{sound: a, for: 1s, level: -6dBFS}]",
		"[{points: b, ledger: strikes, add: 1, ago: 20w}, {answer: x, with: confirm}]", "[{join: a, role: host, at: 3s}, {leave: a, at: 1s}]",
		"[{language: a, code: de, for: 30s}]", "[{}]", "{say: x}", "[{say: x, talk: y, for: 1s}]", "[{talk: a, at: 4h, for: 4h}]",
	} {
		f.Add(s, "sat 22:30")
	}
	f.Fuzz(func(t *testing.T, scene, start string) {
		text := "schema: 1\nledger: {strikes: {}}\nrules:\n  - {id: x, when: {floor: {turn_over: 2s}}, then: [ask: {}]}\n" +
			"checks:\n  - start: " + fmt.Sprintf("%q", start) + "\n    expect: none\n    scene: " + strings.ReplaceAll(scene, "\n", " ") + "\n"
		results, err := RunChecks(LoadOptions{FS: fstest.MapFS{"main.yaml": &fstest.MapFile{Data: []byte(text)}}}, true, "main")
		if err == nil && len(results) != 1 {
			t.Errorf("%d results", len(results))
		}
		if err != nil && !strings.Contains(err.Error(), "main.yaml:") {
			t.Errorf("a mistake without its line: %v", err)
		}
	})
}

// FuzzAt: times of day are refused with a line, or they and the rest of the day cover each minute exactly once.
func FuzzAt(f *testing.F) {
	for _, h := range []string{
		"22:00-06:00", "0:00-24:00", "9:30 - 17:00", "24:00-1:00", "12:00-12:00", "1:00-0:00-0:10", "1:00-2:00x",
		"25:00-1:00", "-", "1:0-2:0",
	} {
		f.Add(h)
	}
	f.Fuzz(func(t *testing.T, hours string) {
		from, to, _ := strings.Cut(hours, "-")
		load := func(hours string) *Set {
			text := "schema: 1\nrules:\n  - {id: x, when: {all: [{says: {phrase: x}}, {at: {hours: " + fmt.Sprintf(
				"%q", hours,
			) + "}}]}, then: [flag: {}]}\n"
			set, err := Load(LoadOptions{FS: fstest.MapFS{"main.yaml": &fstest.MapFile{Data: []byte(text)}}}, "main")
			if err != nil && !strings.Contains(err.Error(), "main.yaml:3") {
				t.Errorf("a mistake without its line: %v", err)
			}
			return set
		}
		in, out := load(hours), load(strings.TrimSpace(to)+"-"+strings.TrimSpace(from))
		if in == nil || out == nil {
			return
		}
		for minute := 0; minute < 24*60; minute += 7 {
			at := rules.Check{
				Start: rules.Clock{Set: true, Day: 1, Minutes: minute},
				Scene: []rules.Event{{Kind: rules.EventSay, Text: "x", At: -1, WordP: 1}},
			}
			a, _ := in.play(at, true)
			b, _ := out.play(at, true)
			if a[0].Fired == b[0].Fired {
				t.Fatalf("%q: at minute %d both %v", hours, minute, a[0].Fired)
			}
		}
	})
}

// FuzzWildcard: a word with a star is refused with a line, or every longer word is found.
func FuzzWildcard(f *testing.F) {
	for _, w := range []string{"hate*", "ha*", "*hate", "h*te", "hate* you", "ñandu*", "h a t e*", "42*", "*", "hate**", "l'amour*"} {
		f.Add(w)
	}
	f.Fuzz(func(t *testing.T, phrase string) {
		text := "schema: 1\nrules:\n  - {id: x, when: {says: {phrase: " + fmt.Sprintf("%q", phrase) + "}}, then: [flag: {}]}\n"
		set, err := Load(LoadOptions{FS: fstest.MapFS{"main.yaml": &fstest.MapFile{Data: []byte(text)}}}, "main")
		if err != nil {
			if !strings.Contains(err.Error(), "main.yaml:") {
				t.Errorf("a mistake without its line: %v", err)
			}
			return
		}
		plain := strings.TrimSuffix(phrase, "*")
		if plain == phrase || strings.Trim(plain, "abcdefghijklmnopqrstuvwxyz") != "" {
			return
		}
		for _, said := range []string{plain, plain + "r", plain + "ful"} {
			if vs, err := set.Try(Example{Say: []string{said}, WordP: 1}); err != nil || !vs[0].Fired {
				t.Errorf("%q does not find %q: %v", phrase, said, err)
			}
		}
	})
}
