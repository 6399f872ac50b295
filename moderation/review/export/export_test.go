package export

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"earshot/models"
)

func words(start int64, text string) []models.Word {
	var out []models.Word
	for _, w := range strings.Fields(text) {
		out = append(out, models.Word{Text: w, StartMS: start, EndMS: start + 300, P: 0.9})
		start += 400
	}
	return out
}

func line(who string, start int64, text string) models.Utterance {
	ws := words(start, text)
	end := start
	if len(ws) > 0 {
		end = ws[len(ws)-1].EndMS
	}
	return models.Utterance{
		Key: models.Key{Session: "s", Track: who, Seq: int(start)}, SpeakerName: who, Text: text, Words: ws,
		StartMS: start, EndMS: end, State: models.UtteranceOK,
	}
}

func sample() Transcript {
	long := strings.Repeat("words that go on ", 8)
	us := []models.Utterance{
		line("Ana", 12_000, "Welcome everyone."), line("Benjamin", 15_500, "Buy <now> & win --> it"), line("Cem", 3_661_000, long),
		line("Ana", 3_700_000, ""),
	}
	us[0].Doubt = []models.Doubt{models.DoubtLowVoice}
	return Transcript{
		Utterances: us,
		Flags:      []models.Flag{{Utterance: us[1].Key, Rule: "scam", Level: models.LevelHigh}},
		Gaps:       []models.Gap{{SpeakerName: "Cem", StartMS: 13_000, LostMS: 2100, Cause: models.GapLoss}},
	}
}

func TestText(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, FormatText, sample()); err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSpace(b.String()), "\n")
	want := []string{
		"00:12  Ana       Welcome everyone.  (doubtful: low voice)",
		"00:13  — 2.1 s not heard from Cem (packet loss)",
		"00:15  Benjamin  Buy <now> & win --> it  ▲ scam high",
		"1:01:01  Cem       " + strings.Repeat("words that go on ", 8),
	}
	want[3] = strings.TrimRight(want[3], " ")
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestSRT(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, FormatSRT, Transcript{Utterances: sample().Utterances[:2]}); err != nil {
		t.Fatal(err)
	}
	want := "1\n00:00:12,000 --> 00:00:12,800\nAna: Welcome everyone.\n\n2\n00:00:15,500 --> 00:00:17,800\nBenjamin: Buy ‹now› & win → it\n\n"
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

func TestVTTEscapesAndNamesSpeakers(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, FormatVTT, Transcript{Utterances: sample().Utterances[:2]}); err != nil {
		t.Fatal(err)
	}
	want := "WEBVTT\n\n00:00:12.000 --> 00:00:12.800\n<v Ana>Welcome everyone.\n\n00:00:15.500 --> 00:00:17.800\n" +
		"<v Benjamin>Buy &lt;now&gt; &amp; win --&gt; it\n\n"
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Error(d)
	}
}

func TestJSONRoundTrips(t *testing.T) {
	var b bytes.Buffer
	in := sample()
	if err := Write(&b, FormatJSON, in); err != nil {
		t.Fatal(err)
	}
	var out Transcript
	if err := json.Unmarshal(b.Bytes(), &out); err != nil {
		t.Fatal(err)
	}
	in.Version = Version
	if d := cmp.Diff(in, out); d != "" {
		t.Error(d)
	}
}

func TestUnknownFormatNamesTheOthers(t *testing.T) {
	err := Write(&bytes.Buffer{}, "docx", Transcript{})
	if err == nil || !strings.Contains(err.Error(), `"docx"`) || !strings.Contains(models.Hint(err), "vtt") {
		t.Errorf("got %v, hint %q", err, models.Hint(err))
	}
}
