package remote

import (
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"earshot/models"
	"earshot/transcribe"
)

// What servers leave out is unknown: such a line is doubted, or such a word unsure. Impossible times are moved into the sound
// and doubted.
func TestAnswers(t *testing.T) {
	word := func(start, end float64) string {
		data, _ := json.Marshal(map[string]any{"word": "hi", "start": start, "end": end, "probability": 0.9})
		return string(data)
	}
	sure := models.Word{Text: "hi", StartMS: 100, EndMS: 400, P: 0.9}
	for name, c := range map[string]struct {
		answer  string
		words   []models.Word
		logProb float64
		unrated bool
	}{
		"all":         {`{"text": "hi", "segments": [{"avg_logprob": -0.5, "words": [` + word(.1, .4) + `]}]}`, []models.Word{sure}, -0.5, false},
		"words alone": {`{"text": "hi", "words": [` + word(.1, .4) + `]}`, []models.Word{sure}, -0.10536, false},
		"no word probabilities": {
			`{"text": "hi", "segments": [{"avg_logprob": -0.5}], "words": [{"word": "hi", "start": 0.1, "end": 0.4}]}`,
			[]models.Word{{Text: "hi", StartMS: 100, EndMS: 400}},
			-0.5, false,
		},
		"no words": {
			`{"text": "oh hi", "segments": [{"start": 0.2, "end": 0.8, "text": "oh hi", "avg_logprob": -0.5}]}`,
			[]models.Word{{Text: "oh", StartMS: 200, EndMS: 800}, {Text: "hi", StartMS: 200, EndMS: 800}},
			-0.5, false,
		},
		"text alone":       {`{"text": "hi"}`, []models.Word{{Text: "hi", EndMS: 1000}}, 0, true},
		"one segment mute": {`{"text": "hi", "segments": [{"avg_logprob": -0.5}, {}]}`, []models.Word{{Text: "hi", EndMS: 1000}}, 0, true},
		"beyond the end": {
			`{"text": "hi", "words": [` + word(.1, 9) + `]}`,
			[]models.Word{{Text: "hi", StartMS: 100, EndMS: 1000, P: .9}},
			-0.10536,
			true,
		},
		"rounded up": {
			`{"text": "hi", "words": [` + word(.1, 1.2) + `]}`,
			[]models.Word{{Text: "hi", StartMS: 100, EndMS: 1000, P: .9}},
			-0.10536,
			false,
		},
		"before the start": {`{"text": "hi", "words": [` + word(-5, .4) + `]}`, []models.Word{{Text: "hi", EndMS: 400, P: .9}}, -0.10536, true},
		"ends first": {
			`{"text": "hi", "words": [` + word(.9, .2) + `]}`,
			[]models.Word{{Text: "hi", StartMS: 900, EndMS: 900, P: .9}},
			-0.10536,
			true,
		},
		"out of order": {
			`{"text": "hi hi", "words": [` + word(.8, .9) + `,` + word(.1, .2) + `]}`,
			[]models.Word{{Text: "hi", StartMS: 800, EndMS: 900, P: .9}, {Text: "hi", StartMS: 800, EndMS: 800, P: .9}},
			-0.10536, true,
		},
		"other words": {`{"text": "bye", "words": [` + word(.1, .4) + `]}`, []models.Word{{Text: "bye", EndMS: 1000}}, 0, true},
		"no probability": {
			`{"text": "hi", "words": [{"word": "hi", "start": 0.1, "end": 0.4, "probability": 7}]}`,
			[]models.Word{{Text: "hi", StartMS: 100, EndMS: 400}},
			0, true,
		},
		"surer than sure":  {`{"text": "hi", "segments": [{"avg_logprob": 3}]}`, []models.Word{{Text: "hi", EndMS: 1000}}, 0, true},
		"a word, no times": {`{"text": "hi", "words": [{"word": "hi", "probability": 1}]}`, []models.Word{{Text: "hi", EndMS: 1000}}, 0, true},
		"nothing was said": {`{"text": " \n", "words": [` + word(.1, 99) + `]}`, nil, 0, false},
		"control character": {
			`{"text": "h\u0000i\n", "words": null}`, []models.Word{{Text: "h", EndMS: 1000}, {Text: "i", EndMS: 1000}}, 0, true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			var a answer
			if err := json.Unmarshal([]byte(c.answer), &a); err != nil {
				t.Fatal(err)
			}
			r, err := a.result(0, 1000)
			if err != nil || r.Unrated != c.unrated || r.LogProb < c.logProb-1e-4 || r.LogProb > c.logProb+1e-4 {
				t.Errorf("%+v, %v", r, err)
			}
			if diff := cmp.Diff(c.words, r.Words); diff != "" {
				t.Error(diff)
			}
			clip := models.Clip{EndMS: 1000, VoicedMS: 900, LevelDBFS: -20}
			if doubted := slices.Contains(transcribe.Doubts(clip, r), models.DoubtLowConfidence); doubted != c.unrated {
				t.Errorf("doubted: %v", doubted)
			}
		})
	}
}

// The language is asked for, told, or chosen among the candidates.
func TestLanguages(t *testing.T) {
	for name, want := range map[string]string{
		"english": "en", "English": "en", "en-US": "en", "pt_BR": "pt", "id": "id", "Haitian Creole": "ht", "yue": "yue", "": "", "klingon": "",
		"e": "",
	} {
		if got := languageCode(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
	var mu sync.Mutex
	var asked []string
	s, _ := running(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseMultipartForm(1 << 20)
		mu.Lock()
		asked = append(asked, r.FormValue("language"))
		mu.Unlock()
		_, _ = io.WriteString(w, `{"text": "hi", "language": "welsh", "language_probability": 0.7}`)
	}), nil)
	for _, c := range []struct {
		o     transcribe.Options
		lang  string
		heard map[string]float64
		asked string
	}{
		{transcribe.Options{Language: "de"}, "de", nil, "de"},
		{transcribe.Options{}, "cy", map[string]float64{"cy": 0.7}, ""},
		{transcribe.Options{Language: "auto", Languages: []string{"en", "cy"}}, "cy", map[string]float64{"cy": 0.7}, ""},
		{transcribe.Options{Languages: []string{"en", "id"}, Prior: map[string]float64{"id": 3, "en": 1}}, "id", nil, ",id"},
	} {
		mu.Lock()
		asked = nil
		mu.Unlock()
		r, err := s.Decoders()[0].Decode(t.Context(), tone(), c.o)
		if err != nil || r.Language != c.lang || !cmp.Equal(r.Heard, c.heard) ||
			strings.Join(asked[max(0, len(asked)-strings.Count(c.asked, ",")-1):], ",") != c.asked {
			t.Errorf("%+v: %+v, %v, asked %q", c.o, r, err, asked)
		}
	}
}

func TestNew(t *testing.T) {
	for url, leaves := range map[string]bool{
		"http://127.0.0.1:1/v1": false, "http://localhost:1": false, "http://[::1]:1/v1": false, "https://api.example/v1": true,
		"http://10.0.0.7:8000/v1": true, "http://localhost.example/v1": true,
	} {
		s, err := New(Config{URL: url, Model: "m"})
		if err != nil || s.Leaves() != leaves || strings.Contains(s.Notice(), "leaves") != leaves {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, c := range []Config{
		{URL: "ftp://x", Model: "m"}, {URL: "http://u:p@x/v1", Model: "m"}, {URL: "::", Model: "m"}, {URL: "http://x"},
	} {
		if _, err := New(c); err == nil || models.Hint(err) == "" {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

// Whatever a server answers becomes words in order inside the sound, with probabilities, or an error.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(good), int64(0))
	f.Add([]byte(`{"text": "a", "words": [{"word": "a", "start": 1e300, "end": -1e300}]}`), int64(500))
	f.Fuzz(func(t *testing.T, data []byte, lead int64) {
		var a answer
		if json.Unmarshal(data, &a) != nil || a.Text == nil || lead < 0 || lead > 1000 {
			return
		}
		r, err := a.result(lead, 1000)
		if err != nil {
			return
		}
		last := int64(0)
		for _, w := range r.Words {
			if w.StartMS < last || w.EndMS < w.StartMS || w.EndMS > 1000 || w.P < 0 || w.P > 1 {
				t.Fatalf("%+v", r.Words)
			}
			last = w.StartMS
		}
		if r.LogProb > 0 || r.NoSpeech < 0 || r.NoSpeech > 1 || (r.Text == "") != (len(r.Words) == 0) {
			t.Fatalf("%+v", r)
		}
	})
}
