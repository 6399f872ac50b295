package transcript

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"earshot/models"
	"earshot/moderation/review/export"
)

var began = time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC)

// TestParseReadsOurOwnText: what an export writes beside the words is not taken for words.
func TestParseReadsOurOwnText(t *testing.T) {
	heard := models.Utterance{SpeakerName: "Ben", StartMS: 3000, Text: "Note: buy my coin now."}
	doubted := models.Utterance{SpeakerName: "Ana", StartMS: 5000, Text: "Yes.", Doubt: []models.Doubt{models.DoubtLowVoice, models.DoubtLoss}}
	flags := []models.Flag{{Rule: "scam.pitch", Level: "medium"}, {Rule: "scam.x", Level: "high"}}
	text := export.Line(heard, flags, 5) + "\n" + export.GapLine(models.Gap{StartMS: 4000, Cause: models.GapPaused}) + "\n" +
		export.Line(doubted, flags[:1], 5) + "\n"
	got, err := Parse("e.txt", strings.NewReader(text), began)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"00:03 Ben: Note: buy my coin now.", "00:05 Ana: Yes."}, said(got)); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(doubted.Doubt, got.line(1).Doubt); d != "" || len(got.line(0).Doubt) > 0 {
		t.Errorf("doubts: %s, and %v", d, got.line(0).Doubt)
	}
}

// said are the lines as "ms-ms Name: text".
func said(t *Transcript) []string {
	var out []string
	for u := range t.Lines() {
		out = append(out, export.Clock(u.StartMS)+" "+u.SpeakerName+": "+u.Text)
	}
	return out
}

func TestParseKnowsWhoSaidWhatWhen(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{
			"a.vtt", "WEBVTT - a talk\n\nNOTE 1\nno words\n\nfirst\n00:00:01.000 --> 00:00:03.500 align:start\n<v Ana>" +
				"Hello &amp; <i>welcome</i>\nto all\n\n" +
				"01:02.000 --> 01:04.000\n<v.loud Ben B.>Yes</v>\n\n01:05.000 --> 01:06.000\nand no\n",
			[]string{"00:01 Ana: Hello & welcome to all", "01:02 Ben B.: Yes", "01:05 Ben B.: and no"},
		},
		{
			"b.SRT", "1\r\n00:00:01,000 --> 00:00:02,000\r\nAna: Hi.\r\n\r\n2\r\n01:00:02,000 --> 01:00:03,000\r\n" +
				"<b>Ben: Bye.</b>\r\nReally: at 10:30.\r\n",
			[]string{"00:01 Ana: Hi.", "1:00:02 Ben: Bye.", "1:00:02 Really: at 10:30."},
		},
		{
			"c.txt", "\ufeff# notes\nAna: One two three.\nmore of it\nBen: Yes.\n[0:30] Cem: Late.\n00:40  Ana       In columns.\n",
			[]string{"00:00 Ana: One two three.", "00:01 Ana: more of it", "00:02 Ben: Yes.", "00:30 Cem: Late.", "00:40 Ana: In columns."},
		},
		{
			"d.txt", "The Chair (Hon. Ana Lee (North Bay and the Islands, Lib.)): Order.\n" +
				"Right Hon. Ben Cole (Prime Minister of the whole country): Yes.\nI said that we would never do it again: never.\n",
			[]string{
				"00:00 The Chair (Hon. Ana Lee (North Bay and the Islands, Lib.)): Order.",
				"00:00 Right Hon. Ben Cole (Prime Minister of the whole country): Yes.",
				"00:01 Right Hon. Ben Cole (Prime Minister of the whole country): I said that we would never do it again: never.",
			},
		},
	} {
		got, err := Parse(c.name, strings.NewReader(c.text), began)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if d := cmp.Diff(c.want, said(got)); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
		if s := got.Session; s.Live() || !strings.HasPrefix(s.ID, strings.ToLower(c.name[:1])+"-") || len(got.Speakers) < 2 {
			t.Errorf("%s: session %+v, %d people", c.name, s, len(got.Speakers))
		}
	}
}

// TestParseReadsUTF16: subtitles of Windows programs are written so.
func TestParseReadsUTF16(t *testing.T) {
	const text = "1\r\n00:00:01,000 --> 00:00:02,000\r\nZoë: Grüße 👋\r\n"
	units := utf16.Encode([]rune("\ufeff" + text))
	little, big := make([]byte, 0, 2*len(units)), make([]byte, 0, 2*len(units))
	for _, u := range units {
		little, big = binary.LittleEndian.AppendUint16(little, u), binary.BigEndian.AppendUint16(big, u)
	}
	for name, data := range map[string][]byte{"little": little, "big": big} {
		got, err := Parse("a.srt", bytes.NewReader(data), began)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if d := cmp.Diff([]string{"00:01 Zoë: Grüße 👋"}, said(got)); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	if _, err := Parse("a.srt", bytes.NewReader(little[:len(little)-1]), began); err == nil {
		t.Error("half a character is read")
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a.vtt", "1\n00:00:01.000 --> 00:00:02.000\nsecret", "line 1: a WebVTT file begins with WEBVTT"},
		{"a.vtt", "WEBVTT\n\n00:01 --> 00:02\nsecret", "line 3: the times"},
		{"a.srt", "1\n00:00:03,000 --> 00:00:02,000\nsecret", "line 2: the cue ends before it begins"},
		{"a.srt", "secret", "no cue"},
		{"a.txt", "\n\nsecret words", "line 3: the speaker is not named"},
		{"a.txt", "", "the file is empty"},
		{"a.vtt", " \n", "the file is empty"},
		{"a.txt", "# secret", "no speech"},
		{"a.txt", "Ana: Hi.\nAna: \xff", "line 2: the file is neither UTF-8"},
		{"a.srt", "1\n00:00:01,000 --> 00:00:02,000\nsecret\n\n2\n00:00:0", "line 6: the file ends within a cue"},
		{"a.srt", "1\n00:00:01,000 --> 00:00:02,000\nsecret\n\n2\n", "line 5: the file ends within a cue"},
		{"a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nsecret\n\n00:03.000 -", "line 6: the file ends within a cue"},
		{"a.doc", "x", "unknown file type"},
		{"a.json", "{\n\n\"secret\": 1}", "unknown field"},
		{"a.json", "{\n,", "line 2: this is not valid JSON"},
		{"a.json", "{\"version\": 1,\n\"utterances\": [\n", "line 2: the file ends within the JSON"},
		{"a.json", "{\"version\": 1, \"utterances\": []} {}", "unexpected data after the end"},
		{"a.json", "{\"version\": 9, \"utterances\": []}", "version 9"},
		{"a.json", "{\"version\": 1, \"redacted\": true, \"utterances\": []}", "redacted"},
		{"a.json", "{\"version\": 1, \"utterances\": 3}", "line 1: utterances is a number"},
		{"a.json", "{\"version\": 1, \"session\": {\"id\": \"s\"}, \"utterances\": []}", "had not ended"},
		{
			"a.json", `{"version": 1, "session": {"id": "s", "ended": "2026-03-01T20:00:00Z", "reason": "import_incomplete"}, "utterances": []}`,
			"not been imported completely",
		},
	} {
		_, err := Parse(c.name, strings.NewReader(c.text), began)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s %q: %v, want %q", c.name, c.text, err, c.want)
		}
	}
}

// FuzzParse: whatever a file holds, the lines that are read have a session, a time and a speaker.
func FuzzParse(f *testing.F) {
	f.Add("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Ana>Hi")
	f.Add("a.srt", "1\n00:00:01,000 --> 99999999999999999999:00:02,000\n: x")
	f.Add("a.txt", "Ana: Hi\n[999:59] Ben: x")
	f.Add("a.json", `{"version": 1, "utterances": [{"session": "s"}]}`)
	f.Fuzz(func(t *testing.T, name, text string) {
		got, err := Parse(name, strings.NewReader(text), began)
		if err != nil {
			return
		}
		for u := range got.Lines() {
			if u.Session != got.Session.ID || u.EndMS < u.StartMS || u.StartMS < 0 {
				t.Errorf("%+v in session %s", u, got.Session.ID)
			}
		}
	})
}

// TestTimesThatAreSaid: a cue whose words are a time is whole.
func TestTimesThatAreSaid(t *testing.T) {
	for _, text := range []string{"1\n00:00:01,000 --> 00:00:02,000\n10:30", "1\n00:00:01,000 --> 00:00:02,000\nAt\n10:30\n\n"} {
		if _, err := Parse("a.srt", strings.NewReader(text), began); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// TestLengthsWithoutSpaces: a line of a script without spaces between words lasts as long as its characters take.
func TestLengthsWithoutSpaces(t *testing.T) {
	for said, want := range map[string]int64{"one two three": 1050, "备蓄的水有二百本": 1200, "ขยะตลาด": 1050} {
		if got := length(said); got != want {
			t.Errorf("%q lasts %d ms, want %d", said, got, want)
		}
	}
}

// TestEndlessLines: what is too long for a line becomes several, which take the time that it takes to say them, and hold all words.
func TestEndlessLines(t *testing.T) {
	sentence := "This is one of many sentences that nobody could say without a break. "
	for name, said := range map[string]string{
		"sentences": strings.TrimSpace(strings.Repeat(sentence, 1000)), "a word": strings.Repeat("水", 10_000), "a line": "Hi.",
	} {
		got, err := Parse("a.srt", strings.NewReader("1\n00:00:01,000 --> 00:00:02,000\nAna: "+said+"\n"), began)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		end := int64(1000)
		for u := range got.Lines() {
			if len(u.Text) > maxLine || !utf8.ValidString(u.Text) || u.StartMS != end || u.SpeakerName != "Ana" {
				t.Errorf("%s: %d bytes from %d ms by %s, after %d ms", name, len(u.Text), u.StartMS, u.SpeakerName, end)
			}
			end = u.EndMS
			all = append(all, u.Text)
		}
		if got := strings.Join(all, ""); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(said, " ", "") {
			t.Errorf("%s: words are missing", name)
		}
		want := int64(2000)
		if len(said) > maxLine {
			want = 1000 + length(said)
		}
		if end != want || name == "sentences" && !strings.HasSuffix(all[0], "break.") {
			t.Errorf("%s: %d lines end at %d ms, want %d", name, len(all), end, want)
		}
	}
}

// TestEndlessLinesOfExports: what is too long for a line is kept as it is, and judged in parts.
func TestEndlessLinesOfExports(t *testing.T) {
	said := strings.TrimSpace(strings.Repeat("Nobody could say all this without a break. ", 1000))
	began := time.Date(2026, 3, 1, 20, 0, 0, 0, time.UTC)
	x := export.Transcript{
		Version: export.Version, Session: &models.Session{ID: "s", Epoch: 1, Started: began, Ended: began.Add(time.Hour)},
		Utterances: []models.Utterance{{Key: models.Key{Session: "s", Epoch: 1, Seq: 1}, Text: said}},
	}
	data, err := json.Marshal(x)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Parse("a.json", bytes.NewReader(data), began)
	if err != nil {
		t.Fatal(err)
	}
	for u := range got.Lines() {
		if u.Text != said {
			t.Errorf("a line of %d bytes has %d", len(said), len(u.Text))
		}
	}
	var parts []string
	for u := range got.Spoken() {
		if len(u.Text) > maxLine || u.Key != x.Utterances[0].Key {
			t.Errorf("%d bytes of %v", len(u.Text), u.Key)
		}
		parts = append(parts, u.Text)
	}
	if strings.Join(parts, " ") != said {
		t.Errorf("%d parts are not the line", len(parts))
	}
}

// TestPeopleWithTwoNames: who is introduced with an office and then called by the name is one person, shown with the office. Whoever may be
// two people stays two.
func TestPeopleWithTwoNames(t *testing.T) {
	for _, c := range []struct {
		name  string
		lines []string // who talks
		want  []string // who is taken to talk
	}{
		{"introduced", []string{"Hon. Ana Lee (Minister of Health)", "Ben Cole", "Hon. Ana Lee"}, []string{
			"Hon. Ana Lee (Minister of Health)", "Ben Cole", "Hon. Ana Lee (Minister of Health)",
		}},
		{
			"an office with a name", []string{
				"The Chair (Hon. Ana Lee (North Bay, Lib.))", "Ben Cole", "The Chair", "Hon. Ana Lee", "The Chair (Hon. Ana Lee)",
			}, []string{
				"The Chair (Hon. Ana Lee (North Bay, Lib.))", "Ben Cole", "The Chair (Hon. Ana Lee (North Bay, Lib.))",
				"The Chair (Hon. Ana Lee (North Bay, Lib.))", "The Chair (Hon. Ana Lee (North Bay, Lib.))",
			},
		},
		{
			"as the chair and as a member", []string{"The Chair (Ana Lee (Bay))", "The Chair", "Ana Lee (Bay)", "Ben Cole", "Ana Lee"}, []string{
				"The Chair (Ana Lee (Bay))", "The Chair (Ana Lee (Bay))", "The Chair (Ana Lee (Bay))", "Ben Cole", "The Chair (Ana Lee (Bay))",
			},
		},
		{"both are in use", []string{"Ana Lee (Finance)", "Ana Lee", "Ana Lee (Finance)"}, nil},
		{"the name comes first", []string{"Ana Lee", "Ana Lee (Finance)"}, nil},
		{"two with that name", []string{"Ana Lee (Finance)", "Ana Lee (Sales)", "Ana Lee"}, nil},
		{"two who chair", []string{"The Chair (Ana Lee (Bay))", "The Chair (Ben Cole (Sea))", "The Chair"}, nil},
		{"a first name", []string{"Ana (Finance)", "Ana"}, nil},
		{"a number", []string{"Ana Lee (2)", "Ana Lee"}, nil},
		{"in small letters", []string{"Ana Lee (her daughter)", "Ana Lee"}, nil},
		{"who interprets", []string{"Ana Lee (Interpreter)", "Ana Lee", "Interpreter (Ben Cole)", "Ben Cole"}, nil},
		{"an office is no name", []string{"Ana Lee (Vice Chair)", "Vice Chair"}, nil},
		{"a surname", []string{"Dr. Ana Lee (Chair)", "Dr. Lee"}, nil},
	} {
		var text strings.Builder
		for _, who := range c.lines {
			text.WriteString(who + ": Yes.\n")
		}
		got, err := Parse("a.txt", strings.NewReader(text.String()), began)
		if err != nil {
			t.Fatal(err)
		}
		if c.want == nil {
			c.want = c.lines
		}
		var who []string
		speakers := map[string]string{}
		for _, p := range got.Speakers {
			speakers[p.ID] = p.Name
		}
		for u := range got.Lines() {
			who = append(who, u.SpeakerName)
			if speakers[u.SpeakerID] != u.SpeakerName {
				t.Errorf("%s: %q is %q among the speakers", c.name, u.SpeakerName, speakers[u.SpeakerID])
			}
		}
		if d := cmp.Diff(c.want, who); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
}

// TestParseReadsExports: an export is the same however it is written, as far as JSON allows.
func TestParseReadsExports(t *testing.T) {
	const (
		session = `"session": {"id": "s", "room": "r", "epoch": 1, "started": "2026-03-01T20:00:00Z", "ended": "2026-03-01T21:00:00Z"}`
		lines   = `"utterances": [{"session": "s", "epoch": 1, "seq": 1, "text": "Hi."}, {"session": "s", "epoch": 1, "seq": 2}]`
		flags   = `"flags": [{"session": "s", "id": "f"}]`
	)
	for name, text := range map[string]string{
		"as exported":       `{"version": 1, ` + session + `, ` + lines + `, ` + flags + `, "gaps": []}`,
		"in another order":  `{` + flags + `, ` + lines + `, ` + session + `, "version": 1}`,
		"with empty parts":  `{"version": 1, ` + session + `, ` + lines + `, "flags": null, "gaps": null, "summary": null}`,
		"a part twice":      `{"version": 1, "utterances": [], ` + session + `, ` + lines + `, ` + flags + `}`,
		"in capitals":       `{"VERSION": 1, ` + session + `, ` + lines + `}`,
		"after a byte mark": "\ufeff" + `{"version": 1, ` + session + `, ` + lines + `}` + "\n",
		"without a session": `{"version": 1, ` + lines + `}`,
	} {
		var want export.Transcript
		if err := json.Unmarshal([]byte(strings.TrimPrefix(text, "\ufeff")), &want); err != nil {
			t.Fatal(err)
		}
		got, err := Parse("a.json", strings.NewReader(text), began)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if want.Session == nil {
			got.export.Utterances, want.Utterances = nil, nil // they belong to a new one
		}
		if d := cmp.Diff(&want, got.export); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
	if _, err := Parse("a.json", strings.NewReader("{\"version\": 1,\n"+session+",\n"+lines+"\n} x"), began); err == nil {
		t.Error("data after the end is not told")
	}
	broken := strings.Replace("{\"version\": 1,\n"+session+",\n"+lines+"}", "Hi.", "Hi \xff", 1)
	if _, err := Parse("a.json", strings.NewReader(broken), began); err == nil || !strings.Contains(err.Error(), "line 3: the") {
		t.Errorf("bytes that are no text: %v", err)
	}
}
