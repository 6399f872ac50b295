package bench

import (
	"context"
	"runtime"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"earshot/bot/audio"
	"earshot/bot/media"
	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/transcribe"
	"earshot/transcribe/whisper"
)

// measureCosts runs the lines through each stage on one thread.
func (c *Card) measureCosts(ctx context.Context, o Options, spoken []playback.Line) error {
	model, err := whisper.Load(o.Model, whisper.LoadOptions{AllowNoWeights: true})
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
	track, err := playback.Continuous(spoken)
	if err != nil {
		return err
	}
	rounds := 3
	if o.Quick {
		rounds = 2
	}
	if err := warmUp(ctx, state); err != nil {
		return err
	}
	var m stageTimes
	for i := range rounds {
		var round stageTimes
		if err := round.add(ctx, state, track); err != nil {
			return err
		}
		if i == 0 {
			if err := round.show(ctx, state, track, o.Partials); err != nil {
				return err
			}
			m = round
		}
		m.least(round)
	}
	per := func(d time.Duration) float64 { return ms(d) / m.speech.Seconds() }
	c.DecodeMSPerSpeechS, c.VADMSPerSpeechS, c.WhisperMSPerSpeechS = per(m.opus), per(m.vad), per(m.whisper)
	c.CPUMSPerSpeechS, c.PartialsCPUMSPerSpeechS = per(m.path), per(m.path+m.previews)
	c.OfflineRatio = float64(m.path) / float64(m.whisper)
	return c.compare(ctx, o, m, track)
}

// warmUp decodes a moment of silence, as the first decode allocates memory that later ones reuse.
func warmUp(ctx context.Context, e transcribe.Decoder) error {
	_, err := e.Decode(ctx, transcribe.Sound{PCM: make([]float32, models.SampleRate)}, transcribe.Options{Language: "en"})
	return err
}

// stageTimes adds up CPU time.
type stageTimes struct {
	path, opus, vad, whisper time.Duration
	previews                 time.Duration // decoding open stretches, in addition to path
	audio, speech            time.Duration
}

// least keeps the shorter times of repeated runs over the same audio: other load on the machine only adds to them.
func (m *stageTimes) least(o stageTimes) {
	m.path, m.opus, m.vad, m.whisper = min(m.path, o.path), min(m.opus, o.opus), min(m.vad, o.vad), min(m.whisper, o.whisper)
}

// decodeOnly decodes a clip and discards the text.
func decodeOnly(ctx context.Context, e transcribe.Decoder) func(models.Clip) error {
	return func(c models.Clip) error {
		_, err := e.Decode(ctx, transcribe.Sound{PCM: c.PCM}, transcribe.Options{Language: "en"})
		return err
	}
}

func (m *stageTimes) add(ctx context.Context, e transcribe.Decoder, r playback.Recording) error {
	decode := decodeOnly(ctx, e)
	var clips []models.Clip
	whole, err := cpu(func() (err error) {
		if clips, err = r.Clips(); err != nil {
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
	opus, pcm, err := decodeTime(r)
	if err != nil {
		return err
	}
	vad := vadTime(pcm)
	m.path, m.whisper, m.opus, m.vad = m.path+whole, m.whisper+alone, m.opus+opus, m.vad+vad
	m.audio += r.Length
	for _, c := range clips {
		m.speech += time.Duration(c.VoicedMS) * time.Millisecond
	}
	return nil
}

// show decodes each open stretch as often as a room would if the machine had time for all of them.
func (m *stageTimes) show(ctx context.Context, e transcribe.Decoder, r playback.Recording, every time.Duration) error {
	var open []models.Clip
	previews := media.Previewer{Every: every, Send: func(c models.Clip) { open = append(open, c) }}
	if _, err := r.ClipsWatched(previews.Look); err != nil {
		return err
	}
	d, err := cpu(func() error { return each(open, decodeOnly(ctx, e)) })
	m.previews += d
	return err
}

// compare compares the cost of a second of audio with that of the stream example.
func (c *Card) compare(ctx context.Context, o Options, m stageTimes, r playback.Recording) error {
	_, pcm, err := decodeTime(r)
	if err != nil {
		return err
	}
	o.Progress("measuring windows of 30 s, as whisper.cpp's stream example decodes them")
	same, err := measureStream(ctx, o.Model, pcm)
	if err != nil {
		return err
	}
	byDefault, fast := same.perSecond()
	ours := ms(m.path) / m.audio.Seconds()
	c.StreamDefaultRatio, c.Stream500Ratio = byDefault/ours, fast/ours
	c.pathCost = ours
	live := ms(m.path+m.previews) / m.audio.Seconds()
	c.PartialsStreamDefaultRatio, c.PartialsStream500Ratio = byDefault/live, fast/live
	return nil
}

// compareStock is compare with the stream example on the library's own CPU backend.
func (c *Card) compareStock(ctx context.Context, o Options) error {
	o.Progress("measuring those windows without BLAS")
	stock, ok, err := measureStockStream(ctx, o.Windows)
	if err != nil || !ok {
		return err
	}
	byDefault, fast := stock.perSecond()
	c.StockStreamDefaultRatio, c.StockStream500Ratio = byDefault/c.pathCost, fast/c.pathCost
	return nil
}

// decodeTime returns the time to decode the packets alone, and the audio in them, at 16 kHz.
func decodeTime(r playback.Recording) (time.Duration, []float32, error) {
	dec, err := audio.NewDecoder()
	if err != nil {
		return 0, nil, err
	}
	pcm := make([]float32, 0, len(r.Frames)*320)
	d, err := cpu(func() error {
		var buf [1920]float32
		for _, f := range r.Frames {
			n, err := dec.Decode(f.Opus, buf[:])
			if err != nil {
				return err
			}
			pcm = append(pcm, buf[:n]...)
		}
		return nil
	})
	return d, pcm, err
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

// cpu returns the CPU time that a function takes on its thread, which other load on the machine hardly affects.
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
