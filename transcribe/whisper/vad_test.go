package whisper

import (
	"bytes"
	"errors"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"earshot/models"
)

// sileroFile is whisper.cpp's own test copy of Silero 6.2, with its weights. It is no part of the project.
const sileroFile = "../../../shared/models/for-tests-silero-v6.2.0-ggml.bin"

func loadSilero(tb testing.TB) *VADModel {
	tb.Helper()
	if _, err := os.Stat(sileroFile); err != nil {
		tb.Skip("no Silero model: put for-tests-silero-v6.2.0-ggml.bin of whisper.cpp into ../shared/models beside the checkout")
	}
	m, err := LoadVAD(sileroFile)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { m.Close() })
	return m
}

// probs feeds whole blocks one by one.
func probs(v *VAD, pcm []float32) []float32 {
	var out []float32
	for ; len(pcm) >= VADBlock; pcm = pcm[VADBlock:] {
		out = append(out, v.Speech(pcm[:VADBlock]))
	}
	return out
}

func TestSileroTellsSpeechFromNoise(t *testing.T) {
	m := loadSilero(t)
	v := m.NewVAD()
	defer v.Close()
	rng := rand.New(rand.NewPCG(1, 2))
	noise := make([]float32, 10*models.SampleRate)
	for i := range noise {
		noise[i] = float32(0.05 * rng.NormFloat64())
	}
	mean := func(p []float32) (sum float64) {
		for _, x := range p {
			sum += float64(x) / float64(len(p))
		}
		return sum
	}
	if got := mean(probs(v, noise)); got > 0.1 {
		t.Errorf("noise has a mean probability of %.2f, want at most 0.1", got)
	}
	v.Reset()
	for _, u := range sentences(t)[:4] {
		if got := mean(probs(v, u.PCM)); got < 0.5 {
			t.Errorf("%s: speech has a mean probability of %.2f, want at least 0.5", u.Name, got)
		}
		v.Reset()
	}
}

// A context that served somebody else must not remember: what it says is that of a fresh one, to the bit.
func TestVADForgetsBetweenPeople(t *testing.T) {
	m, all := loadSilero(t), sentences(t)
	fresh, err := LoadVAD(sileroFile)
	if err != nil {
		t.Fatal(err)
	}
	defer fresh.Close()
	first := fresh.NewVAD()
	defer first.Close()
	want := probs(first, all[1].PCM)

	v := m.NewVAD()
	probs(v, all[0].PCM)
	v.Close()
	next := m.NewVAD()
	defer next.Close()
	got := probs(next, all[1].PCM)
	for i := range want {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("block %d: %g on a used context, %g on a fresh one", i, got[i], want[i])
		}
	}
	if m.Contexts() != 1 {
		t.Errorf("%d contexts for one person after the other, want 1", m.Contexts())
	}
}

// Block by block gives what the library gives for all of it at once.
func TestVADStreamsAsInOnePiece(t *testing.T) {
	m, u := loadSilero(t), sentences(t)[2]
	pcm := u.PCM[:len(u.PCM)/VADBlock*VADBlock]
	v, whole := m.NewVAD(), m.NewVAD()
	defer v.Close()
	defer whole.Close()
	stream := probs(v, pcm)
	if last := whole.Speech(pcm); math.Float32bits(last) != math.Float32bits(stream[len(stream)-1]) {
		t.Errorf("the last block has %g in one piece, %g block by block", last, stream[len(stream)-1])
	}
}

func TestVADContextsFollowThoseWhoSpeak(t *testing.T) {
	m, block := loadSilero(t), make([]float32, VADBlock)
	var group sync.WaitGroup
	vads := make([]*VAD, 40)
	for i := range vads {
		vads[i] = m.NewVAD()
		group.Go(func() { vads[i].Speech(block) })
	}
	group.Wait()
	if m.Contexts() != 40 {
		t.Errorf("%d contexts while 40 speak", m.Contexts())
	}
	for _, v := range vads {
		v.Reset()
		v.Reset()
	}
	if m.Contexts() != keepVADs {
		t.Errorf("%d contexts when all are silent, want %d", m.Contexts(), keepVADs)
	}
	vads[0].Speech(block)
	if err := m.Close(); err != nil || m.Contexts() != 1 {
		t.Errorf("closed while one is lent: %v, %d contexts", err, m.Contexts())
	}
	if p := vads[1].Speech(block); p != 1 {
		t.Errorf("without a model the probability is %g, want 1: better heard in vain than not at all", p)
	}
	vads[0].Close()
	if m.Contexts() != 0 {
		t.Errorf("%d contexts are left", m.Contexts())
	}
}

func TestBadVADFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name string, data []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if err := CheckVADFile(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) || models.Hint(err) == "" {
		t.Errorf("no file: %v", err)
	}
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"empty":         {nil, ErrEmpty},
		"whisper model": {fixtureBytes(t), ErrNotModel},
		"page":          {[]byte("<!doctype html>and more of it"), ErrNotModel},
		"short":         {[]byte("lmgg\x0a\x00\x00\x00silero-1"), ErrTruncated},
	} {
		if _, err := LoadVAD(write(name, c.data)); !errors.Is(err, c.want) || models.Hint(err) == "" {
			t.Errorf("%s: %v, want %v with advice", name, err, c.want)
		}
	}
	good, err := os.ReadFile(sileroFile)
	if err != nil {
		t.Skip("no Silero model beside the checkout")
	}
	for _, n := range []int{len(good) - 1, len(good) / 2, 120} {
		if err := CheckVADFile(write("cut", good[:n])); !errors.Is(err, ErrTruncated) {
			t.Errorf("%d bytes: %v, want ErrTruncated", n, err)
		}
	}
	odd := bytes.Clone(good)
	odd[0x1e+1] = 9 // the window
	if err := CheckVADFile(write("odd", odd)); !errors.Is(err, ErrNotModel) {
		t.Errorf("a window of another length: %v, want ErrNotModel", err)
	}
}

func FuzzParseVAD(f *testing.F) {
	f.Add([]byte("lmgg\x0a\x00\x00\x00silero-16k\x06\x00\x00\x00"))
	f.Fuzz(func(_ *testing.T, data []byte) {
		_ = parseVAD(bytes.NewReader(data), int64(len(data)))
	})
}

func BenchmarkSilero(b *testing.B) {
	v := loadSilero(b).NewVAD()
	defer v.Close()
	pcm := sentences(b)[0].PCM
	n := 0
	for i := 0; b.Loop(); i++ {
		k := i % (len(pcm) / VADBlock) * VADBlock
		v.Speech(pcm[k : k+VADBlock])
		n++
	}
	b.ReportMetric(float64(b.Elapsed())/float64(time.Millisecond)/(float64(n)*0.032), "ms/audio-s")
}
