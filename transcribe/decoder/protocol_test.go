package decoder

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/transcribe"

	"github.com/google/go-cmp/cmp"
)

func TestFramesPassUnchanged(t *testing.T) {
	var pipe bytes.Buffer
	options := transcribe.Options{Language: "en", Prompt: "Ana, Ben \x00 é", AudioCtx: 512, Prior: map[string]float64{"id": 1.5}}
	pcm := []float32{0, -1, 1, 0.1, math.SmallestNonzeroFloat32}
	asked, err := decodeFrame(7, pcm, options)
	if err != nil {
		t.Fatal(err)
	}
	answered, err := resultFrame(7, spoken, 1500*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	pipe.Write(asked)
	pipe.Write(seal(newFrame(kindCancel, 8, 0)))
	pipe.Write(answered)

	f, err := readFrame(&pipe, maxToChild)
	if err != nil || f.kind != kindDecode || f.id != 7 {
		t.Fatalf("%+v, %v", f, err)
	}
	gotPCM, gotOptions, err := parseDecode(f.payload)
	if err != nil || cmp.Diff(pcm, gotPCM) != "" || cmp.Diff(options, gotOptions) != "" {
		t.Errorf("%v %+v %v", gotPCM, gotOptions, err)
	}
	if f, err = readFrame(&pipe, 0); err != nil || f.kind != kindCancel || f.id != 8 || len(f.payload) != 0 {
		t.Errorf("%+v, %v", f, err)
	}
	if f, err = readFrame(&pipe, maxToParent); err != nil {
		t.Fatal(err)
	}
	r, err := parseResult(f.payload, models.SampleRate)
	if err != nil || r.CPUUS != 1_500_000 || cmp.Diff(spoken, r.Result) != "" {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := readFrame(&pipe, 1); !errors.Is(err, io.EOF) || errors.Is(err, errGarbage) {
		t.Errorf("at the end: %v", err)
	}
}

func TestReadFrameRefusesGarbage(t *testing.T) {
	good := seal(append(newFrame(kindResult, 1, 4), "{}{}"...))
	with := func(at int, b byte) []byte {
		bad := bytes.Clone(good)
		bad[at] = b
		return bad
	}
	for name, b := range map[string][]byte{
		"magic": with(0, 'E'), "version": with(2, 2), "no kind": with(3, 0), "unknown kind": with(3, byte(kindEnd)),
		"too long": with(
			10, 1,
		), "half a header": good[:11], "half a payload": good[:15], "no payload": good[:12], "text": []byte("Segmentation fault"),
	} {
		if f, err := readFrame(bytes.NewReader(b), 1<<10); !errors.Is(err, errGarbage) {
			t.Errorf("%s: %+v, %v", name, f, err)
		}
	}
}

func TestParseResultRefusesWhatCannotBe(t *testing.T) {
	change := func(f func(*transcribe.Result)) []byte {
		r := spoken
		r.Words = append([]models.Word(nil), r.Words...)
		f(&r)
		frame, err := resultFrame(1, r, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		return frame[headerBytes:]
	}
	for name, b := range map[string][]byte{
		"beyond the end":  change(func(r *transcribe.Result) { r.Words[1].EndMS = 1001 }),
		"backwards":       change(func(r *transcribe.Result) { r.Words[1].StartMS = 5 }),
		"ends before":     change(func(r *transcribe.Result) { r.Words[0].EndMS = 5 }),
		"negative time":   change(func(r *transcribe.Result) { r.Words[0].StartMS = -1 }),
		"word too sure":   change(func(r *transcribe.Result) { r.Words[0].P = 1.5 }),
		"too silent":      change(func(r *transcribe.Result) { r.NoSpeech = 2 }),
		"log probability": change(func(r *transcribe.Result) { r.LogProb = 1 }),
		"tokens":          change(func(r *transcribe.Result) { r.Tokens = -1 }),
		"language":        change(func(r *transcribe.Result) { r.Language = "a long story" }),
		"long text":       change(func(r *transcribe.Result) { r.Text = strings.Repeat("x", maxText+1) }),
		"many words":      change(func(r *transcribe.Result) { r.Words = make([]models.Word, maxWords+1) }),
		"unknown field":   []byte(`{"result":{},"cpu_us":1,"more":2}`),
		"twice":           []byte(`{"result":{},"cpu_us":1}{}`),
		"negative time 2": []byte(`{"result":{},"cpu_us":-1}`),
		"nothing":         {},
	} {
		if r, err := parseResult(b, models.SampleRate); !errors.Is(err, errGarbage) {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
	whole := change(func(r *transcribe.Result) {
		r.LogProb, r.Words[0].P = math.Inf(-1), float32(math.NaN())
		r.Heard = map[string]float64{"en": math.NaN()}
	})
	if r, err := parseResult(whole, models.SampleRate); err != nil || r.Result.LogProb != 0 || r.Result.Heard["en"] != 0 {
		t.Errorf("figures that JSON can't carry: %+v, %v", r, err)
	}
}

func TestNoiseKeepsLastWordsOnly(t *testing.T) {
	for said, want := range map[string]string{
		"hello\nworld": "",
		"she said\nfatal error: out of memory\nmore":          "fatal error: out of memory",
		"a.cpp:1: GGML_ASSERT(x) \x1b[31mfailed":              "a.cpp:1: GGML_ASSERT(x)  [31mfailed",
		strings.Repeat("long ", 100) + "panic: runtime error": "",
		"panic: runtime error: " + strings.Repeat("x", 1000):  "panic: runtime error: " + strings.Repeat("x", noiseKept-22),
	} {
		n := &noise{}
		for _, b := range []byte(said) {
			if _, err := n.Write([]byte{b}); err != nil {
				t.Fatal(err)
			}
		}
		if got := n.last(); got != want {
			t.Errorf("%.30q: %q, want %q", said, got, want)
		}
		if len(n.line) > noiseKept {
			t.Errorf("%d bytes kept", len(n.line))
		}
	}
}

// FuzzReadFrame reads any bytes as frames: what is accepted is within its bounds, and comes back the same.
func FuzzReadFrame(f *testing.F) {
	ask, _ := decodeFrame(1, make([]float32, 3), transcribe.Options{Prompt: "a"})
	answer, _ := resultFrame(2, spoken, time.Second)
	f.Add(ask)
	f.Add(answer)
	f.Add(append(seal(newFrame(kindCancel, 3, 0)), ask...))
	f.Add([]byte("es\x01\x05\x00\x00\x00\x00\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		const limit = 1 << 10
		r := bytes.NewReader(b)
		for {
			at := len(b) - r.Len()
			m, err := readFrame(r, limit)
			if err != nil {
				if !errors.Is(err, io.EOF) && !errors.Is(err, errGarbage) {
					t.Fatal(err)
				}
				return
			}
			again := seal(append(newFrame(m.kind, m.id, 0), m.payload...))
			if len(m.payload) > limit || !bytes.Equal(again, b[at:at+len(again)]) {
				t.Fatalf("read %+v", m)
			}
		}
	})
}

// FuzzParse reads any bytes as each kind of payload: nothing panics, and what is accepted is possible.
func FuzzParse(f *testing.F) {
	ask, _ := decodeFrame(1, make([]float32, 3), transcribe.Options{Prompt: "a"})
	answer, _ := resultFrame(2, spoken, time.Second)
	f.Add(ask[headerBytes:])
	f.Add(answer[headerBytes:])
	f.Add([]byte(`{"code":"too_long","text":"x"}`))
	f.Add([]byte(`{"confined":true,"load_ms":3}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if pcm, o, err := parseDecode(b); err == nil {
			frame, err := decodeFrame(1, pcm, o)
			if err != nil {
				return // options that are longer when they are written out
			}
			again, _, err := parseDecode(frame[headerBytes:])
			if err != nil || len(again) != len(pcm) {
				t.Fatalf("%d samples, then %d: %v", len(pcm), len(again), err)
			}
		}
		if r, err := parseResult(b, models.SampleRate); err == nil {
			for _, w := range r.Result.Words {
				if w.StartMS < 0 || w.EndMS > 1000 || w.EndMS < w.StartMS {
					t.Fatalf("accepted %+v", w)
				}
			}
			if math.IsNaN(r.Result.LogProb) || len(r.Result.Text) > maxText {
				t.Fatalf("accepted %+v", r)
			}
		}
		var why failure
		if parse(b, &why) == nil && why.error() == nil {
			t.Fatal("a failure without an error")
		}
	})
}
