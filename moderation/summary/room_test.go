//go:build !race

package summary

import (
	"cmp"
	"embed"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/models"
)

//go:embed testdata/*.txt
var templates embed.FS

// template reads a file of templates, one per line.
func template(t testing.TB, name string) []string {
	t.Helper()
	data, err := templates.ReadFile("testdata/" + name + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, l := range strings.Split(string(data), "\n") {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "#") {
			out = append(out, l)
		}
	}
	return out
}

// room is a synthetic session with known planted items.
type room struct {
	in      Input
	planted map[models.Key]kind // decisions, actions, questions
	core    map[models.Key]int  // lines that carry a topic -> which
	topics  int
	starts  map[int]bool // lines that begin a topic
}

var cast = []string{"Ana", "Ben", "Cem", "Dora"}

// maker creates one room.
type maker struct {
	t      testing.TB
	rng    *rand.Rand
	room   *room
	now    int64
	nouns  []string
	seq    int
	others string // suffix of the template files: "" or "-other"
}

// makeRoom creates a room with some topics, each with lines in its own words, padding, planted items and sentences that resemble
// them.
func makeRoom(t testing.TB, seed uint64, topics, lines int, suffix string) *room {
	m := &maker{t: t, rng: rand.New(rand.NewPCG(seed, 7)), others: suffix, room: &room{
		planted: map[models.Key]kind{}, core: map[models.Key]int{}, starts: map[int]bool{}, topics: topics,
	}}
	for i, name := range cast {
		m.room.in.Speakers = append(m.room.in.Speakers, models.Speaker{Session: "s", ID: strings.ToLower(name), Name: name, FirstMS: int64(i)})
	}
	start := time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC)
	all := template(t, m.file("topics"))
	for i, n := range m.rng.Perm(len(all))[:topics] {
		_, list, _ := strings.Cut(all[n], "|")
		m.nouns = strings.Split(list, ",")
		for j := range m.nouns {
			m.nouns[j] = strings.TrimSpace(m.nouns[j])
		}
		m.topic(i, lines)
	}
	m.room.in.Session = models.Session{ID: "s", Room: "r", Started: start, Ended: start.Add(time.Duration(m.now) * time.Millisecond)}
	return m.room
}

func (m *maker) topic(i, lines int) {
	m.room.starts[len(m.room.in.Utterances)] = true
	if i > 0 && m.rng.IntN(10) < 6 {
		m.now += 2000 + int64(m.rng.IntN(4000))
	}
	if i > 0 && m.rng.IntN(2) == 0 {
		opening := "Let's talk about the "
		if m.others == "-id" {
			opening = "Sekarang kita bahas "
		}
		m.say(opening+m.nouns[0]+".", 0)
	}
	var plan []string
	for range lines {
		plan = append(plan, []string{"frames", "frames", "frames", "filler"}[m.rng.IntN(4)])
	}
	for _, p := range []string{"decisions", "decisions", "actions", "actions", "questions", "questions", "core", "core", "near", "near"} {
		if p == "core" || m.rng.IntN(10) < 7 {
			plan = append(plan, p)
		}
	}
	m.rng.Shuffle(len(plan), func(a, b int) { plan[a], plan[b] = plan[b], plan[a] })
	for _, p := range plan {
		key := m.say(m.pick(template(m.t, m.file(p)), p == "core"), m.rng.IntN(len(cast)))
		switch p {
		case "decisions":
			m.room.planted[key] = decision
			m.answer(key, "Okay, agreed.", "Oke, setuju.")
		case "actions":
			m.room.planted[key] = action
		case "questions":
			m.room.planted[key] = question
			m.answer(key, "No idea, to be honest.", "Saya kurang paham.")
		case "core":
			m.room.core[key] = i
		}
	}
}

// answer adds somebody else's answer to a line.
func (m *maker) answer(key models.Key, english, indonesian string) {
	who := int(key.Track[1] - '0')
	if m.others == "-id" {
		english = indonesian
	}
	m.say(english, (who+1)%len(cast))
}

// file returns the other set of templates, if there is one.
func (m *maker) file(name string) string {
	if _, err := templates.ReadFile("testdata/" + name + m.others + ".txt"); err == nil {
		return name + m.others
	}
	return name
}

// pick fills in one of the templates, with central nouns of the topic or with any.
func (m *maker) pick(from []string, central bool) string {
	s := from[m.rng.IntN(len(from))]
	three := m.draw(14, 0.7)
	if central {
		three = m.draw(5, 0)
	}
	days := []string{"Monday", "Tuesday", "Friday", "Sunday"}
	if m.others == "-id" {
		days = []string{"Senin", "Selasa", "Jumat", "Sabtu"}
	}
	return strings.NewReplacer("{a}", m.nouns[three[0]], "{b}", m.nouns[three[1]], "{c}", m.nouns[three[2]],
		"{n}", m.nouns[three[0]], "{m}", m.nouns[three[1]], "{d}", days[m.rng.IntN(4)], "{p}", cast[m.rng.IntN(len(cast))]).Replace(s)
}

// draw shuffles the first n nouns; if skew is above 0, the central ones tend to come first.
func (m *maker) draw(n int, skew float64) []int {
	at := make([]float64, n)
	order := make([]int, n)
	for i := range order {
		order[i] = i
		at[i] = m.rng.ExpFloat64() * math.Pow(float64(i+1), skew)
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(at[a], at[b]) })
	return order
}

func (m *maker) say(text string, who int) models.Key {
	m.seq++
	language := "en"
	if m.others == "-id" {
		language = "id"
	}
	long := int64(350 * len(strings.Fields(text)))
	key := models.Key{Session: "s", Epoch: 1, Track: fmt.Sprintf("t%d", who), Seq: m.seq}
	m.room.in.Utterances = append(m.room.in.Utterances, models.Utterance{
		Key: key, SpeakerID: strings.ToLower(cast[who]), SpeakerName: cast[who], StartMS: m.now, EndMS: m.now + long,
		VoicedMS: long - 100, Text: text, State: models.UtteranceOK, Language: language,
	})
	m.now += long + 200 + int64(m.rng.IntN(1000))
	return key
}

// damaged is the room as a recogniser with a word error rate of a tenth would transcribe it: of the errors, 60 % are substitutions
// (half of them one letter off, half other words of the room), 25 % deletions, 15 % insertions.
func damaged(r *room, seed uint64, share float64) *room {
	rng := rand.New(rand.NewPCG(seed, 99))
	var vocabulary []string
	for _, u := range r.in.Utterances {
		vocabulary = append(vocabulary, strings.Fields(u.Text)...)
	}
	other := func() string { return vocabulary[rng.IntN(len(vocabulary))] }
	out := *r
	out.in.Utterances = nil
	for _, u := range r.in.Utterances {
		var ws []string
		for _, w := range strings.Fields(u.Text) {
			kind := rng.Float64()
			switch {
			case rng.Float64() >= share:
				ws = append(ws, w)
			case kind < 0.3:
				i := rng.IntN(len(w))
				ws = append(ws, w[:i]+string(rune('a'+rng.IntN(26)))+w[i+1:])
			case kind < 0.6:
				ws = append(ws, other())
			case kind < 0.75:
				ws = append(ws, w, other())
			}
		}
		u.Text = strings.Join(ws, " ")
		out.in.Utterances = append(out.in.Utterances, u)
	}
	return &out
}
