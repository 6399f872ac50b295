package transcribe

import (
	"slices"
	"strings"
	"testing"

	"earshot/models"
)

func TestDoubts(t *testing.T) {
	good := models.Clip{EndMS: 3000, VoicedMS: 2200, LevelDBFS: -25}
	clip := func(f func(*models.Clip)) models.Clip { c := good; f(&c); return c }
	said := func(text string) Result { return Result{Text: text, LogProb: -0.2, NoSpeech: 0.01} }
	const phantom, repeat, lowVoice, lowConfidence, loss = models.DoubtPhantom, models.DoubtRepeat, models.DoubtLowVoice,
		models.DoubtLowConfidence, models.DoubtLoss
	tests := []struct {
		name string
		clip models.Clip
		r    Result
		want []models.Doubt
	}{
		{"plain speech", good, said("Hello everyone, welcome to the show."), nil},
		{"nothing said is no claim", clip(func(c *models.Clip) { c.VoicedMS = 0; c.ConcealedMS = 3000 }), Result{LogProb: -9, NoSpeech: 1}, nil},
		{"one short word", models.Clip{EndMS: 1050, VoicedMS: 250, LevelDBFS: -30}, said("Idiot."), nil},

		{"a caption credit", good, said("Thanks for watching!"), []models.Doubt{phantom}},
		{"a caption credit with a name", good, said("Subtitles by the Amara.org community"), []models.Doubt{phantom}},
		{"a German one", good, said("Untertitel der Amara.org-Community"), []models.Doubt{phantom}},
		{"a Russian one", good, said("Субтитры сделал DimaTorzok"), []models.Doubt{phantom}},
		{"a Japanese one", good, said("ご視聴ありがとうございました"), []models.Doubt{phantom}},
		{"inside a sentence it is speech", good, said("He always says thanks for watching at the end."), nil},
		{"a sound described", good, said("[BLANK_AUDIO]"), []models.Doubt{phantom}},
		{"a sound in round brackets", good, said("(upbeat music)."), []models.Doubt{phantom}},
		{"notes", good, said("♪♪"), []models.Doubt{phantom}},
		{"sung", good, said("♪ la la ♪"), []models.Doubt{phantom}},
		{"brackets inside speech", good, said("(laughs) that was good (really)"), nil},
		{"thanks, clearly said", good, said("Thank you."), nil},
		{
			"thanks, out of hardly any sound", clip(func(c *models.Clip) { c.VoicedMS = 150 }), said("Thank you."),
			[]models.Doubt{phantom, lowVoice},
		},
		{"thanks in another language, unsure", good, Result{Text: "Vielen Dank.", LogProb: -0.7, Language: "de"}, []models.Doubt{phantom}},
		{"ja is no English commonplace", good, Result{Text: "Ja.", LogProb: -0.7, Language: "en"}, nil},
		{"an Indonesian credit", good, said("Terima kasih telah menonton!"), []models.Doubt{phantom}},
		{"thanks, unsure", good, Result{Text: "Thank you.", LogProb: -0.7}, []models.Doubt{phantom}},
		{"dots", good, said("..."), []models.Doubt{phantom}},

		{"a loop", good, said(strings.Repeat("I don't know. ", 9)), []models.Doubt{repeat, lowVoice}},
		{
			"a loop at a speed of speech", clip(func(c *models.Clip) { c.EndMS, c.VoicedMS = 14000, 13000 }),
			said(strings.Repeat("go home ", 7)),
			[]models.Doubt{repeat},
		},
		{"a chant", good, said("No, no, no, no!"), nil},
		{"four times too fast", clip(func(c *models.Clip) { c.VoicedMS = 500; c.EndMS = 900 }), said("we will go we will go we will " +
			"go"), []models.Doubt{repeat, lowVoice}},
		{"digits", clip(func(c *models.Clip) { c.EndMS, c.VoicedMS = 4000, 3500 }), said("five five five one two three four"), nil},

		{"hardly any voice", clip(func(c *models.Clip) { c.VoicedMS = 60 }), said("Report this account."), []models.Doubt{lowVoice}},
		{
			"a small share of voice", clip(func(c *models.Clip) { c.EndMS, c.VoicedMS = 14000, 2000 }), said("Report this account."),
			[]models.Doubt{lowVoice},
		},
		{
			"more text than time", clip(func(c *models.Clip) { c.VoicedMS = 700 }),
			said("Welcome back everybody to the second half of tonight's show"),
			[]models.Doubt{lowVoice},
		},
		{"very faint", clip(func(c *models.Clip) { c.LevelDBFS = -70 }), said("Report this account."), []models.Doubt{lowVoice}},

		{"unsure", good, Result{Text: "Report this account.", LogProb: -1.2}, []models.Doubt{lowConfidence}},
		{
			"half unsure, and silent for the model", good,
			Result{Text: "Report this account.", LogProb: -0.6, NoSpeech: 0.9},
			[]models.Doubt{lowConfidence},
		},
		{"silent for the model alone", good, Result{Text: "Report this account.", LogProb: -0.2, NoSpeech: 0.9}, nil},
		{
			"unsure of every word", good,
			Result{Text: "Our or our", LogProb: -0.7, Words: []models.Word{{P: 0.4}, {P: 0.5}, {P: 0.5}}},
			[]models.Doubt{lowConfidence},
		},
		{"unsure of one word", good, Result{Text: "Our own house", LogProb: -0.7, Words: []models.Word{{P: 0.9}, {P: 0.4}, {P: 0.9}}}, nil},
		{
			"a few letters in long speech", clip(func(c *models.Clip) { c.EndMS, c.VoicedMS = 13000, 12000 }), said("Our or are"),
			[]models.Doubt{lowConfidence},
		},
		{"a few letters in short speech", clip(func(c *models.Clip) { c.VoicedMS = 2400 }), said("No."), nil},
		{"cut off", good, Result{Text: "Report this account.", LogProb: -0.2, Capped: true}, []models.Doubt{lowConfidence}},

		{"a fifth concealed", clip(func(c *models.Clip) { c.ConcealedMS = 700 }), said("Report this account."), []models.Doubt{loss}},
		{"little concealed", clip(func(c *models.Clip) { c.ConcealedMS = 200 }), said("Report this account."), nil},
		{
			"much concealed of a long clip", clip(func(c *models.Clip) { c.EndMS, c.VoicedMS, c.ConcealedMS = 14000, 9000, 1600 }),
			said("Report this account."),
			[]models.Doubt{loss},
		},

		{
			"everything at once",
			models.Clip{EndMS: 2000, VoicedMS: 50, ConcealedMS: 1000, LevelDBFS: -80},
			Result{Text: strings.Repeat("you ", 30), LogProb: -2, NoSpeech: 0.9},
			[]models.Doubt{repeat, lowVoice, lowConfidence, loss},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Doubts(tt.clip, tt.r); !slices.Equal(got, tt.want) {
				t.Errorf("doubts %v, want %v", got, tt.want)
			}
		})
	}
}

func TestLongestRun(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "a": 1, "a b c": 1, "a a": 2, "a a a b": 3, "x a b a b a b y": 3, "a b c a b c": 2, "a b a": 1, "a b a a b a": 2,
	} {
		if got := longestRun(strings.Fields(text)); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

func TestFilterKnowsItsModelsPhrases(t *testing.T) {
	c, r := models.Clip{EndMS: 3000, VoicedMS: 2200, LevelDBFS: -25}, Result{Text: "Our or our!", LogProb: -0.2}
	if got := Doubts(c, r); got != nil {
		t.Errorf("without phrases: %v", got)
	}
	f := NewFilter([]string{"our, or our.", "", "..."})
	if got := f.Utterance(c, r, "m").Doubt; !slices.Equal(got, []models.Doubt{models.DoubtPhantom}) {
		t.Errorf("with the phrase: %v", got)
	}
	r.Text = "It is our or our house."
	if got := f.Doubts(c, r); got != nil {
		t.Errorf("inside a sentence: %v", got)
	}
}

// Phrases are compared in plain form: one that is not in it would never match.
func TestPhantomsAreInPlainForm(t *testing.T) {
	for lang, p := range phantoms {
		if len(lang) != 2 || len(p.credits) == 0 || len(p.commonplaces) == 0 {
			t.Errorf("%q: incomplete", lang)
		}
		for _, m := range []map[string]bool{p.credits, p.commonplaces} {
			for text := range m {
				if plain(text) != text {
					t.Errorf("%s: %q is %q in plain form", lang, text, plain(text))
				}
			}
		}
		for _, start := range p.starts {
			if plain(start) != strings.TrimSpace(start) {
				t.Errorf("%s: %q is %q in plain form", lang, start, plain(start))
			}
		}
	}
}

func FuzzDoubts(f *testing.F) {
	f.Add("Hello, world", int64(1000))
	f.Add("♪ (", int64(0))
	f.Add("[\xff]", int64(-5))
	f.Fuzz(func(t *testing.T, text string, voiced int64) {
		got := Doubts(models.Clip{EndMS: 4000, VoicedMS: voiced}, Result{Text: text})
		if text == "" && got != nil || len(got) > 5 {
			t.Errorf("%q: %v", text, got)
		}
	})
}
