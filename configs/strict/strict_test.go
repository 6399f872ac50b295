package strict

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// room is what the tests read: one value of every shape.
type room struct {
	name    string
	mode    string
	tags    []string
	notes   []Text
	share   *float64
	size    int
	open    bool
	last    int64
	joins   *Comparison
	level   *float64
	fade    float64
	seats   map[string]int
	people  []string
	clauses []string // of the OneKey, flattened
}

func (x *room) shape() Shape {
	return Mapping{
		What: "a room",
		Fields: []Field{
			{"schema", Exactly(1, func(v Value, got string) { v.Bad("schema %q is not known", got) })},
			{"name", Name("name", &x.name)},
			{"mode", OneOf("mode", &x.mode, "watch", "suggest")},
			{"tags", ManyOf("tag", &x.tags, "red", "green")},
			{"notes", Texts("notes", &x.notes)},
			{"share", SomeNumber("share", &x.share, 0, 1)},
			{"size", Whole("size", &x.size, 1, 9)},
			{"open", Bool("open", &x.open)},
			{"last", Duration("last", &x.last)},
			{"joins", Compare("joins", &x.joins)},
			{"level", Decibels("level", &x.level)},
			{"fade", Rate("fade", &x.fade)},
			{"seats", Entries("seats", func(key Value) (Shape, func()) {
				n := 0
				return Whole("seats", &n, 0, 9), func() { x.seats[key.Text()] = n }
			})},
			{"people", List("people", func(Value) (Shape, func()) {
				var who string
				return String("who", &who), func() { x.people = append(x.people, who) }
			})},
			{"when", x.clause()},
		},
		Required: []string{"name"},
	}
}

func (x *room) clause() Shape {
	return OneKey{
		What: "when", Name: "condition", NotOne: "must be one condition", NotAList: "must be one condition, and no list",
		Kinds: func(Value) []Field {
			var word string
			return []Field{
				{"all", List("all", func(Value) (Shape, func()) { return Lazy(func(Value) Shape { return x.clause() }), nil })},
				{"says", After(String("says", &word), func(Value) { x.clauses = append(x.clauses, word) })},
			}
		},
	}
}

// reading reads a text as a room, and gives the mistakes as "line: message".
func reading(t testing.TB, text string) (*room, []string) {
	t.Helper()
	doc, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	x := &room{seats: map[string]int{}}
	var bad []string
	doc.Read(x.shape(), func(line int, message string) { bad = append(bad, fmt.Sprintf("%d: %s", line, message)) })
	return x, bad
}

func TestEveryShapeIsRead(t *testing.T) {
	x, bad := reading(t, `
schema: 1
name: big-room
mode: suggest
tags: [red, green]
notes: hello
share: 40%
size: 7
open: yes
last: 1.5m
joins: ">5%"
level: -9dBFS
fade: 24/day
seats: {front: 3, back: 4}
people: [ana, 12]
when: {all: [{says: a}, {all: [{says: b}]}]}
`)
	if len(bad) > 0 {
		t.Fatal(strings.Join(bad, "\n"))
	}
	got := fmt.Sprint(x.name, x.mode, x.tags, x.notes, *x.share, x.size, x.open, x.last, *x.joins, *x.level, x.seats, x.people, x.clauses)
	want := "big-roomsuggest[red green][{hello  6}]0.47true90000{> 0.05}-9map[back:4 front:3][ana 12][a b]"
	if strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if perDay := x.fade * 86_400_000; perDay < 23.99 || perDay > 24.01 {
		t.Errorf("%v points a day fade", perDay)
	}
}

func TestEveryMistakeHasItsLine(t *testing.T) {
	for text, want := range map[string]string{
		"[1]":                            "1: a room must be a mapping (key: value), not a list",
		"mode: watch":                    `1: "name" is missing`,
		"name: A b":                      `1: name "A b" must be lower-case letters, digits, dots, dashes and underscores (at most 64)`,
		"name: x\nnames: y":              `2: unknown key "names" (did you mean "name"?)`,
		"name: x\nname: y":               `2: key "name" is given twice (first in line 1)`,
		"name: x\n<<: {}":                "2: merge keys (<<) are not understood; repeat the lines",
		"name: x\n? [a]\n: b":            "2: a key must be plain text, not a list",
		"name: x\nschema: 2":             `2: schema "2" is not known`,
		"name: x\nmode: ask":             `2: unknown mode "ask" (did you mean "suggest"?): one of watch, suggest`,
		"name: x\nmode: wacth":           `2: unknown mode "wacth" (did you mean "watch"?): one of watch, suggest`,
		"name: x\ntags: [red, blue]":     `2: unknown tag "blue": one of red, green`,
		"name: x\nnotes: []":             "2: notes is an empty list",
		"name: x\nnotes: ~":              "2: notes is empty",
		"name: x\nnotes: true":           `2: notes must be text: write "true" in quotes`,
		"name: x\nshare: 140%":           "2: share must be between 0% and 100%",
		"name: x\nshare: 40":             "2: share must be between 0 and 1: write 40%",
		"name: x\nshare: '>40%'":         "2: share must be a number, not \">40%\": write 40%",
		"name: x\nshare: '0.4'":          "2: share must be a number, not text: write 0.4 without quotes",
		"name: x\nsize: 2.5":             "2: size must be a whole number",
		"name: x\nopen: perhaps":         "2: open must be true or false, not text",
		"name: x\nlast: soon":            `2: last must be a duration such as 20s, 5m, 2h or 14d, not "soon"`,
		"name: x\njoins: many":           `2: joins must be a comparison such as ">=4" or ">5%", not "many"`,
		"name: x\nlevel: -9":             `2: level must be a level such as -9dBFS (0 is full scale), not "-9"`,
		"name: x\nfade: 3":               `2: fade must be points per hour, day or week, such as 10/day, not "3"`,
		"name: x\nseats: [1]":            "2: seats must be a mapping (name: …), not a list",
		"name: x\npeople: ana":           "2: people must be a list (- item), not text",
		"name: x\nwhen: [{says: a}]":     "2: when must be one condition, and no list",
		"name: x\nwhen: {says: a, b: c}": "2: when must be one condition\n2: unknown key \"b\": known are all, says",
	} {
		if _, bad := reading(t, text); strings.Join(bad, "\n") != want {
			t.Errorf("%q:\ngot  %s\nwant %s", text, strings.Join(bad, "\n"), want)
		}
	}
}

func TestBrokenDocuments(t *testing.T) {
	for text, want := range map[string]string{
		"a:\n\tb: 1":   "2: a tab where YAML wants spaces; indent with spaces",
		"a: 1\nb: *no": "2: the anchor &no is not defined above its use",
	} {
		_, err := Parse([]byte(text))
		var broken *SyntaxError
		if !errors.As(err, &broken) || fmt.Sprintf("%d: %s", broken.Line, broken) != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	for _, text := range []string{"", "# nothing\n"} {
		if _, err := Parse([]byte(text)); !errors.Is(err, ErrEmpty) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if doc, err := Parse([]byte("a: 1\n---\nb: 2\n")); err != nil || doc.More != 2 {
		t.Errorf("the second document: %+v, %v", doc, err)
	}
}

// An alias costs what it stands for each time it is used, and conditions end somewhere.
func TestHostileDocumentsAreBounded(t *testing.T) {
	bomb := "name: x\nnotes: &a [" + strings.Repeat("x,", 50_000) + "]\npeople: *a\ntags: *a\n"
	if _, bad := reading(t, bomb); !strings.Contains(strings.Join(bad, "\n"), "too much: the file expands to more than 100000 values") {
		t.Error("an alias bomb was read")
	}
	if _, bad := reading(t, "name: x\nwhen: &c {all: [*c]}"); len(bad) != 1 ||
		!strings.Contains(bad[0], "conditions are nested more than 16 deep") {
		t.Errorf("a condition within itself: %q", bad)
	}
}

// The schema knows the keys that are read, and nothing is reported while it is made.
func TestSchemaIsMadeOfTheSameTable(t *testing.T) {
	x := &room{seats: map[string]int{}}
	var schema struct {
		Properties map[string]any
		Required   []string
		Defs       map[string]any `json:"$defs"`
	}
	if err := json.Unmarshal(SchemaOf(x.shape(), "Room"), &schema); err != nil {
		t.Fatal(err)
	}
	if len(schema.Properties) != len(x.shape().(Mapping).Fields) || fmt.Sprint(schema.Required) != "[name]" ||
		schema.Defs["condition"] == nil {
		t.Errorf("%+v", schema)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("name: x\nwhen: {all: [{says: a}]}\nseats: {a: 1}\n")
	f.Add("\r000")
	f.Add("---")
	f.Add("name: &a x\nnotes: [*a, *a]\n<<: {b: c}\n")
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := Parse([]byte(text))
		if err != nil {
			return
		}
		x := &room{seats: map[string]int{}}
		lines := 1
		for _, end := range []string{"\n", "\r", "\u0085", "\u2028", "\u2029"} { // what YAML ends lines with
			lines += strings.Count(text, end)
		}
		doc.Read(x.shape(), func(line int, message string) {
			if line < 0 || line > lines || message == "" {
				t.Errorf("line %d of %d: %q", line, lines, message)
			}
		})
	})
}

func ExampleDocument_Read() {
	var name string
	var after int64
	shape := Mapping{What: "a timer", Fields: []Field{
		{"name", Name("name", &name)},
		{"after", Duration("after", &after)},
	}, Required: []string{"name"}}

	doc, err := Parse([]byte("name: tea\nafter: 4m\nafetr: 5m\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	doc.Read(shape, func(line int, message string) { fmt.Printf("line %d: %s\n", line, message) })
	fmt.Println(name, after, "ms")
	// Output:
	// line 3: unknown key "afetr" (did you mean "after"?)
	// tea 240000 ms
}

func TestClosest(t *testing.T) {
	words := []string{"listen", "log", "lounge", "language", "mode", "model"}
	for word, want := range map[string]string{
		"lisen": "listen", "lsiten": "listen", "lgo": "log", "modell": "model", "mod": "mode", "xyz": "", "": "", "a": "",
		"langugae": "language", "lang": "", "listening": "",
	} {
		if got := Closest(word, words); got != want {
			t.Errorf("Closest(%q) = %q, want %q", word, got, want)
		}
	}
}

// TestWhatMayBeLeftEmpty: a key with nothing behind it keeps what held before; anything else is read as ever.
func TestWhatMayBeLeftEmpty(t *testing.T) {
	for text, want := range map[string]string{
		"name:": "old []", "name: ''": "old []", "name: new": "new []", "tags: []": "old []", "tags:": "old []", "tags: [a]": "old [a]",
		"a: &x\nname: *x": "old []",
		"name: [a]":       "old [], 1: name must be text, not a list",
	} {
		name, tags := "old", []string{}
		s := Mapping{What: "a room", Fields: []Field{
			{"name", Optional(String("name", &name))},
			{"a", Optional(String("a", new(string)))},
			{"tags", Optional(List("tags", func(Value) (Shape, func()) {
				tag := ""
				return String("tag", &tag), func() { tags = append(tags, tag) }
			}))},
		}}
		doc, err := Parse([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		var bad string
		doc.Read(s, func(line int, message string) { bad += fmt.Sprintf(", %d: %s", line, message) })
		if got := fmt.Sprint(name, " ", tags, bad); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

// FuzzDuration: a duration is refused, or is a positive length of at most a year and reads the same in its own words.
func FuzzDuration(f *testing.F) {
	for _, s := range []string{"500ms", "4m30s", "20w", "1h30m", "0s", "-5s", "1.5h", "5", "m", "9999999w", "1s1s", " 5s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := ParseDuration(s)
		if err != nil {
			return
		}
		if d < 0 || d > 366*24*time.Hour {
			t.Errorf("%q is %v", s, d)
		}
		if again, err := ParseDuration(fmt.Sprintf("%dms", d.Milliseconds())); d%time.Millisecond == 0 && (err != nil || again != d) {
			t.Errorf("%q is %v, and %v in milliseconds: %v", s, d, again, err)
		}
	})
}
