package decoder

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"earshot/models"
	"earshot/transcribe"
)

// Setup is the payload of the hello frame.
type Setup struct {
	// Model is the child's path of the model file.
	Model string `json:"model"`
	// States is how many clips are decoded at once.
	States int `json:"states"`
	// Device is the name of the device to decode on; empty for the processor.
	Device string `json:"device,omitempty"`
	// AllowNoWeights accepts a test model without weights, for measuring.
	AllowNoWeights bool `json:"allow_no_weights,omitempty"`
	// WarmUp decodes a moment of silence in every state before the child is ready.
	WarmUp bool `json:"warm_up,omitempty"`
	// MemoryBytes is how much address space loading and decoding may add; 0 for no limit.
	MemoryBytes uint64 `json:"memory_bytes,omitempty"`
}

// ready is the payload of the ready frame.
type ready struct {
	// Confined reports that Landlock is in force: the kernel refused to open a file that the child does not need.
	Confined bool  `json:"confined"`
	LoadMS   int64 `json:"load_ms"`
}

// result is the payload of a result frame.
type result struct {
	Result transcribe.Result `json:"result"`
	CPUUS  int64             `json:"cpu_us"` // used by the process since its start
}

// The codes of a failure.
const (
	codeLoad     = "load"     // the model can't be loaded
	codeTooLong  = "too_long" // transcribe.ErrTooLong
	codeCanceled = "canceled" // the parent asked for it
	codeFailed   = "failed"
)

// failure is the payload of a failure frame. Text is the library's message; it never contains what people said.
type failure struct {
	Code string `json:"code"`
	Text string `json:"text"`
	Hint string `json:"hint,omitempty"`
}

const (
	maxText     = 64 << 10 // bytes of a result's text
	maxWords    = 4096
	maxReason   = 500 // bytes of a failure's text
	maxOptions  = 32 << 10
	bytesSample = 4
)

// MaxSamples is the longest sound that fits into a frame; engines take less.
const MaxSamples = 30 * models.SampleRate

// jsonFrame returns a frame with a JSON payload.
func jsonFrame(k kind, id uint32, v any) ([]byte, error) {
	data, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("decoder: %w", err)
	}
	return seal(append(newFrame(k, id, len(data)), data...)), nil
}

// parse reads a JSON payload: one value with known fields only.
func parse(payload []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(payload))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil || d.More() {
		return fmt.Errorf("%w: unexpected JSON", errGarbage)
	}
	return nil
}

// decodeFrame returns the request for a decode. pcm is copied.
func decodeFrame(id uint32, pcm []float32, o transcribe.Options) ([]byte, error) {
	options, err := json.Marshal(o)
	if err != nil {
		return nil, fmt.Errorf("decoder: %w", err)
	}
	switch {
	case len(options) > maxOptions:
		return nil, fmt.Errorf("decoder: options of %d bytes, at most %d", len(options), maxOptions)
	case len(pcm) > MaxSamples:
		return nil, fmt.Errorf("decoder: %w: %d ms", transcribe.ErrTooLong, len(pcm)*1000/models.SampleRate)
	}
	b := newFrame(kindDecode, id, 2+len(options)+bytesSample*len(pcm))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(options))) //nolint:gosec // checked above
	b = append(b, options...)
	for _, s := range pcm {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(s))
	}
	return seal(b), nil
}

// parseDecode parses the payload of a decode frame.
func parseDecode(payload []byte) (pcm []float32, o transcribe.Options, err error) {
	if len(payload) < 2 {
		return nil, o, fmt.Errorf("%w: no options", errGarbage)
	}
	n := int(binary.LittleEndian.Uint16(payload))
	payload = payload[2:]
	if n > len(payload) || (len(payload)-n)%bytesSample != 0 || (len(payload)-n)/bytesSample > MaxSamples {
		return nil, o, fmt.Errorf("%w: %d bytes of options in %d", errGarbage, n, len(payload))
	}
	if err := parse(payload[:n], &o); err != nil {
		return nil, o, err
	}
	pcm = make([]float32, (len(payload)-n)/bytesSample)
	for i := range pcm {
		pcm[i] = math.Float32frombits(binary.LittleEndian.Uint32(payload[n+bytesSample*i:]))
	}
	return pcm, o, nil
}

// resultFrame returns the answer to a decode. It changes numbers in r that JSON can't represent.
func resultFrame(id uint32, r transcribe.Result, cpu time.Duration) ([]byte, error) {
	r.LogProb, r.NoSpeech = finite(r.LogProb), finite(r.NoSpeech)
	for i := range r.Words {
		r.Words[i].P = float32(finite(float64(r.Words[i].P)))
	}
	for lang, p := range r.Heard {
		r.Heard[lang] = finite(p)
	}
	return jsonFrame(kindResult, id, result{r, cpu.Microseconds()})
}

// finite replaces NaN and infinities, which JSON can't represent, by 0.
func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

// parseResult parses the answer to a decode of so many samples and rejects an impossible one.
func parseResult(payload []byte, samples int) (result, error) {
	var r result
	if err := parse(payload, &r); err != nil {
		return r, err
	}
	ms := int64(samples) * 1000 / models.SampleRate
	// A language is a code like "en"; the longest that Whisper knows has three letters.
	if len(r.Result.Text) > maxText || len(r.Result.Words) > maxWords || len(r.Result.Language) > 8 ||
		!within(r.Result.NoSpeech, 0, 1) || r.Result.LogProb > 1e-4 || r.Result.Tokens < 0 || r.Result.AudioCtx < 0 || r.CPUUS < 0 {
		return r, fmt.Errorf("%w: an impossible result", errGarbage)
	}
	last := int64(0)
	for _, w := range r.Result.Words {
		if w.StartMS < last || w.EndMS < w.StartMS || w.EndMS > ms || !within(float64(w.P), 0, 1) {
			return r, fmt.Errorf("%w: an impossible word", errGarbage)
		}
		last = w.StartMS
	}
	return r, nil
}

// within allows for rounding errors.
func within(v, low, high float64) bool { return v >= low-1e-4 && v <= high+1e-4 }
