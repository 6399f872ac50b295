// Package remotetest answers OpenAI's /audio/transcriptions with a decoder of ours, for tests.
package remotetest

import (
	"encoding/binary"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"

	"earshot/transcribe"
)

// Handler answers as whisper.cpp's server does. It wants the bearer token Key.
type Handler struct {
	// Decoder decodes one request at a time.
	Decoder transcribe.Decoder
	Key     string

	mu    sync.Mutex
	asked []map[string]string
}

// Asked returns the fields of each request so far, several values of one name with commas between them.
func (h *Handler) Asked() []map[string]string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]map[string]string(nil), h.asked...)
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost || r.URL.Path != "/v1/audio/transcriptions" {
		http.NotFound(w, r)
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+h.Key {
		http.Error(w, "no", http.StatusUnauthorized)
		return
	}
	pcm, err := Sound(r)
	if err != nil {
		http.Error(w, "no sound", http.StatusBadRequest)
		return
	}
	fields := map[string]string{}
	for k, v := range r.MultipartForm.Value {
		fields[k] = strings.Join(v, ",")
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.asked = append(h.asked, fields)
	got, err := h.Decoder.Decode(r.Context(), transcribe.Sound{PCM: pcm}, transcribe.Options{Language: fields["language"]})
	if err != nil {
		http.Error(w, "not decoded", http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(w).Encode(verbose(got)) // whoever asked is gone
}

// Sound returns the samples of a request's file, 16-bit mono PCM behind a header of 44 bytes.
func Sound(r *http.Request) ([]float32, error) {
	const header, limit = 44, 1 << 21
	if err := r.ParseMultipartForm(limit); err != nil {
		return nil, err
	}
	f, _, err := r.FormFile("file")
	if err != nil {
		return nil, err
	}
	file, err := io.ReadAll(f)
	if err != nil || len(file) < header {
		return nil, io.ErrUnexpectedEOF
	}
	pcm := make([]float32, (len(file)-header)/2)
	for i := range pcm {
		pcm[i] = float32(int16(binary.LittleEndian.Uint16(file[header+2*i:]))) / 32767 //nolint:gosec // a sample has a sign
	}
	return pcm, nil
}

// verbose is a result in verbose_json.
func verbose(r transcribe.Result) map[string]any {
	words := make([]map[string]any, 0, len(r.Words))
	second := func(ms int64) float64 { return float64(ms) / 1000 }
	for _, w := range r.Words {
		words = append(words, map[string]any{"word": " " + w.Text, "start": second(w.StartMS), "end": second(w.EndMS), "probability": w.P})
	}
	return map[string]any{
		"task": "transcribe", "language": "english", "text": " " + r.Text,
		"segments": []map[string]any{{
			"id": 0, "text": r.Text, "tokens": make([]int, r.Tokens), "avg_logprob": r.LogProb, "no_speech_prob": r.NoSpeech, "words": words,
		}},
	}
}
