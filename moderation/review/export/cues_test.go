package export

import (
	"bytes"
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"earshot/models"
)

// shownCue is a caption as a player reads it.
type shownCue struct {
	startMS, endMS int64
	lines          []string
}

var timing = regexp.MustCompile(`^(\d{2,}):(\d\d):(\d\d)[.,](\d{3}) --> (\d{2,}):(\d\d):(\d\d)[.,](\d{3})$`)

// readCues reads captions, and demands that they are in order and numbered, and that nothing else in them looks like one.
func readCues(t *testing.T, f Format, text string) (out []shownCue) {
	t.Helper()
	if f == FormatVTT {
		var ok bool
		if text, ok = strings.CutPrefix(text, "WEBVTT\n\n"); !ok {
			t.Fatalf("no header in %q", text)
		}
	}
	if text == "" {
		return nil
	}
	for i, block := range strings.Split(strings.TrimSuffix(text, "\n\n"), "\n\n") {
		lines := strings.Split(block, "\n")
		if f == FormatSRT {
			if lines[0] != strconv.Itoa(i+1) {
				t.Fatalf("block %d begins with %q", i+1, lines[0])
			}
			lines = lines[1:]
		}
		if strings.HasPrefix(lines[0], "NOTE ") {
			continue
		}
		m := timing.FindStringSubmatch(lines[0])
		if m == nil || len(lines) < 2 {
			t.Fatalf("block %q", block)
		}
		ms := func(k int) (n int64) {
			for j, unit := range []int64{3600_000, 60_000, 1000, 1} {
				v, _ := strconv.ParseInt(m[k+j], 10, 64)
				n += v * unit
			}
			return n
		}
		c := shownCue{ms(1), ms(5), lines[1:]}
		if len(out) > 0 && c.startMS < out[len(out)-1].startMS {
			t.Errorf("cue at %d behind one at %d", c.startMS, out[len(out)-1].startMS)
		}
		out = append(out, c)
	}
	if got := strings.Count(text, "-->"); got != len(out) {
		t.Errorf("%d arrows for %d cues", got, len(out))
	}
	return out
}

// fitScreen demands the limits of captions.
func fitScreen(t *testing.T, cues []shownCue) {
	t.Helper()
	for _, c := range cues {
		if d := c.endMS - c.startMS; d < cueMinMS || d > cueMaxMS {
			t.Errorf("%q is shown for %d ms", c.lines, d)
		}
		if len(c.lines) > 2 {
			t.Errorf("%d lines: %q", len(c.lines), c.lines)
		}
		for _, l := range c.lines {
			if l = html.UnescapeString(regexp.MustCompile(`<v [^>]*>`).ReplaceAllString(l, "")); utf8.RuneCountInString(l) > lineLen {
				t.Errorf("%d characters: %q", utf8.RuneCountInString(l), l)
			}
		}
	}
}

// saidAt is a line of one word whose times are those of the line.
func saidAt(who string, start, end int64, words ...string) models.Utterance {
	u := models.Utterance{SpeakerName: who, StartMS: start, EndMS: end, Text: strings.Join(words, " "), State: models.UtteranceOK}
	for i, w := range words {
		n := int64(len(words))
		u.Words = append(u.Words, models.Word{Text: w, StartMS: start + (end-start)*int64(i)/n, EndMS: start + (end-start)*int64(i+1)/n})
	}
	return u
}

func TestCaptionsFitTheScreen(t *testing.T) {
	long := strings.Fields(strings.Repeat("these are some words that go on, and on. ", 12))
	unworded := saidAt("", 0, 20_000, long...)
	unworded.Words = nil
	for name, us := range map[string][]models.Utterance{
		"a long line":    {saidAt("Ana", 1000, 30_000, long...)},
		"without words":  {unworded},
		"a short word":   {saidAt("Ana", 1000, 1100, "No.")},
		"a last word":    {saidAt("", 0, 7400, strings.Fields("one two three four five six seven eight nine ten now")...)},
		"Japanese":       {saidAt("", 0, 9000, "今日は皆さんと一緒に新しい番組を始めることができてとても嬉しく思います。どうぞ最後までごゆっくりお楽しみください、それでは始めましょう。")},
		"Thai":           {saidAt("", 0, 9000, strings.Repeat("สวัสดีครับยินดีต้อนรับทุกท่าน", 5))},
		"a long word":    {saidAt("", 0, 900, strings.Repeat("a", 300))},
		"a long name":    {saidAt(strings.Repeat("Anastasia ", 7), 0, 5000, long[:9]...)},
		"a wide name":    {saidAt(strings.Repeat("名", 40), 0, 5000, long[:9]...)},
		"a word of 20 s": {saidAt("", 0, 20_000, "Goooal!")},
		"people at once": {saidAt("A", 0, 9000, long[:30]...), saidAt("B", 100, 900, "yes"), saidAt("C", 4000, 4100, "no")},
		"short ones in a hurry": {
			saidAt("A", 0, 200, "yes"), saidAt("A", 300, 500, "no"), saidAt("A", 600, 700, "yes"), saidAt("B", 650, 700, "hm"),
		},
	} {
		for _, f := range []Format{FormatSRT, FormatVTT} {
			t.Run(name+" "+string(f), func(t *testing.T) {
				cues := readCues(t, f, asText(t, f, Transcript{Utterances: us}))
				fitScreen(t, cues)
				var got, want string
				for _, c := range cues {
					for _, l := range c.lines {
						_, rest, named := strings.Cut(regexp.MustCompile(`<v [^>]*>`).ReplaceAllString(l, ""), ": ")
						if !named {
							rest = regexp.MustCompile(`<v [^>]*>`).ReplaceAllString(l, "")
						}
						got += rest
					}
				}
				for _, u := range us {
					want += u.Text
				}
				if len(us) == 1 && strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(want, " ", "") {
					t.Errorf("words were lost:\n%q\n%q", got, want)
				}
			})
		}
	}
}

func TestCaptionsKeepWordsApartAsTheyAreWritten(t *testing.T) {
	u := saidAt("", 0, 3000, "今日は", "皆さん")
	u.Text = "今日は皆さん"
	if got := asText(t, FormatSRT, Transcript{Utterances: []models.Utterance{u}}); !strings.Contains(got, "\n今日は皆さん\n") {
		t.Errorf("%q", got)
	}
}

// A line of nearly two captions is cut in the middle, not before its last word.
func TestCaptionsAreEven(t *testing.T) {
	cues := readCues(t, FormatSRT, asText(t, FormatSRT, Transcript{Utterances: []models.Utterance{
		saidAt(
			"", 0, 8000, strings.Fields("one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen")...,
		),
	}}))
	if len(cues) != 2 || cues[1].endMS-cues[1].startMS < 3000 {
		t.Errorf("%v", cues)
	}
}

// FuzzCaptions: whoever people are and whatever they said, captions stay a list of captions that fit.
func FuzzCaptions(f *testing.F) {
	f.Add("Ana", "hello --> there\n\nNOTE x", int64(5), uint16(300))
	f.Add("<v B>", "a\r\n\r\n1\n00:00", int64(0), uint16(9000))
	f.Add("x\n2\n00:00:01,000 --> 00:00:02,000\nlies", "1", int64(0), uint16(0))
	f.Add("00:00:00,000 --> 00:00:09,000", "{\\an8}<font>", int64(0), uint16(0))
	f.Fuzz(func(t *testing.T, who, text string, start int64, length uint16) {
		if start > 1<<40 || start < 0 {
			return
		}
		us := []models.Utterance{saidAt(who, start, start+int64(length), strings.Split(text, "|")...), saidAt("z", start+1, start+2, "end")}
		for _, form := range []Format{FormatSRT, FormatVTT} {
			fitScreen(t, readCues(t, form, asText(t, form, Transcript{Utterances: us})))
		}
	})
}

// Several recordings make one document, whose times go on.
func TestRecordingsInOneDocument(t *testing.T) {
	write := func(f Format) string {
		var b bytes.Buffer
		w := NewWriter(&b, f, true, false)
		for i, name := range []string{"a.wav", "b <x>.wav"} {
			for _, err := range []error{
				w.Begin(name), w.Line(saidAt("", 1000, 3000, "line", strconv.Itoa(i))),
				w.Line(models.Utterance{StartMS: 4000, State: models.UtteranceOK}),
				w.Gap(models.Gap{StartMS: 5000, EndMS: 6000, LostMS: 1000, Cause: models.GapDamaged}), w.End(60_000),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for _, f := range []Format{FormatSRT, FormatVTT} {
		cues := readCues(t, f, write(f))
		if len(cues) != 2 || cues[1].startMS != 61_000 {
			t.Errorf("%s: %v", f, cues)
		}
	}
	for f, want := range map[Format]string{
		FormatText: "== a.wav\n00:01  line 0\n00:05  — 1.0 s not heard (the recording is damaged)\n== b <x>.wav\n00:01  line 1\n",
		FormatCSV:  "recording,time,start_ms,end_ms,speaker,line,doubt\r\na.wav,00:01,1000,3000,,line 0,\r\n",
		FormatMD:   "**00:01** line 0\n\n*00:05 — 1.0 s not heard \\(the recording is damaged\\)*\n\n# b &lt;x&gt;.wav\n",
		FormatHTML: "<h3><bdi>b &lt;x&gt;.wav</bdi></h3>",
		FormatJSON: "[\n  {\n    \"version\": 1,\n    \"source\": \"a.wav\",",
	} {
		if got := write(f); !strings.Contains(got, want) {
			t.Errorf("%s: %s", f, got)
		}
	}
	if got := strings.Count(write(FormatHTML), "<html"); got != 1 {
		t.Errorf("%d pages in one", got)
	}
}

// Lines are written when they are there, not at the end.
func TestLinesAreWrittenAsTheyCome(t *testing.T) {
	for _, f := range []Format{FormatText, FormatMD, FormatSRT, FormatVTT, FormatCSV} {
		var b bytes.Buffer
		w := NewWriter(&b, f, false, false)
		for i := range 3 {
			at := int64(i) * 5000
			if err := w.Line(saidAt("", at, at+1000, fmt.Sprint("word", i))); err != nil {
				t.Fatal(err)
			}
		}
		if !strings.Contains(b.String(), "word1") {
			t.Errorf("%s: only %q after three lines", f, b.String())
		}
	}
}

// TestCaptionsLastAsLongAsTheirLine: a line whose words have no times, such as one that was imported, ends where it ended, however
// often it is exported and imported.
func TestCaptionsLastAsLongAsTheirLine(t *testing.T) {
	for _, f := range []Format{FormatSRT, FormatVTT} {
		u := models.Utterance{StartMS: 1000, EndMS: 5200, SpeakerName: "Ana", Text: "it is a long way to the top of that hill"}
		cues := readCues(t, f, asText(t, f, Transcript{Utterances: []models.Utterance{u}}))
		if first, last := cues[0], cues[len(cues)-1]; first.startMS != u.StartMS || last.endMS != u.EndMS {
			t.Errorf("%s: from %d to %d ms, want %d to %d", f, first.startMS, last.endMS, u.StartMS, u.EndMS)
		}
	}
}
