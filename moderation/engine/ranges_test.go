//go:build !race

package engine

import (
	"strings"
	"testing"
)

// TestRangesThatExclude loads rules that could never flag anything, because one of their conditions asks for more of what another, or
// unless:, rules out, and rules that resemble them but work.
func TestRangesThatExclude(t *testing.T) {
	const never = "the rule can never flag anything"
	ledger := "ledger: {c: {}}"
	all := func(a, b string) string { return ruleOf("{all: [" + a + ", " + b + "]}") }
	but := func(a, b string) string { return ruleOf("{all: [" + a + ", {none: [" + b + "]}]}") }
	unless := func(a, b string) string { return ruleOf(a, ledger, "    unless: "+b) }
	for name, c := range map[string]struct{ text, want string }{
		"interruptions":    {all(`{floor: {interruptions: ">=5"}}`, `{floor: {interruptions: "<3"}}`), never},
		"loud, but not":    {but("{heard: {loudness_above: -9dBFS}}", "{heard: {loudness_above: -20dBFS}}"), never},
		"a long turn, but": {but("{floor: {turn_over: 5m}}", "{floor: {turn_over: 2m}}"), never},
		"a share, but":     {but("{floor: {share_over: 60%}}", "{floor: {share_over: 40%}}"), never},
		"silence, but":     {but("{room: {silence: 5m}}", "{any: [{role: host}, {room: {silence: 2m}}]}"), never},
		"points":           {unless(`{ledger: {c: ">=5"}}`, `{ledger: {c: ">=3"}}`), never},
		"music":            {unless(`{heard: {music: ">70%"}}`, `{heard: {music: ">50%"}}`), never},
		"repeats":          {unless("{repeats: {times: 5}}", "{repeats: {times: 3}}"), never},
		"data":             {unless("{reveals: [phone]}", "{reveals: [phone, card]}"), never},
		"languages": {
			unless("{spoken_language: {not_in: [en, id]}}", "{any: [{role: host}, {spoken_language: {not_in: [en]}}]}"), never,
		},
		"a time":             {unless(`{at: {hours: "22:00-23:00", days: [sat]}}`, "{at: {days: [fri, sat]}}"), never},
		"two comparisons":    {ruleOf(`{room: {joins: ">5 <3"}}`), `joins has two comparisons: write two conditions under all:`},
		"longer than said":   {ruleOf("{said: {phrase: x, last: 1m}}", "    for: 5m"), "for: is longer than last: 1m0s"},
		"longer than a turn": {ruleOf("{floor: {turn_over: 1m}}", "    for: 2h"), "a turn is followed for less than 60m"},
		"a fleeting point": {
			ruleOf(`{ledger: {c: ">=3"}}`, "ledger: {c: {fade: 1000000/hour}}"), "fade: a point would last for less than 1s",
		},
		"a clip of nothing": {
			ruleOf("{says: {phrase: x}}", "    then: [flag: {clip: {before: 0s, after: 0s, keep: 14d}}]"),
			"keep: has no effect",
		},

		"other windows":       {all(`{floor: {interruptions: ">=5"}}`, `{floor: {interruptions: "<3", within: 1m}}`), ""},
		"a range":             {all(`{floor: {interruptions: ">=3"}}`, `{floor: {interruptions: "<=3"}}`), ""},
		"not too loud":        {but("{heard: {loudness_above: -20dBFS}}", "{heard: {loudness_above: -9dBFS}}"), ""},
		"loud, not for long":  {but("{heard: {loudness_above: -9dBFS, for: 1s}}", "{heard: {loudness_above: -9dBFS, for: 9s}}"), ""},
		"a turn, not share":   {but("{floor: {turn_over: 5m}}", "{floor: {turn_over: 2m, share_over: 50%}}"), ""},
		"a step of a ladder":  {unless(`{ledger: {c: ">=3"}}`, `{ledger: {c: ">=5"}}`), ""},
		"some data":           {unless("{reveals: [phone, card]}", "{reveals: [card]}"), ""},
		"part of a time":      {unless("{at: {days: [fri, sat]}}", `{at: {hours: "22:00-23:00", days: [sat]}}`), ""},
		"as long as last":     {ruleOf("{said: {phrase: x, last: 5m}}", "    for: 5m"), ""},
		"said, or not at all": {ruleOf("{any: [{said: {phrase: x, last: 1m}}, {absent: {role: host}}]}", "    for: 5m"), ""},
		"no clip":             {ruleOf("{says: {phrase: x}}", "    then: [flag: {clip: {before: 0s, after: 0s}}]"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := inMemory(t, map[string]string{"main.yaml": c.text})
			switch {
			case c.want == "" && err != nil, c.want != "" && err == nil:
				t.Errorf("%v\n%s", err, c.text)
			case err != nil && (!strings.Contains(err.Error(), c.want) || !placed.MatchString(err.Error())):
				t.Errorf("got\n%s\nwant …%s", err, c.want)
			}
		})
	}
}

// TestHoldsFromStart: a comparison that an empty room passes is told, unless something else must hold too.
func TestHoldsFromStart(t *testing.T) {
	for text, want := range map[string]bool{
		ruleOf(`{room: {joins: "<=3"}}`):                                             true,
		ruleOf(`{floor: {interruptions: "<3"}}`):                                     true,
		ruleOf(`{ledger: {c: "<3"}}`, "ledger: {c: {}}"):                             true,
		ruleOf(`{any: [{room: {silence: 3m}}, {room: {flags: "=0"}}]}`):              true,
		ruleOf(`{condition: few}`, `conditions: {few: {room: {joins: "<=3"}}}`):      true,
		ruleOf(`{all: [{room: {joins: "<=3"}}, {room: {flags: "<1"}}]}`):             true,
		ruleOf(`{room: {joins: ">=3"}}`):                                             false,
		ruleOf(`{room: {joins: "<=3", silence: 3m}}`):                                false,
		ruleOf(`{room: {joins: "<=3"}}`, "    for: 10m"):                             false,
		ruleOf(`{all: [{room: {silence: 3m}}, {room: {joins: "<=3"}}]}`):             false,
		ruleOf(`{room: {joins: ">=3"}}`, `    unless: {room: {and_unmutes: "<=3"}}`): false,
		ruleOf(`{floor: {interruptions: "<3", share_over: 50%}}`):                    false,
	} {
		told := false
		for _, n := range mustLoadPacks(t, onDisk(t, text)).Notes() {
			told = told || strings.Contains(n.Text, "holds from the start")
		}
		if told != want {
			t.Errorf("told: %v, want %v\n%s", told, want, text)
		}
	}
}
