package main

import (
	"context"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"earshot/bot/audio"
	"earshot/configs"
	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/whisper"
)

// costs is what a second costs, in CPU time of one thread, and how that compares.
type costs struct {
	// CPUMSPerSpeechS is the whole path per second of speech; the next three are its parts.
	CPUMSPerSpeechS     float64 `json:"cpu_ms_per_speech_s"`
	DecodeMSPerSpeechS  float64 `json:"opus_ms_per_speech_s"`
	VADMSPerSpeechS     float64 `json:"vad_ms_per_speech_s"`
	WhisperMSPerSpeechS float64 `json:"whisper_ms_per_speech_s"`
	// OfflineRatio is the whole path against decoding the same clips with nothing around it: 1 is perfect.
	OfflineRatio float64 `json:"offline_ratio"`
	// StreamDefaultRatio and Stream500Ratio are how many times dearer it is to encode 30 s windows again and again as
	// whisper.cpp's stream example does: every 3 s the last 10 s (its defaults), every 0.5 s the last 5 s.
	StreamDefaultRatio float64 `json:"stream_default_ratio"`
	Stream500Ratio     float64 `json:"stream_500_ratio"`
}

// measureCosts runs the tape through each stage on one thread.
func (c *card) measureCosts(ctx context.Context, cfg configs.Config, tape []tapeLine, quick bool) error {
	path, err := modelPath(cfg)
	if err != nil {
		return err
	}
	model, err := whisper.Load(path, whisper.LoadOptions{AllowNoWeights: true})
	if err != nil {
		return err
	}
	defer model.Close()
	c.Model, c.Weights = model.Name(), model.Info().Tensors > 0
	state, err := model.NewState()
	if err != nil {
		return err
	}
	defer state.Close()
	track, err := continuous(tape)
	if err != nil {
		return err
	}
	rounds := 3
	if quick {
		rounds = 1
	}
	var m stageTimes
	for range rounds {
		if err := m.add(ctx, state, track); err != nil {
			return err
		}
	}
	per := func(d time.Duration) float64 { return ms(d) / m.speech.Seconds() }
	c.DecodeMSPerSpeechS, c.VADMSPerSpeechS, c.WhisperMSPerSpeechS = per(m.opus), per(m.vad), per(m.whisper)
	c.CPUMSPerSpeechS, c.OfflineRatio = per(m.path), float64(m.path)/float64(m.whisper)
	return c.compare(ctx, path, m, track)
}

// stageTimes adds up CPU time.
type stageTimes struct {
	path, opus, vad, whisper time.Duration
	audio, speech            time.Duration
}

func (m *stageTimes) add(ctx context.Context, e transcribe.Engine, t taped) error {
	decode := func(c models.Clip) error {
		_, err := e.Transcribe(ctx, c.PCM, transcribe.Options{Language: "en"})
		return err
	}
	var clips []models.Clip
	whole, err := cpu(func() (err error) {
		if clips, err = t.hear(); err != nil {
			return err
		}
		return each(clips, decode)
	})
	if err != nil {
		return err
	}
	alone, err := cpu(func() error { return each(clips, decode) })
	if err != nil {
		return err
	}
	opus, pcm, err := t.decodeTime()
	if err != nil {
		return err
	}
	vad := vadTime(pcm)
	m.path, m.whisper, m.opus, m.vad = m.path+whole, m.whisper+alone, m.opus+opus, m.vad+vad
	m.audio += t.length
	for _, c := range clips {
		m.speech += time.Duration(c.VoicedMS) * time.Millisecond
	}
	return nil
}

// compare measures one decode of each kind of stream window, and counts how many a second takes.
func (c *card) compare(ctx context.Context, path string, m stageTimes, t taped) error {
	model, err := whisper.Load(path, whisper.LoadOptions{AllowNoWeights: true, FullWindow: true})
	if err != nil {
		return err
	}
	defer model.Close()
	state, err := model.NewState()
	if err != nil {
		return err
	}
	defer state.Close()
	_, pcm, err := t.decodeTime()
	if err != nil {
		return err
	}
	ours := float64(m.path) / m.audio.Seconds()
	for _, s := range []struct {
		step, length float64 // seconds
		ratio        *float64
	}{{3, 10, &c.StreamDefaultRatio}, {0.5, 5, &c.Stream500Ratio}} {
		one, err := cpu(func() error {
			_, err := state.Transcribe(ctx, pcm[:int(s.length*models.SampleRate)], transcribe.Options{Language: "en"})
			return err
		})
		if err != nil {
			return err
		}
		*s.ratio = float64(one) / s.step / ours
	}
	return nil
}

func each(clips []models.Clip, do func(models.Clip) error) error {
	for _, c := range clips {
		if err := do(c); err != nil {
			return err
		}
	}
	return nil
}

func vadTime(pcm []float32) time.Duration {
	v := audio.NewEnergyVAD()
	d, _ := cpu(func() error {
		for ; len(pcm) >= audio.VADBlock; pcm = pcm[audio.VADBlock:] {
			v.Speech(pcm[:audio.VADBlock])
		}
		return nil
	})
	return d
}

// cpu is the CPU time that a function takes on its thread: what others do on this machine hardly changes it.
func cpu(do func() error) (time.Duration, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, err := threadTime()
	if err != nil {
		return 0, err
	}
	if err := do(); err != nil {
		return 0, err
	}
	after, err := threadTime()
	return after - before, err
}

func threadTime() (time.Duration, error) {
	var u syscall.Rusage
	err := syscall.Getrusage(unix.RUSAGE_THREAD, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), err
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
