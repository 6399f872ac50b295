//go:build !race

package engine

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"earshot/models"
	"earshot/moderation/rules"
)

// bigFiles is a set of 10 000 phrases in lists and 200 patterns.
func bigFiles() map[string]string {
	r := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		b := make([]byte, 3+r.IntN(7))
		for i := range b {
			b[i] = byte('a' + r.IntN(26))
		}
		return string(b)
	}
	files := map[string]string{}
	var main strings.Builder
	main.WriteString("schema: 1\nwords:\n")
	for l := range 10 {
		var list strings.Builder
		for range 1000 {
			for range 1 + r.IntN(3) {
				list.WriteString(word() + " ")
			}
			list.WriteByte('\n')
		}
		files[fmt.Sprintf("l%d.txt", l)] = list.String()
		fmt.Fprintf(&main, "  l%d: {file: l%d.txt}\n", l, l)
	}
	main.WriteString("rules:\n")
	for l := range 10 {
		fmt.Fprintf(&main, "- {id: l%d, when: {says: {words: l%d}}, unless: {role: host}, then: [flag: {}]}\n", l, l)
	}
	files["lists.yaml"] = main.String()
	for p := range 200 {
		fmt.Fprintf(
			&main, "- {id: p%d, when: {says: {pattern: '(i|we|they) (will|can) (%s|%s)( \\w+){0,3} (you|him|her)'}}, then: [flag: {}]}\n",
			p, word(), word(),
		)
	}
	files["main.yaml"] = main.String()
	return files
}

// longLine is as long as a line can get: 14 s of fast speech.
const longLine = "well I think that we will have to talk about the price of coffee again because they will call us on Monday and " +
	"everyone can see that the market is not going to wait for you or for him so please listen to the speaker now"

// flaggedLine is as long, and so is what the text model has to explain.
const flaggedLine = "I have listened to you people for an hour and all of you immigrants are the most disgusting liars that ever opened " +
	"a mouth in this room and I swear I will come to your house and make you sorry you stupid pig"

// talk is what people say in a room, one line each.
const talk = `good evening everybody and welcome to the second part of our book club
thank you I only wanted to say that I liked the first chapter more than the others
yes
me too I think it is because of the way she writes about her mother
can you hear me now
we hear you but there is a noise in the background it may be your fan
sorry I will close the window
so what did you make of the ending because I did not understand why he goes back to the city
I do not think he goes back I think he only dreams of it
that is a good point
the last sentence says that the train was late so somebody must have been waiting for it
are we going to read the next one by the same author or do you want to vote about it again
let us vote at the end
I would like to read something shorter next time if nobody minds`

func BenchmarkJudge(b *testing.B) {
	files := bigFiles()
	lists := map[string]string{"main.yaml": files["lists.yaml"]}
	for name, text := range files {
		if strings.HasSuffix(name, ".txt") {
			lists[name] = text
		}
	}
	for name, files := range map[string]map[string]string{"10000phrases": lists, "10000phrases+200patterns": files} {
		set, err := inMemory(b, files)
		if err != nil {
			b.Fatal(err)
		}
		for _, c := range []struct{ name, say string }{{"short", "You are a stupid idiot and a liar."}, {"long", longLine}} {
			b.Run(name+"/"+c.name, func(b *testing.B) {
				s, u := NewSession(set, models.Session{}), line(c.say, 1)
				b.ReportAllocs()
				for b.Loop() {
					s.Judge(u)
				}
			})
		}
	}
}

func BenchmarkLoad(b *testing.B) {
	disk := fstest.MapFS{}
	for name, text := range bigFiles() {
		disk[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for b.Loop() {
		files, probs := rules.Load(language, disk, nil, "main")
		if _, err := load(files, LoadOptions{}, probs); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPacks judges lines by all shipped packs, each after five others of the same speaker.
func BenchmarkPacks(b *testing.B) {
	set, err := Load(LoadOptions{FS: os.DirFS(packs)}, "base", "harassment.en", "scams.en", "personal-data", "floor", "sound", "harassment.id")
	if err != nil {
		b.Fatal(err)
	}
	for _, c := range []struct{ name, say string }{{"short", "You are a stupid idiot and a " +
		"liar."}, {"innocent", "I agree with the last speaker"}, {"long", longLine}, {"flagged", flaggedLine}} {
		b.Run(c.name, func(b *testing.B) {
			s, at := NewSession(set, models.Session{}), int64(0)
			b.ReportAllocs()
			for i := 1; b.Loop(); i++ {
				u := exampleLine(c.say, 0.9, at, i)
				at = u.EndMS + 500
				s.Judge(u)
			}
		})
	}
}

// BenchmarkReplay replays stored lines with lists of 10 000 phrases.
func BenchmarkReplay(b *testing.B) {
	files := bigFiles()
	files["main.yaml"] = files["lists.yaml"]
	set, err := inMemory(b, files)
	if err != nil {
		b.Fatal(err)
	}
	r := NewReplay(set)
	r.Session(models.Session{ID: "s"}, nil, nil)
	u := line("I think that we should talk about the price", 1)
	for b.Loop() {
		u.Seq++
		r.Line(u)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}

// BenchmarkReplayPacks replays a conversation of five people with the packs of a profile, which use the text model.
func BenchmarkReplayPacks(b *testing.B) {
	set, err := Load(LoadOptions{FS: os.DirFS(packs)}, "open-mic")
	if err != nil {
		b.Fatal(err)
	}
	lines := strings.Split(talk, "\n")
	r := NewReplay(set)
	r.Session(models.Session{ID: "s"}, nil, nil)
	at := int64(0)
	for i := 0; b.Loop(); i++ {
		u := exampleLine(lines[i%len(lines)], 0.9, at, i+1)
		u.SpeakerID = fmt.Sprint(i / 2 % 5)
		at = u.EndMS + 700
		r.Line(u)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
}
