package recording

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"earshot/bot/audio"
	"earshot/bot/audio/sound"
	"earshot/models"
	"earshot/models/leaktest"
	"earshot/transcribe"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// pieces is a recording in memory.
type pieces struct {
	next []sound.Piece
	end  error
}

func (p *pieces) Next() (sound.Piece, error) {
	if len(p.next) == 0 {
		return sound.Piece{}, p.end
	}
	out := p.next[0]
	p.next = p.next[1:]
	return out, nil
}

func (p *pieces) Length() int64   { return 0 }
func (p *pieces) Notes() []string { return nil }

// talking is sound that a detector takes for speech; other is as much silence.
func talking(seconds float64) (pcm, other []float32) {
	rng := rand.New(rand.NewPCG(1, 2))
	pcm = make([]float32, int(seconds*16000))
	for i := range pcm {
		syllable := 0.5 + 0.5*math.Sin(2*math.Pi*4*float64(i)/16000)
		pcm[i] = float32(syllable * (0.2*math.Sin(2*math.Pi*180*float64(i)/16000) + 0.02*rng.NormFloat64()))
	}
	return pcm, make([]float32, len(pcm))
}

// mono puts stretches one behind the other, in pieces of 0.1 s.
func mono(stretches ...[]float32) (out []sound.Piece) {
	for part := range slices.Chunk(slices.Concat(stretches...), 1600) {
		out = append(out, sound.Piece{PCM: [][]float32{part}})
	}
	return out
}

// engine hears words in everything.
type engine struct{ fail func(n int) error }

func (e engine) Decode(ctx context.Context, sound transcribe.Sound, _ transcribe.Options) (transcribe.Result, error) {
	pcm := sound.PCM
	if e.fail != nil {
		if err := e.fail(len(pcm)); err != nil {
			return transcribe.Result{}, err
		}
	}
	if ctx.Err() != nil {
		return transcribe.Result{}, fmt.Errorf("engine: %w", ctx.Err())
	}
	return transcribe.Result{Text: "words"}, nil
}

// sink writes down what it gets.
type sink struct {
	got  []string
	full error
}

func (s *sink) Line(u models.Utterance) error {
	s.got = append(s.got, strings.TrimSpace(fmt.Sprintf("%d %s %s", u.StartMS/1000, u.SpeakerName, u.Text)))
	return s.full
}

func (s *sink) Gap(g models.Gap) error {
	s.got = append(s.got, fmt.Sprintf("%d gap of %d ms", g.StartMS/1000, g.LostMS))
	return s.full
}

func options(engines ...transcribe.Decoder) Options {
	return Options{VAD: func() audio.VAD { return audio.NewEnergyVAD() }, Decoders: engines}
}

func TestLinesAndGapsComeInOrder(t *testing.T) {
	speech, silence := talking(3)
	lost := []sound.Piece{{Silent: 8000, Lost: true}, {PCM: [][]float32{make([]float32, 1600)}}, {Silent: 8000, Lost: true}}
	in := slices.Concat(
		mono(speech, silence), lost, mono(silence, speech, silence, speech), []sound.Piece{{Silent: 3600 * 16000}}, mono(speech, silence),
	)
	var to sink
	r, err := Transcribe(t.Context(), &Source{Name: "talk.wav", Sound: &pieces{in, io.EOF}}, options(engine{}, engine{}, engine{}), &to)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(to.got, ", "); got != "0  words, 6 gap of 1000 ms, 9  words, 15  words, 3619  words" {
		t.Error(got)
	}
	if r.Lines != 4 || r.LostMS != 1000 || r.LengthMS != 3625_100 || r.DoneMS != r.LengthMS || r.LoudestDBFS < -30 {
		t.Errorf("%+v", r)
	}
}

func TestAChannelIsASpeaker(t *testing.T) {
	speech, silence := talking(2)
	left := slices.Concat(speech, silence, silence, speech, silence)
	right := slices.Concat(silence, silence[:16000], speech, silence, silence[:16000], silence)[:len(left)]
	in := make([]sound.Piece, 0, 100)
	for i := 0; i < len(left); i += 1600 {
		in = append(in, sound.Piece{PCM: [][]float32{left[i : i+1600], right[i : i+1600]}})
	}
	o := options(engine{}, engine{})
	o.Channels = true
	var to sink
	if _, err := Transcribe(t.Context(), &Source{Name: "call.wav", Sound: &pieces{in, io.EOF}}, o, &to); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(to.got, ", "); got != "0 Channel 1 words, 2 Channel 2 words, 5 Channel 1 words" {
		t.Error(got)
	}
}

func TestAnEarlyEndKeepsTheLines(t *testing.T) {
	speech, silence := talking(3)
	in := func() []sound.Piece { return mono(speech, silence, speech, silence, speech, silence, speech, silence) }
	broken := errors.New("the medium is broken")
	dead := errors.New("there is no decoder any more")
	for name, c := range map[string]struct {
		end    error
		engine engine
		full   error
		want   error
		lines  int
	}{
		"the recording can't be read on": {broken, engine{}, nil, broken, 4},
		"the output is full":             {io.EOF, engine{}, io.ErrShortWrite, io.ErrShortWrite, 1},
		"all is well":                    {io.EOF, engine{}, nil, nil, 4},
	} {
		t.Run(name, func(t *testing.T) {
			to := sink{full: c.full}
			r, err := Transcribe(t.Context(), &Source{Name: "x", Sound: &pieces{in(), c.end}}, options(c.engine, c.engine), &to)
			if !errors.Is(err, c.want) || Unreadable(err) != errors.Is(c.want, broken) || len(to.got) != c.lines {
				t.Errorf("%v, %q, %+v", err, to.got, r)
			}
		})
	}
	t.Run("decoding ends", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		n := 0
		e := engine{fail: func(int) error {
			if n++; n == 3 {
				cancel(dead)
			}
			return nil
		}}
		var to sink
		r, err := Transcribe(ctx, &Source{Name: "x", Sound: &pieces{in(), io.EOF}}, options(e), &to)
		if !errors.Is(err, context.Canceled) || len(to.got) != 2 || r.Lines != 2 || r.DoneMS < 8000 || r.DoneMS > 10_000 {
			t.Errorf("%v, %q, %+v", err, to.got, r)
		}
	})
	t.Run("one stretch fails", func(t *testing.T) {
		n := 0
		e := engine{fail: func(int) error {
			if n++; n == 2 || n == 3 { // both attempts
				return errors.New("this one not")
			}
			return nil
		}}
		var to sink
		r, err := Transcribe(t.Context(), &Source{Name: "x", Sound: &pieces{in(), io.EOF}}, options(e), &to)
		if err != nil || r.Failed != 1 || r.Lines != 3 {
			t.Errorf("%v, %+v", err, r)
		}
	})
}

func TestIdentify(t *testing.T) {
	for start, want := range map[string]struct {
		k    kind
		name string
	}{
		"RIFF....WAVEfmt ": {kindWAV, "WAV"}, "RF64....WAVEds64": {kindWAV, "WAV"}, "RIFX....WAVE": {kindWAV, "WAV"},
		"ID3\x03\x00\x00\x00\x00\x00\x02..RIFF....WAVE": {kindWAV, "WAV"},
		"OggS............OpusHead":                      {kindOpus, "Ogg Opus"}, "...OggS....OpusHead": {kindOpus, "Ogg Opus"},
		"OggS............\x01vorbis": {kindOther, "Ogg, without Opus"}, "ID3\x03": {kindOther, "MP3"},
		"\xff\xfb\x90\x00":         {kindOther, "MPEG audio (MP3)"},
		"\x00\x00\x00\x1cftypM4A ": {kindOther, "MP4 (m4a, mp4, mov)"}, "fLaC": {kindOther, "FLAC"},
		"\x1aE\xdf\xa3":    {kindOther, "Matroska or WebM"},
		"\xff\xf1\x50\x80": {kindOther, "AAC"}, "Dear Ana,": {kindUnknown, ""}, "\xff\xfe\x00\x00": {kindUnknown, ""}, "": {kindUnknown, ""},
	} {
		if k, _, name := identify([]byte(start)); k != want.k || name != want.name {
			t.Errorf("%q: %d, %q, want %q", start, k, name, want.name)
		}
	}
}

func FuzzIdentify(f *testing.F) {
	f.Add([]byte("ID3\x03\x00\x00\x7f\x7f\x7f\x7f"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if k, skip, _ := identify(b); k == kindWAV && (skip < 0 || skip >= len(b)) {
			t.Error(skip)
		}
	})
}

func TestQuoted(t *testing.T) {
	for name, want := range map[string]string{
		"talk.mp3": "talk.mp3", "my talk.mp3": "'my talk.mp3'", "it's.mp3": `'it'\''s.mp3'`, "-x.mp3": "'./-x.mp3'",
		"$(rm x).mp3": "'$(rm x).mp3'", "": "''",
	} {
		if got := quoted(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

func TestJudge(t *testing.T) {
	said := func(texts ...string) (out []models.Utterance) {
		for i, s := range texts {
			out = append(out, models.Utterance{Text: s, LogProb: float64(i)})
		}
		return out
	}
	const reference = "Good evening everyone, and welcome. The water isn\u2019t safe!\nSee you tomorrow."
	for name, c := range map[string]struct {
		said []models.Utterance
		want string
	}{
		"all right":                 {said("good evening everyone and welcome", "The water isn't safe.", "See you tomorrow"), "+++"},
		"a wrong word":              {said("good evening everyone and welcome", "The daughter isn't safe.", "See you tomorrow"), "+-+"},
		"a word left out":           {said("good evening everyone and welcome", "The isn't safe.", "See you tomorrow"), "+-+"},
		"a word too many":           {said("good evening to everyone and welcome", "The water isn't safe.", "See you tomorrow"), "-++"},
		"a line that was not heard": {said("good evening everyone and welcome", "See you tomorrow"), "++"},
		"an invented line": {
			said("good evening everyone and welcome", "Thanks for watching", "The water isn't safe.", "See you tomorrow"), "+-++",
		},
		"one cut in the middle":       {said("good evening everyone", "and welcome", "The water isn't safe. See you tomorrow"), "+++"},
		"an empty one":                {said("", "See you tomorrow"), "+"},
		"nothing of what was said":    {said("zebra"), "-"},
		"more than the reference has": {said(reference, "See you tomorrow."), "+-"},
	} {
		got := ""
		for _, j := range Judge(c.said, reference, func(u models.Utterance) float64 { return u.LogProb }) {
			if j.Right {
				got += "+"
			} else {
				got += "-"
			}
		}
		if got != c.want && (name != "more than the reference has" || got != "-+") {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestCurve(t *testing.T) {
	lines := []Judged{{0.2, false}, {0.4, false}, {0.7, false}, {0.5, true}, {0.9, true}, {0.95, true}, {0.95, true}}
	best, ok := Best(Curve(lines), 0.25)
	if !ok || best.Percent != 90 || best.Wrong != 1 || best.Right != 0.25 {
		t.Errorf("%+v", best)
	}
	if best, ok := Best(Curve(lines), 0); !ok || best.Percent != 50 || best.Right != 0 {
		t.Errorf("%+v", best)
	}
	if _, ok := Best(Curve([]Judged{{0.01, true}}), 0.05); ok {
		t.Error("a threshold that doubts everything")
	}
}

// TestObserve: speech and sound are observed where they are, after silence that was passed over too.
func TestObserve(t *testing.T) {
	speech, silence := talking(3)
	in := slices.Concat(mono(speech, silence), []sound.Piece{{Silent: 3600 * 16000}}, mono(speech, silence))
	o := options(engine{})
	talk := map[int64]int64{} // ms by the hour
	loudest := map[int64]float64{}
	last := int64(0)
	o.Observe = func(x models.Observation) {
		if last = max(last, x.AtMS); x.AtMS < last-5000 {
			t.Errorf("an observation of %d ms after one of %d", x.AtMS, last)
		}
		for _, v := range x.Voiced {
			talk[v.StartMS/3_600_000] += v.EndMS - v.StartMS
			if at := v.StartMS % 3_600_000; x.AtMS != v.EndMS || v.EndMS-v.StartMS > 1000 || at > 9300 || at > 3300 && at < 5900 {
				t.Errorf("%+v", x)
			}
		}
		if x.Sound != nil {
			loudest[x.Sound.StartMS/3_600_000] = max(-x.Sound.LevelDBFS, loudest[x.Sound.StartMS/3_600_000])
		}
	}
	var to sink
	if _, err := Transcribe(t.Context(), &Source{Name: "talk.wav", Sound: &pieces{in, io.EOF}}, o, &to); err != nil {
		t.Fatal(err)
	}
	for hour := range int64(2) {
		if talk[hour] < 900 || talk[hour] > 3500 || loudest[hour] < 10 || loudest[hour] > 40 {
			t.Errorf("hour %d: %d ms of speech, %.0f dBFS", hour, talk[hour], -loudest[hour])
		}
	}
}
