package whisper

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"earshot/models"
	"earshot/transcribe"

	bindings "github.com/ggerganov/whisper.cpp/bindings/go"
)

// State is one decode slot of a Model: a transcribe.Decoder. Concurrent calls are serialised.
type State struct {
	model *Model

	mu    sync.Mutex // held while the library works
	c     *cState    // nil once closed
	abort *cFlag
	pad   []float32
}

var _ transcribe.Decoder = (*State)(nil)

// Decode decodes at most MaxSamples of mono PCM at 16 kHz, greedily and independently of earlier calls. It only reads the PCM.
// When ctx ends, the library stops after the current encoder or decoder pass (up to a second for long audio), and ctx's error
// is returned wrapped. Other errors: transcribe.ErrTooLong, ErrClosed, an invalid option, or the library's error. No error
// contains what was said.
func (s *State) Decode(ctx context.Context, sound transcribe.Sound, o transcribe.Options) (transcribe.Result, error) {
	pcm := sound.PCM
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.c == nil {
		return transcribe.Result{}, fmt.Errorf("whisper: %w", ErrClosed)
	}
	if err := ctx.Err(); err != nil {
		return transcribe.Result{}, fmt.Errorf("whisper: %w", err)
	}
	if len(pcm) == 0 {
		return transcribe.Result{Language: s.fixedLanguage()}, nil
	}
	params, err := s.params(len(pcm), o)
	if err != nil {
		return transcribe.Result{}, fmt.Errorf("whisper: %w", err)
	}
	heard, err := s.findLanguage(&params, s.padded(pcm), o)
	if err != nil {
		return transcribe.Result{}, fmt.Errorf("whisper: %w", err)
	}
	if err := s.run(ctx, &params, s.padded(pcm), o.Prompt); err != nil {
		return transcribe.Result{}, err
	}
	r := s.result(len(pcm), params)
	r.Heard = heard
	if s.model.info.Multilingual || o.Prompt != "" { // the library reads the wrong row of the decoder's output
		r.NoSpeech = 0
	}
	return r, nil
}

// run calls the library, which is aborted when ctx ends.
func (s *State) run(ctx context.Context, p *params, pcm []float32, prompt string) error {
	setFlag(s.abort, 0)
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() { setFlag(s.abort, 1); close(done) })
	code := full(s.model.ctx, s.c, &p.Params, pcm, cleanPrompt(prompt), false, s.abort)
	if !stop() {
		<-done // the flag must not be set during the next call
	}
	if err := ctx.Err(); err != nil && code != 0 {
		return fmt.Errorf("whisper: decoding %d ms: %w", len(pcm)*1000/models.SampleRate, err)
	}
	if code != 0 {
		return fmt.Errorf("whisper: decoding %d ms: code %d: %s", len(pcm)*1000/models.SampleRate, code, lastLog())
	}
	return nil
}

// params are the library's parameters, with the two that can't be read back from it.
type params struct {
	bindings.Params
	window, maxTokens int
}

func (s *State) params(n int, o transcribe.Options) (params, error) {
	w, err := o.AudioCtx, error(nil)
	if w == 0 || !s.model.any {
		w, err = windowFor(n, o.AudioCtx)
	}
	if err != nil {
		return params{}, err
	}
	if s.model.full { // safe: the states of this model use no other window
		w = wholeWindow
	}
	lang, err := s.language(o.Language)
	if err != nil {
		return params{}, err
	}
	p := params{Params: s.model.ctx.Whisper_full_default_params(bindings.SAMPLING_GREEDY), window: w, maxTokens: o.MaxTokens}
	if p.maxTokens <= 0 {
		p.maxTokens = tokenCap(n)
	}
	if err := p.SetLanguage(lang); err != nil {
		return params{}, err
	}
	p.SetThreads(1)
	p.SetAudioCtx(w)
	p.SetMaxTokensPerSegment(p.maxTokens)
	p.SetNoContext(true) // an invented line must not influence the next
	p.SetSingleSegment(false)
	p.SetTokenTimestamps(true)
	p.SetTemperature(0)
	p.SetTemperatureFallback(0)
	p.SetPrintProgress(false)
	p.SetPrintRealtime(false)
	p.SetPrintTimestamps(false)
	return p, nil
}

// language returns the library's number of a language; -1 makes a multilingual model detect it.
func (s *State) language(name string) (int, error) {
	if !s.model.info.Multilingual {
		return langID("en"), nil
	}
	if name == "" || name == "auto" {
		return -1, nil
	}
	id := langID(name)
	if id < 0 {
		return 0, models.WithHint(fmt.Errorf("unknown language %q", name), "use an ISO 639-1 code such as en, or auto")
	}
	return id, nil
}

func (s *State) fixedLanguage() string {
	if s.model.info.Multilingual {
		return ""
	}
	return "en"
}

func (s *State) result(n int, p params) transcribe.Result {
	ts, noSpeech := tokens(s.model.ctx, s.c)
	r := transcribe.Result{AudioCtx: p.window, NoSpeech: noSpeech, Capped: len(ts) >= p.maxTokens, Language: s.fixedLanguage()}
	if r.Language == "" {
		r.Language = stateLanguage(s.c)
	}
	var text strings.Builder
	for _, t := range ts {
		if t.isText {
			text.WriteString(t.text)
			r.LogProb += float64(t.plog)
			r.Tokens++
		}
	}
	if r.Tokens > 0 {
		r.LogProb /= float64(r.Tokens)
	}
	r.Text = strings.TrimSpace(strings.ToValidUTF8(text.String(), "\uFFFD"))
	r.Words = mergeWords(ts, int64(n)*1000/models.SampleRate)
	return r
}

// padded pads audio that is too short for the library with silence.
func (s *State) padded(pcm []float32) []float32 {
	if len(pcm) >= minSamples {
		return pcm
	}
	if s.pad == nil {
		s.pad = make([]float32, minSamples)
	}
	clear(s.pad[copy(s.pad, pcm):])
	return s.pad
}

// cleanPrompt breaks up the names of special tokens, which the library's tokenizer would turn into the tokens: prompts
// contain names that people chose.
func cleanPrompt(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "[_", "["), "\x00", "")
}

// Close waits for a running decode (cancel its ctx to hurry it) and frees the slot. Closing twice does nothing.
func (s *State) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.c == nil {
		return nil
	}
	freeState(s.c)
	freeFlag(s.abort)
	s.c, s.abort = nil, nil
	s.model.stateClosed()
	return nil
}
