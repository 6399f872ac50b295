//go:build !race

package summary

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"earshot/models"
)

// talkIn is one of our own conversations in another language and its topics: its language code and the topics are in the first line.
func talkIn(t *testing.T, code string) (in Input, topics []string) {
	t.Helper()
	data, err := templates.ReadFile("testdata/talk-" + code + ".txt")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	in = said(lines[1:]...)
	for i := range in.Utterances {
		in.Utterances[i].Language = code
	}
	return in, strings.Fields(lines[0])[2:]
}

func TestLanguagesWithoutSpacesAreSummedUp(t *testing.T) {
	for _, code := range []string{"ja", "zh", "th", "ko"} {
		in, topics := talkIn(t, code)
		s := Make(in)
		d := newDocument(inOrder(in), nil)
		for _, topic := range topics {
			if id, ok := d.ids[topic]; !ok || d.df[id] < 2 {
				t.Errorf("%s: %q is no word of two lines; words are %q", code, topic, d.surfacesOf())
			}
		}
		if len(s.Highlights) < 3 || len(s.Chapters) == 0 {
			t.Errorf("%s: %d highlights, %d chapters", code, len(s.Highlights), len(s.Chapters))
		}
		if !slices.ContainsFunc(topics, func(topic string) bool { return strings.Contains(s.Chapters[0].Title, topic) }) {
			t.Errorf("%s: the title %q has none of %q", code, s.Chapters[0].Title, topics)
		}
		if !slices.ContainsFunc(topics, func(topic string) bool { return strings.Contains(s.Headline, topic) }) {
			t.Errorf("%s: the headline %q has none of %q", code, s.Headline, topics)
		}
		for _, h := range s.Highlights {
			at := slices.IndexFunc(in.Utterances, func(u models.Utterance) bool { return u.Key == h.Cites[0] })
			if at < 0 || !strings.Contains(in.Utterances[at].Text, strings.TrimRight(h.Text, "。")) {
				t.Errorf("%s: %q is not what line %v says", code, h.Text, h.Cites)
			}
			if !slices.ContainsFunc(topics, func(topic string) bool { return strings.Contains(h.Text, topic) }) {
				t.Logf("%s: %q is about none of %q", code, h.Text, topics)
			}
		}
	}
}

func (d *document) surfacesOf() []string {
	var out []string
	for t := range d.surfaces {
		if d.df[t] >= 2 {
			out = append(out, d.surface(t))
		}
	}
	return out
}

func TestWordsWithoutSpaces(t *testing.T) {
	again := []string{"图书馆的灯坏了。", "图书馆很大。", "灯在图书馆里。"}
	for _, tt := range []struct {
		lines []string
		text  string
		want  string
	}{
		{again, "图书馆的灯", "图书馆 的 灯"},
		{again, "WiFi在图书馆", "WiFi 在 图书馆"},
		{[]string{"コンサートの会場は駅前です。"}, "コンサートの会場", "コンサート の 会場"},
		{[]string{"ตลาดเปิด", "ไปตลาด", "ตลาดใหญ่"}, "ในตลาด", "ใ น ตลาด"},
	} {
		x := learn(tt.lines)
		if x == nil {
			t.Fatalf("%q: taken for a script with spaces", tt.lines)
		}
		var got []string
		for _, w := range x.join(words(tt.text)) {
			got = append(got, w.raw)
		}
		if g := strings.Join(got, " "); g != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, g, tt.want)
		}
	}
	if learn([]string{"We met in the 图书馆 today.", "예산을 아끼려면"}) != nil {
		t.Error("a talk with spaces gets a lexicon")
	}
}

// A different mark also ends a sentence, without a space after it.
func TestSentencesWithoutSpaces(t *testing.T) {
	got := sentences("灯坏了。什么时候修？下个月！好", false)
	if fmt.Sprint(got) != "[灯坏了。 什么时候修？ 下个月！ 好]" {
		t.Errorf("%q", got)
	}
}

func TestKoreanParticlesGo(t *testing.T) {
	for in, want := range map[string]string{"도서관에서": "도서관", "예산을": "예산", "축제": "축제", "가을": "가을", "meeting": "meeting"} {
		if got := words(in)[0].low; got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
