package transcripts

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"earshot/cmd/earshot/recording"
	"earshot/cmd/earshot/speech"
	"earshot/models"
	"earshot/models/leaktest"
	"earshot/transcribe"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// words is a decoder that hears the same in everything, or fails.
type words struct{ fail error }

func (w words) Decode(context.Context, transcribe.Sound, transcribe.Options) (transcribe.Result, error) {
	return transcribe.Result{Text: "words"}, w.fail
}

// listening is a transcriber without a model.
func listening(d transcribe.Decoder) *Transcriber {
	return &Transcriber{options: recording.Options{
		VAD: speech.NewVAD(nil), Decoders: []transcribe.Decoder{d}, Model: "none",
	}}
}

// file writes a WAV of 16 kHz (RIFF, PCM16): a second of silence before and after some seconds that a detector takes for speech.
func file(t *testing.T, name string, seconds float64) string {
	t.Helper()
	rng := rand.New(rand.NewPCG(1, 2))
	pcm := make([]int16, int((seconds+2)*models.SampleRate))
	for i := range int(seconds * models.SampleRate) {
		at := float64(i) / models.SampleRate
		loud := 0.5 + 0.5*math.Sin(2*math.Pi*4*at)
		pcm[models.SampleRate+i] = int16(32767 * loud * (0.2*math.Sin(2*math.Pi*180*at) + 0.02*rng.NormFloat64()))
	}
	var b bytes.Buffer
	b.WriteString("RIFF")
	for _, x := range []any{
		uint32(36 + 2*len(pcm)), []byte("WAVEfmt "), uint32(16), uint16(1), uint16(1), uint32(models.SampleRate),
		uint32(2 * models.SampleRate), uint16(2), uint16(16), []byte("data"), uint32(2 * len(pcm)), pcm,
	} {
		if err := binary.Write(&b, binary.LittleEndian, x); err != nil {
			t.Fatal(err)
		}
	}
	return write(t, filepath.Join(t.TempDir(), name), b.String())
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// told is a ProgressReporter that keeps what it is told.
type told struct {
	lines []string
	errs  []error
}

func (x *told) Notef(format string, args ...any) {
	x.lines = append(x.lines, fmt.Sprintf(format, args...))
}

func (x *told) Tellf(format string, args ...any) {
	x.lines = append(x.lines, fmt.Sprintf(format, args...))
}
func (x *told) PrintError(err error) { x.errs = append(x.errs, err) }

// isInput reports whether an error is the user's to mend.
func isInput(err error) bool {
	var e models.InputError
	return errors.As(err, &e)
}
