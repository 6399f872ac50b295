//go:build !race

package engine

import (
	"regexp"
	"strings"
	"testing"
)

// TestNothingIdle loads files with a value that can never hold or always holds, or with a misspelt name nested in others. Each is
// refused with the line, the rule and what to write.
func TestNothingIdle(t *testing.T) {
	const says, points = "{says: {phrase: buy now}}", "ledger: {c: {}}"
	newcomers := "people: {newcomer: {until: {in_room: 10m}}}"
	expression := func(text string) string { return `{if: "` + text + `"}` }
	at := func(hours string) string { return `{at: {hours: "` + hours + `"}}` }
	for name, c := range map[string]struct{ text, want string }{
		"certain words":    {ruleOf(expression(`min_p > 2.0`)), `min_p is between 0 and 1, so "min_p > 2.0" never holds`},
		"words in percent": {ruleOf(expression(`min_p < 60.0`)), `so "min_p < 60.0" always holds: write 0.6`},
		"a level above all": {
			ruleOf(expression(`-3.0 < level_dbfs && 9.0 < level_dbfs`)),
			`so "level_dbfs > 9.0" never holds: write -9.0`,
		},
		"negative times":  {ruleOf(expression(`talk_ms < 0`)), `talk_ms is at least 0, so "talk_ms < 0" never holds`},
		"seconds for ms":  {ruleOf(expression(`duration_ms > 5`)), `write 5000 for seconds`},
		"endless lines":   {ruleOf(expression(`words.size() > 500`)), `size(words) is between 0 and 200, so`},
		"negative points": {ruleOf(expression(`balance['c'] >= 0.0`), points), `so "balance.c >= 0.0" always holds`},
		"truth":           {ruleOf(expression(`newcomer || true`), newcomers), `true is no condition: take it out`},
		"two languages": {
			ruleOf(expression(`language == 'en' && language == 'de'`)),
			`never holds, because of "language == 'en'" and "language == 'de'"`,
		},
		"two ranges": {
			ruleOf(expression(`!(talk_ms <= 9000 || talk_ms > 500)`)),
			`it always holds, because of "talk_ms <= 9000" and "talk_ms > 500"`,
		},
		"new and not": {
			ruleOf(expression(`newcomer && !newcomer`), newcomers),
			`never holds, because of "newcomer" and "!newcomer"`,
		},
		"a role in exists":     {ruleOf(expression(`roles.exists(r, r == 'hoost')`)), `unknown role "hoost" (did you mean "host"?)`},
		"a role in a list":     {ruleOf(expression(`roles.exists(r, r in ['hoost'])`)), `unknown role "hoost"`},
		"a role of a list":     {ruleOf(expression(`['host', 'hoost'].exists(r, r in roles)`)), `unknown role "hoost"`},
		"the first role":       {ruleOf(expression(`roles[0] == 'hoost'`)), `unknown role "hoost"`},
		"a ledger in has":      {ruleOf(expression(`has(balance.d)`), points), `unknown ledger "d"`},
		"capitals in exists":   {ruleOf(expression(`words.exists(w, w.startsWith('Buy'))`)), `write "buy"`},
		"capitals in a list":   {ruleOf(expression(`text in ['Buy now']`)), `write "buy now"`},
		"capitals in matches":  {ruleOf(expression(`text.matches('BUY')`)), `read in lower case: write "buy"`},
		"signs in matches":     {ruleOf(expression(`text.matches('buy, now')`)), `speech is read as words without signs`},
		"a phrase in words":    {ruleOf(expression(`'buy now' in words`)), `write text.contains("buy now")`},
		"a language's name":    {ruleOf(expression(`language.startsWith('english')`)), `"english" is not a language code: write en`},
		"longer than the hour": {ruleOf(at("22:00-23:00"), "    for: 3h"), `for: 3h is longer than at: holds, which is 1h`},
		"at two times": {
			ruleOf(`{all: [` + says + `, ` + at("9:00-10:00") + `, ` + at("10:00-11:00") + `]}`),
			`the rule can never flag anything`,
		},
		"all day": {ruleOf(at("0:00-24:00")), `at: holds at every time of the week`},
		"all week": {
			ruleOf(`{all: [` + says + `, {at: {days: [mon, tue, wed, thu, fri, sat, sun]}}]}`),
			`at: holds at every time of the week`,
		},
		"points beyond a session": {
			ruleOf(says, "ledger: {c: {each: 180d, across: this_session}}"),
			`points last 180d, longer than any session`,
		},
		"fading beyond a session": {
			ruleOf(says, "ledger: {c: {fade: 1/week, across: this_session}}"),
			`write across: this_room or this_host`,
		},
		"reset after a session": {
			ruleOf(says, "ledger: {c: {reset: yearly, across: this_session}}"),
			`reset: yearly is longer than any session`,
		},
		"never fades":         {ruleOf(says, "ledger: {c: {fade: 0/week}}"), `fade: 0 never takes a point away`},
		"points for a moment": {ruleOf(says, "ledger: {c: {each: 180ms}}"), `each must be 1s at least, not "180ms"`},
		"sound below final": {
			ruleOf(says, "trust: {final: {word_p: 0.8}, sound: {word_p: 0.7}}"),
			`sound: word_p: 0.7 has no effect, because final: requires 0.8`,
		},
		"certain of everything": {ruleOf(says, "    trust: {word_p: 1}"), `word_p: 1: no word is that certain`},
		"certain lines":         {ruleOf(says, "trust: {final: {logprob: 0}}"), `logprob: 0: no line is that certain`},
		"a list in one entry": {
			ruleOf(`{says: {words: w}}`, `words: {w: "pillock, numpty"}`),
			`is one entry: write [pillock, numpty] for several`,
		},
		"commas in an entry": {
			ruleOf(`{says: {words: w}}`, `words: {w: {list: [dope, "pillock, numpty, daft"]}}`),
			`entries of their own`,
		},
		"commas in a phrase": {
			ruleOf(`{says: {phrase: "pillock, numpty, daft"}}`),
			`is one phrase: write what is between the commas in a list`,
		},
		"present of nobody": {ruleOf(`{present: {people: x}}`), `unknown key "people": known are role, speaker`},
		"says of a key":     {ruleOf(`{says: {hello: there}}`), `unknown key "hello": known are words, phrase`},
		"half a person":     {ruleOf(`{room: {joins: ">=2.5"}}`), `joins is a whole number: write one such as ">=3"`},
		"too many speakers": {
			ruleOf(`{floor: {share_over: 60%, min_speakers: 1000}}`),
			`60% is more than anybody can have of 300s beside 999 speakers`,
		},
		"a moment's overlap":   {ruleOf(`{floor: {overlap: 50%, of: 1s}}`), `of: must be 5s at least`},
		"a turn of silence":    {ruleOf(`{floor: {turn_over: 2m, gap: 10m}}`), `gap: is longer than turn_over:`},
		"half a second's turn": {ruleOf(`{floor: {turn_over: 500ms}}`), `turn_over must be 1s at least`},
		"said too fast": {
			ruleOf(`{repeats: {times: 50, within: 5s}}`),
			`nobody says anything more than 25 times within that time`,
		},
		"unmutes in silence":  {ruleOf(`{room: {silence: 3m, and_unmutes: ">=3"}}`), `nobody unmutes in silence`},
		"silence for a month": {ruleOf(`{room: {silence: 30d}}`), `silence may be at most 1d`},
		"new for a year": {
			ruleOf(says, "people: {newcomer: {until: {in_room: 300d}}}"),
			`in_room may be at most 1d`,
		},
		"hours of votes":       {ruleOf(says, "languages: {vote_over: 3h}"), `vote_over may be at most 10m`},
		"a month for a ms":     {ruleOf(says, "    then: [mute: {for: 60ms}]"), `for must be 1s at least`},
		"asked for a moment":   {ruleOf(says, "    then: [ask: {expires: 45ms}]"), `expires must be 1s at least`},
		"offered for a moment": {ruleOf(says, "    then: [ask: {offer: [mute 1ms]}]"), `the duration must be like 60s`},
		"once a moment":        {ruleOf(says, "    at_most: {once_per: 30ms}"), `once_per must be 1s at least`},
		"excused by itself": {
			ruleOf(says, "    unless: {said: {phrase: [hello, buy now], last: 5m}}"),
			`the rule can never flag anything`,
		},
		"missing and said": {
			ruleOf(`{all: [{not_said: {phrase: buy now, within: 60s, of: join}}, ` + says + `]}`),
			`the rule can never flag anything`,
		},
		"its own topic": {
			ruleOf(`{not_said: {phrase: buy now, within: 60s, of: topic, topic: [buy now]}}`),
			`whoever says "buy now", which begins the topic, has said it`,
		},
		"music and none": {
			ruleOf(`{all: [{heard: {music: ">70%"}}, {heard: {music: "<30%"}}]}`),
			`the rule can never flag anything`,
		},
		"many and few":  {ruleOf(`{all: [{room: {joins: ">=9"}}, {room: {joins: "<3"}}]}`), `the rule can never flag anything`},
		"words or none": {ruleOf(`{any: [` + says + `, {none: [` + says + `]}]}`), `always holds, because one of two opposites`},
		"new or not":    {ruleOf(`{any: [{newcomer: true}, {newcomer: false}]}`, newcomers), `always holds`},
		"exempt hosts": {
			ruleOf(`{all: [`+says+`, {role: host}]}`, "exempt: [{role: [host, cohost]}]"),
			`everybody with role: host is exempt from this rule`,
		},
		"exempt person": {
			ruleOf(`{all: [`+says+`, {speaker: x}]}`, "exempt: [{speaker: x}]"),
			`speaker: x is exempt from this rule`,
		},
		"a message as text":  {ruleOf(says, `    then: [nudge: "hello there"]`), `not text: write {text: "hello there"}`},
		"two spaces":         {ruleOf(`{says: {pattern: "buy  now"}}`), `it looks for two spaces`},
		"an offer's seconds": {ruleOf(says, "    then: [ask: {offer: [mute 60]}]"), `offer "mute 60": the duration must be like 60s`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := inMemory(t, map[string]string{"main.yaml": c.text})
			switch {
			case err == nil:
				t.Errorf("loaded:\n%s", c.text)
			case !strings.Contains(err.Error(), c.want) || !placed.MatchString(err.Error()):
				t.Errorf("got\n%s\nwant …%s", err, c.want)
			}
		})
	}
}

// placed is how a problem names its place.
var placed = regexp.MustCompile(`^shipped:main\.yaml:[0-9]+: `)

// TestIdleWorks loads files that resemble those mistakes but work.
func TestIdleWorks(t *testing.T) {
	const says, points = "{says: {phrase: buy now}}", "ledger: {c: {}}"
	for _, text := range []string{
		ruleOf(`{if: "min_p >= 0.5 && min_p < 0.9 || level_dbfs > -6.0"}`),
		ruleOf(`{if: "talk_ms != 0 && talk_ms > 300 * 1000 && !(size(words) < 3)"}`),
		ruleOf(`{if: "balance.c >= 3.0 && balance.c < 10.0"}`, points),
		ruleOf(`{if: "roles.exists_one(r, r == 'host') ? size(words) > 3 : size(words) > 5"}`),
		ruleOf(`{if: "text.matches('(?i)BUY|[A-Z]?ell') || words.exists(w, w in ['buy', 'sell'] && size(w) > 2)"}`),
		ruleOf(`{at: {hours: ["22:00-23:00", "23:00-02:00"]}}`, "    for: 4h"),
		ruleOf(`{at: {hours: "6:00-24:00", days: [mon]}}`),
		ruleOf(`{all: [{room: {silence: 3m}}, {at: {hours: "22:00-06:00", days: [sat]}}]}`, "    for: 4h"),
		ruleOf(
			says, "ledger: {c: {each: 2h, across: this_session}, d: {fade: 10/hour, across: this_session}, "+
				"e: {reset: daily, across: this_session}}",
		),
		ruleOf(says, "trust: {final: {word_p: 0.8}}"),
		ruleOf(`{says: {words: w}}`, `words: {w: ["yes, please", "no, no"]}`),
		ruleOf(says, "    second_look: {model: large-v3-turbo-q5_0, must_agree: true}"),
		ruleOf(`{all: [` + says + `, {present: {speaker: [ana, ben]}}, {absent: {role: host, speaker: cy}}]}`),
		ruleOf(`{all: [{room: {joins: ">=3", within: 1m}}, {room: {joins: "<3", within: 5m}}]}`),
		ruleOf(`{all: [{room: {joins: ">=3", flags: "<9"}}, {room: {flags: ">=2"}}]}`),
		ruleOf(`{any: [{role: host}, {none: [{role: [host, cohost]}]}]}`),
		ruleOf(says, "    unless: {said: {phrase: [hello], last: 5m}}"),
		ruleOf(`{says: {phrase: [buy now, sell]}}`, "    unless: {said: {phrase: [buy now], last: 5m}}"),
		ruleOf(`{all: [`+says+`, {role: [host, guest]}]}`, "exempt: [{role: host}, {role: guest, packs: [base]}]", "use: [base.yaml]"),
		ruleOf(`{floor: {share_over: 60%, of: 1m, min_speakers: 5}}`),
	} {
		if _, err := inMemory(t, map[string]string{"main.yaml": text, "base.yaml": "schema: 1\nmode: suggest\n"}); err != nil {
			t.Errorf("%v\nin\n%s", err, text)
		}
	}
}

// TestHints loads what hosts write who know the keys but not where they belong. Each problem is reported once, with what to write.
func TestHints(t *testing.T) {
	const says = "{says: {phrase: buy now}}"
	for _, c := range [][2]string{
		{ruleOf(`{means: hate}`), `not text: write {hate: ">=0.9"}`},
		{ruleOf(`{at: "22:00-06:00"}`), `write {hours: "22:00-06:00"}`},
		{ruleOf(`{floor: 2m}`), `write {turn_over: 2m}`},
		{ruleOf(says, `    at_most: 30s`), `write {once_per: 30s}`},
		{ruleOf(says, `    span: 20s`), `write {last: 20s}`},
		{ruleOf(says, `    trust: 0.8`), `not a number: write {word_p: 0.8}`},
		{ruleOf(says, `    then: [mute: 60s]`), `write {for: 60s}`},
		{ruleOf(says, `    then: [flag: high]`), `write {level: high}`},
		{ruleOf(says, `    then: [tell: host]`), `write {who: host}`},
		{ruleOf(`{words: rude}`), `unknown key "words": write says: {words: …}`},
		{ruleOf(`{turn_over: 2m}`), `unknown key "turn_over": write floor: {turn_over: …}`},
		{ruleOf(`"hate*"`), `when must be a mapping (key: value), not text: write {says: {phrase: "hate*"}}`},
		{ruleOf(says, `    unless: host`), `not text: write {role: host}`},
		{
			ruleOf(`{all: [` + says + `, {role: "host, cohost"}]}`),
			`role: "host, cohost" is one name: write [host, cohost] for several`,
		},
		{ruleOf(`{all: [` + says + `, {speaker: "a, b"}]}`), `speaker: "a, b" is one name: write [a, b] for several`},
		{ruleOf(says, `people: {mods: "id-1, id-2"}`), `people.mods: "id-1, id-2" is one name: write [id-1, id-2] for several`},
		{ruleOf(says, `languages: {allowed: "en, de"}`), `allowed: "en, de" is one code: write [en, de] for several`},
		{ruleOf(`{reveals: "phone, email"}`), `unknown kind of personal data "phone, email": write [phone, email] for several`},
		{ruleOf(`{all: [` + says + `, {at: {days: "mon, tue"}}]}`), `unknown day "mon, tue": write [mon, tue] for several`},
		{ruleOf(`{all: [` + says + `, {at: {days: monday}}]}`), `unknown day "monday" (did you mean "mon"?)`},
		{ruleOf(`{floor: {turn_over: 120}}`), `not "120": write 120s`},
		{ruleOf(`{floor: {turn_over: "2 minutes"}}`), `not "2 minutes": write 2m`},
		{ruleOf(`{floor: {turn_over: ">2m"}}`), `not ">2m": write 2m`},
		{ruleOf(`{said: {phrase: buy now, last: 1m, within: 5m}}`), `unknown key "within": write last:`},
		{ruleOf(says, "ledger: {c: {fade: 10/month}}"), `fade must be points per hour, day or week`},
		{ruleOf(`{not_said: {phrase: x, within: 1m, of: topic, topic: "a b, c d, e"}}`), `topic: "a b, c d, e" is one phrase`},
	} {
		text, want := c[0], c[1]
		_, err := inMemory(t, map[string]string{"main.yaml": text})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(want, "day") && strings.Contains(err.Error(), "\n") {
			t.Errorf("%v\nwant %s\nof\n%s", err, want, text)
		}
	}
}
