//go:build !race

package audio

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
	"unsafe"

	"earshot/bot/audio/impairtest"
	"earshot/bot/audio/sound"
	"earshot/bot/audio/wav"
	"earshot/models"
)

const evalDir = "../../transcribe/fixture/eval"

// evalWAVs reads the fixture's spoken sentences.
func evalWAVs(t testing.TB) [][]float32 {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(evalDir, "*.wav"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no sentences in %s: %v", evalDir, err)
	}
	out := make([][]float32, len(files))
	for i, f := range files {
		out[i] = readWAVFile(t, f)
	}
	return out
}

func readWAVFile(t testing.TB, path string) []float32 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	pcm, err := wav.ReadAll(f)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return pcm
}

// silence is n ms of silence at 16 kHz.
func silence(ms int) []float32 { return make([]float32, ms*16) }

// noise is white noise of the given level in dBFS.
func noise(ms int, dbfs float64, seed uint64) []float32 {
	r := rand.New(rand.NewPCG(seed, 1))
	g := amplitude(dbfs)
	out := silence(ms)
	for i := range out {
		out[i] = float32(g * r.NormFloat64())
	}
	return out
}

// sent is a packet with the time at which its sender sent it.
type sent struct {
	Packet
	at time.Duration
}

// encoded caches results of encode: tests spend most of their time on encoding.
var encoded sync.Map

// encode is encodeAnew, run once for each sound. The packets belong to the caller.
func encode(t testing.TB, pcm []float32, c EncoderConfig) []sent {
	t.Helper()
	key := fmt.Sprintf("%d %x %+v", len(pcm), crc32.ChecksumIEEE(unsafe.Slice((*byte)(unsafe.Pointer(&pcm[0])), 4*len(pcm))), c)
	made, ok := encoded.Load(key)
	if !ok {
		made = encodeAnew(t, pcm, c)
		encoded.Store(key, made)
	}
	out := slices.Clone(made.([]sent))
	for i := range out {
		out[i].Payload = bytes.Clone(out[i].Payload)
	}
	return out
}

// encodeAnew makes the packets of PCM at 16 kHz, one per 20 ms, as a browser sends them: DTX packets are not sent and do
// not take a sequence number.
func encodeAnew(t testing.TB, pcm []float32, c EncoderConfig) []sent {
	t.Helper()
	enc, err := NewEncoder(c)
	if err != nil {
		t.Fatal(err)
	}
	pcm48 := sound.Resample(pcm, 16000, 48000)
	var out []sent
	seq := uint16(65000) // wraps after 10 s
	ts := uint32(1<<32 - 48000*7)
	for i := 0; i+960 <= len(pcm48); i += 960 {
		b, err := enc.Encode(pcm48[i : i+960])
		if err != nil {
			t.Fatal(err)
		}
		if !c.DTX || len(b) > 2 {
			out = append(out, sent{Packet{SSRC: 77, Seq: seq, Timestamp: ts, Payload: b}, time.Duration(i+960) * time.Second / 48000})
			seq++
		}
		ts += 960
	}
	return out
}

// recorder is a Sink that keeps everything.
type recorder struct {
	clips []models.Clip
	gaps  []models.Gap
}

func (r *recorder) Clip(c models.Clip) { r.clips = append(r.clips, c) }
func (r *recorder) Gap(g models.Gap)   { r.gaps = append(r.gaps, g) }

func newTestTrack(t testing.TB, vad VAD) (*Track, *recorder) {
	t.Helper()
	r := &recorder{}
	tr, err := NewTrack(TrackConfig{Session: "s", Epoch: 1, Track: "mic", SpeakerID: "ann", SpeakerName: "Ann", VAD: vad}, r)
	if err != nil {
		t.Fatal(err)
	}
	return tr, r
}

// run delivers packets (in the order of at) to the track, ticking every 20 ms, then closes it.
func run(tr *Track, packets []sent, from time.Duration) {
	now := from
	for _, p := range packets {
		for ; now+20*time.Millisecond <= from+p.at; now += 20 * time.Millisecond {
			tr.Tick(now)
		}
		p.Payload = append([]byte(nil), p.Payload...)
		tr.Push(p.Packet, from+p.at)
	}
	for range 100 {
		now += 20 * time.Millisecond
		tr.Tick(now)
	}
	tr.Close(now)
}

// humanSpeech reads recordings of people that are not part of the project.
func humanSpeech(t testing.TB) map[string][]float32 {
	t.Helper()
	files, _ := filepath.Glob("../../../shared/audio/*.wav")
	if len(files) == 0 {
		t.Skip("no human speech: put wav files into ../shared/audio beside the checkout")
	}
	out := map[string][]float32{}
	for _, f := range files {
		out[filepath.Base(f)] = readWAVFile(t, f)
	}
	return out
}

// impair passes packets through a bad network and returns them in the order of arrival.
func impair(packets []sent, c impairtest.Impairment) []sent {
	im := impairtest.NewImpairer(c)
	var out []sent
	for _, p := range packets {
		for _, at := range im.Deliver(p.at) {
			out = append(out, sent{p.Packet, at})
		}
	}
	slices.SortStableFunc(out, func(a, b sent) int { return cmp.Compare(a.at, b.at) })
	return out
}
