package whisper

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"earshot/models"
	"earshot/models/waittest"
	"earshot/transcribe"
	"earshot/transcribe/fixture"
)

// quantised makes a q8_0 model of full size, without weights, out of one in f16.
func quantised(b *testing.B, file string) string {
	b.Helper()
	raw, err := os.ReadFile(sharedModels + file)
	if err != nil {
		b.Skipf("no model of full size: %v", err)
	}
	const ftype, q8 = 4 + 10*4, 2007
	binary.LittleEndian.PutUint32(raw[ftype:], q8)
	path := filepath.Join(b.TempDir(), "q8_0-"+file)
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}

// BenchmarkWindows tells what a decode of 2 s of sound costs by window, with and without flash attention, in f16 and in
// q8_0. docs/performance.md holds the results.
func BenchmarkWindows(b *testing.B) {
	for _, file := range []string{"for-tests-ggml-tiny.en.bin", "for-tests-ggml-base.en.bin"} {
		if _, err := os.Stat(sharedModels + file); err != nil {
			b.Skipf("no model of full size: %v", err)
		}
		for name, path := range map[string]string{"f16": sharedModels + file, "q8_0": quantised(b, file)} {
			for _, free := range []bool{false, true} {
				m, err := Load(path, LoadOptions{AllowNoWeights: true, AnyWindow: free})
				if err != nil {
					b.Fatal(err)
				}
				s, pcm := newState(b, m), make([]float32, 2*models.SampleRate)
				copy(pcm, sentences(b)[0].PCM)
				for _, w := range []int{128, 192, 256, 512} {
					if w < 256 && !free {
						continue
					}
					b.Run(fmt.Sprintf("%s/%s/flash=%v/%d", file, name, !free, w), func(b *testing.B) {
						decode(b, s, pcm, transcribe.Options{AudioCtx: w})
						before := waittest.CPUTime(b)
						for b.Loop() {
							decode(b, s, pcm, transcribe.Options{AudioCtx: w})
						}
						b.ReportMetric(float64((waittest.CPUTime(b)-before).Microseconds())/1000/float64(b.N), "cpu-ms/clip")
					})
				}
				m.Close()
			}
		}
	}
}

// BenchmarkShortWindows decodes the recorded sentences, cut to what fits, with the practice model in ever shorter windows,
// and tells what becomes of the words.
func BenchmarkShortWindows(b *testing.B) {
	path, err := fixture.Path(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	m, err := Load(path, LoadOptions{AnyWindow: true})
	if err != nil {
		b.Fatal(err)
	}
	defer m.Close()
	s, all := newState(b, m), sentences(b)
	for _, w := range []int{96, 128, 160, 192, 224, 256} {
		b.Run(fmt.Sprint(w), func(b *testing.B) {
			for b.Loop() {
				wrong, words, clips := 0, 0, 0
				before := waittest.CPUTime(b)
				for _, u := range all {
					if len(u.PCM)/stepSamples+windowMargin > w {
						continue
					}
					r := decode(b, s, u.PCM, transcribe.Options{AudioCtx: w})
					n, of := fixture.WER(u.Text, r.Text)
					wrong, words, clips = wrong+n, words+of, clips+1
				}
				if clips == 0 {
					b.Skip("no sentence is so short")
				}
				b.ReportMetric(float64((waittest.CPUTime(b)-before).Microseconds())/1000/float64(clips), "cpu-ms/clip")
				b.ReportMetric(100*float64(wrong)/float64(words), "%wrong")
				b.ReportMetric(float64(clips), "clips")
			}
		})
	}
}

// BenchmarkPacking decodes two short sentences in one window, with a fifth of a second between them, and apart.
func BenchmarkPacking(b *testing.B) {
	m := newFixtureModel(b)
	s := newState(b, m)
	var short []int
	all := sentences(b)
	for i, u := range all {
		if len(u.PCM) < 24*models.SampleRate/10 {
			short = append(short, i)
		}
	}
	for _, packed := range []bool{false, true} {
		b.Run(map[bool]string{true: "packed", false: "apart"}[packed], func(b *testing.B) {
			for b.Loop() {
				wrong, words := 0, 0
				before := waittest.CPUTime(b)
				for i := 0; i+1 < len(short); i += 2 {
					x, y := all[short[i]], all[short[i+1]]
					var text string
					if packed {
						pcm := append(append(append([]float32{}, x.PCM...), make([]float32, models.SampleRate/5)...), y.PCM...)
						text = decode(b, s, pcm, transcribe.Options{}).Text
					} else {
						text = decode(b, s, x.PCM, transcribe.Options{}).Text + " " + decode(b, s, y.PCM, transcribe.Options{}).Text
					}
					n, of := fixture.WER(x.Text+" "+y.Text, text)
					wrong, words = wrong+n, words+of
				}
				b.ReportMetric(float64((waittest.CPUTime(b)-before).Microseconds())/1000/float64(len(short)/2*2), "cpu-ms/remark")
				b.ReportMetric(100*float64(wrong)/float64(words), "%wrong")
				b.ReportMetric(float64(len(short)), "remarks")
			}
		})
	}
}
