package main

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"earshot/bot/audio"
	"earshot/transcribe"
	"earshot/transcribe/fixture"
	"earshot/transcribe/modelfile"
	"earshot/transcribe/whisper"
)

// pullModel is the advice for everything that a good model mends.
const pullModel = `"earshot model pull base.en" fetches a model and prints its path, for the setting model`

// model looks at the model's file, without loading it.
func (d *doctor) model(context.Context) finding {
	path, err := modelPath(d.cfg)
	if err != nil {
		return failure(err, pullModel)
	}
	info, err := checkSpeechModel(path, false)
	if err != nil {
		return failure(err, pullModel)
	}
	if fixture.IsFixture(path) {
		return noted(pullModel, "the practice model, which understands nobody but the demo's voices")
	}
	return good("%s, %d MB", filepath.Base(path), info.Size>>20)
}

// loadTime bounds a big model's loading from a slow disk.
const loadTime = 2 * time.Minute

// decoder has a process load the model, as the service would.
func (d *doctor) decoder(ctx context.Context) finding {
	cfg := d.cfg
	cfg.Decoders = 1
	s, err := openSpeech(cfg, d.log, speechOptions{})
	if err != nil {
		return noted("", "not tried: there is no good model")
	}
	defer s.Close()
	ctx, cancel := context.WithTimeout(ctx, loadTime)
	defer cancel()
	f := failed("the log tells more: --log-level debug", "it did not load the model within %v", loadTime)
	err = s.during(ctx, func(ctx context.Context) error {
		if r, ok := s.engines[0].(transcribe.Readier); ok {
			if err := r.Ready(ctx); err != nil {
				return err
			}
		}
		for _, p := range s.pool.Stats().Processes {
			f = good("a process loads the model in %d ms and gives up its rights (Landlock)", p.Load.Milliseconds())
			if !p.Confined {
				f = noted("use a kernel from 5.13 on with Landlock among its security modules, and let it through where a sandbox filters system calls",
					"a process loads the model in %d ms; this kernel does not let it give up its rights", p.Load.Milliseconds())
			}
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		return failure(err, pullModel)
	}
	return f
}

// backends looks for the code that computes.
func (d *doctor) backends(context.Context) finding {
	names, err := whisper.Backends()
	if err != nil {
		return failure(err, "install ggml's CPU backends")
	}
	list := strings.Join(names, ", ")
	if !slices.Contains(names, "BLAS") {
		return noted("install ggml's BLAS backend with a serial BLAS (Debian: libggml0-backend-blas, libopenblas0-serial)", "%s; with BLAS, decoding costs half as much", list)
	}
	return good("%s", list)
}

// opus sends a tone through the codec: 20 ms at 48 kHz in, 20 ms at 16 kHz out.
func (d *doctor) opus(context.Context) finding {
	const reinstall = "reinstall libopus (Debian: libopus0)"
	enc, err := audio.NewEncoder(audio.EncoderConfig{})
	if err != nil {
		return failure(err, reinstall)
	}
	dec, err := audio.NewDecoder()
	if err != nil {
		return failure(err, reinstall)
	}
	tone, out := make([]float32, 960), make([]float32, 320)
	for i := range tone {
		tone[i] = float32(math.Sin(2*math.Pi*440*float64(i)/48000) / 2)
	}
	for range 5 { // it swings in
		packet, err := enc.Encode(tone)
		if err != nil {
			return failure(err, reinstall)
		}
		if n, err := dec.Decode(packet, out); err != nil || n != len(out) {
			return failed(reinstall, "decoding gave %d samples, %v", n, err)
		}
	}
	if loud := slices.Max(out); loud < 0.1 {
		return failed(reinstall, "a tone came back at %.2f of full scale", loud)
	}
	return good("a tone comes back")
}

// vad loads the voice detection model and listens to silence with it.
func (d *doctor) vad(context.Context) finding {
	m, err := openVAD(d.cfg)
	if err != nil {
		return failure(err, "name a Silero model of whisper.cpp with vad_model, or leave it empty")
	}
	if m == nil {
		return noted(`"earshot model pull `+modelfile.Silero+`" fetches a model that knows speech from music`, "by the sound's energy, which takes music for speech")
	}
	defer m.Close()
	if p := m.NewVAD().Speech(make([]float32, 512)); p < 0 || p > 0.9 || p != p {
		return failed("fetch the model anew", "%s takes silence for speech (%.2f)", filepath.Base(vadModelPath(d.cfg)), p)
	}
	return good("%s", filepath.Base(vadModelPath(d.cfg)))
}

// rules compiles the rules of every profile.
func (d *doctor) rules(context.Context) finding {
	all, err := openProfiles(d.cfg)
	if err != nil {
		return failure(err, `"earshot rules check" tells each mistake with its line`)
	}
	set := all[""].set()
	if set == nil && len(all) == 1 {
		return noted("name some with the setting rules", "none: nothing is flagged")
	}
	var names []string
	for _, p := range all {
		if s := p.set(); s != nil && !slices.Contains(names, s.String()) {
			names = append(names, s.String())
		}
	}
	slices.Sort(names)
	return good("%s", strings.Join(names, ", "))
}
