package doctor

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"earshot/transcribe/modelfile"
)

// pullModel is the advice where a suitable model solves the problem.
const pullModel = `"earshot model pull base.en" fetches a model and prints its path, for the setting model`

// model checks the model file without loading it.
func (d *doctor) model(context.Context) Finding {
	m, err := d.Speech.Model()
	switch {
	case err != nil:
		return failure(err, pullModel)
	case m.Leaves:
		return noted("leave decoder.url empty to decode on this machine", "%s", m.Server)
	case m.Server != "":
		return good("%s", m.Server)
	case m.Practice:
		return noted(pullModel, "the practice model, which understands only the demo's voices")
	}
	return good("%s, %d MB", filepath.Base(m.Path), m.Bytes>>20)
}

// loadTime bounds the loading of a large model from a slow disk.
const loadTime = 2 * time.Minute

// decoder has a process load the model, as the service would.
func (d *doctor) decoder(ctx context.Context) Finding {
	ctx, cancel := context.WithTimeout(ctx, loadTime)
	defer cancel()
	l, err := d.Speech.Load(ctx)
	switch {
	case errors.Is(err, ErrNotTried):
		return noted("", "not tried: there is no good model")
	case err == nil && l.Elsewhere:
		return good("the server transcribes a second of silence in %d ms", l.Time.Milliseconds())
	case d.Settings.Decoder.URL != "" && err != nil:
		return failure(err, "look at decoder.url and at the server's log; until it answers, what is said waits on the disk")
	case ctx.Err() != nil:
		return failed("the log tells more: --log-level debug", "it did not load the model within %v", loadTime)
	case err != nil:
		return failure(err, pullModel)
	}
	on := ""
	if l.Device != "" {
		on = " onto " + l.Device
	}
	if !l.Confined {
		return noted("use a kernel from 5.13 on with Landlock among its security modules, and let it through where a sandbox filters system "+
			"calls",
			"a process loads the model%s in %d ms; this kernel does not let it give up its rights", on, l.Time.Milliseconds())
	}
	return good("a process loads the model%s in %d ms and gives up its rights (Landlock)", on, l.Time.Milliseconds())
}

// backends looks for ggml backends.
func (d *doctor) backends(context.Context) Finding {
	names, err := d.Speech.Backends()
	if err != nil {
		return failure(err, "install ggml's CPU backends")
	}
	list := strings.Join(names, ", ")
	if !slices.Contains(names, "BLAS") {
		return noted(
			"install ggml's BLAS backend with a serial BLAS (Debian: libggml0-backend-blas, libopenblas0-serial)",
			"%s; with BLAS, decoding costs half as much", list,
		)
	}
	return good("%s", list)
}

// opus encodes and decodes a tone: 20 ms at 48 kHz in, 20 ms at 16 kHz out.
func (d *doctor) opus(context.Context) Finding {
	const reinstall = "reinstall libopus (Debian: libopus0)"
	codec, err := d.Sound.Codec()
	if err != nil {
		return failure(err, reinstall)
	}
	tone, out := make([]float32, 960), make([]float32, 320)
	for i := range tone {
		tone[i] = float32(math.Sin(2*math.Pi*440*float64(i)/48000) / 2)
	}
	for range 5 { // the codec needs a few frames to settle
		packet, err := codec.Encode(tone)
		if err != nil {
			return failure(err, reinstall)
		}
		if n, err := codec.Decode(packet, out); err != nil || n != len(out) {
			return failed(reinstall, "decoding gave %d samples, %v", n, err)
		}
	}
	if loud := slices.Max(out); loud < 0.1 {
		return failed(reinstall, "a tone came back at %.2f of full scale", loud)
	}
	return good("works")
}

// vad loads the voice detection model and gives it silence.
func (d *doctor) vad(context.Context) Finding {
	v, file, err := d.Sound.Detector()
	if err != nil {
		return failure(err, "name a Silero model of whisper.cpp with vad_model, or leave it empty")
	}
	if v == nil {
		return noted(
			`"earshot model pull `+modelfile.Silero+`" fetches a model that distinguishes speech from music`,
			"by sound level, which mistakes music for speech",
		)
	}
	defer v.Close()
	if p := v.Speech(make([]float32, 512)); p < 0 || p > 0.9 || p != p {
		return failed("fetch the model anew", "%s takes silence for speech (%.2f)", filepath.Base(file), p)
	}
	return good("%s", filepath.Base(file))
}
