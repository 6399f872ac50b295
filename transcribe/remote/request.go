package remote

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"earshot/models"
	"earshot/transcribe"
)

// maxAnswer bounds an answer in bytes; thirty seconds of fast speech with word times take 30 kB.
const maxAnswer = 1 << 20

// ask sends sound, at most maxSamples with a leadIn, and returns what the server made of it. Errors are failures, or ctx's.
func (s *Server) ask(ctx context.Context, pcm []float32, o transcribe.Options) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, limit(len(pcm)))
	defer cancel()
	began := time.Now()
	body, err := s.post(ctx, pcm, o)
	var a answer
	if err == nil {
		if json.Unmarshal(body, &a) != nil || a.Text == nil { // its message would quote the answer
			err = failure{err: errors.New("the server's answer is no transcription in verbose_json"), begun: true}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.counts.asked++
	if err == nil {
		s.counts.latency = time.Since(began)
	}
	return a, err
}

// post sends the request and reads the answer.
func (s *Server) post(ctx context.Context, pcm []float32, o transcribe.Options) ([]byte, error) {
	form, kind, err := s.form(pcm, o)
	if err != nil {
		return nil, fmt.Errorf("decoder: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.at.URL+"/audio/transcriptions", bytes.NewReader(form))
	if err != nil {
		return nil, errors.New("decoder: no request can be made of decoder.url")
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Accept", "application/json")
	if s.cfg.Key != "" {
		req.Header.Set("Authorization", "Bearer "+s.cfg.Key)
	}
	res, err := s.http.Do(req)
	if err != nil {
		return nil, unreached(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, refused(res)
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, unreached(err)
	case len(body) > maxAnswer:
		return nil, failure{err: fmt.Errorf("the server's answer is longer than %d KiB", maxAnswer>>10), begun: true}
	}
	return body, nil
}

// form returns the request's body and its media type.
func (s *Server) form(pcm []float32, o transcribe.Options) (body []byte, kind string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	fields := [][2]string{
		{"model", s.cfg.Model},
		{"response_format", "verbose_json"},
		{"timestamp_granularities[]", "word"},
		{"timestamp_granularities[]", "segment"}, // they carry avg_logprob and no_speech_prob
		{"temperature", "0"},
	}
	if !auto(o) {
		fields = append(fields, [2]string{"language", o.Language})
	}
	if o.Prompt != "" {
		fields = append(fields, [2]string{"prompt", o.Prompt})
	}
	for _, f := range fields {
		if err := w.WriteField(f[0], f[1]); err != nil {
			return nil, "", err
		}
	}
	part, err := w.CreateFormFile("file", "clip.wav")
	if err != nil {
		return nil, "", err
	}
	if _, err := part.Write(wav(pcm)); err != nil {
		return nil, "", err
	}
	if err := w.Close(); err != nil {
		return nil, "", err
	}
	return b.Bytes(), w.FormDataContentType(), nil
}

// wav returns samples as a RIFF WAVE file of 16-bit mono PCM at models.SampleRate.
func wav(pcm []float32) []byte {
	const header, bytesPerSample = 44, 2
	size := bytesPerSample * len(pcm)
	b := make([]byte, 0, header+size)
	u32 := func(v int) { b = binary.LittleEndian.AppendUint32(b, uint32(v)) } //nolint:gosec // a clip is below 1 MB
	u16 := func(v int) { b = binary.LittleEndian.AppendUint16(b, uint16(v)) } //nolint:gosec // constants, and samples in range
	b = append(b, "RIFF"...)
	u32(header - 8 + size)
	b = append(b, "WAVEfmt "...)
	u32(16)
	u16(1) // PCM
	u16(1) // one channel
	u32(models.SampleRate)
	u32(models.SampleRate * bytesPerSample)
	u16(bytesPerSample)
	u16(8 * bytesPerSample)
	b = append(b, "data"...)
	u32(size)
	for _, s := range pcm {
		u16(int(32767 * max(-1, min(1, s))))
	}
	return b
}

// failure is an exchange without a usable answer. It contains nothing that was sent or answered.
type failure struct {
	err error
	// begun reports that the server may have begun to transcribe, so that the clip may be at fault.
	begun bool
	// config reports that the server refuses what the configuration says: the key, the path, the model.
	config bool
	// after is when the server wants to be asked again; 0 if it does not say.
	after time.Duration
}

// Error implements error.
func (f failure) Error() string { return "decoder: " + f.err.Error() }

// Unwrap returns the reason.
func (f failure) Unwrap() error { return f.err }

func isRefusal(err error) bool {
	var f failure
	return errors.As(err, &f) && f.config
}

func retryAfter(err error) time.Duration {
	var f failure
	errors.As(err, &f)
	return f.after
}

// unreached is the failure of an exchange that the network ended.
func unreached(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	var dial *net.OpError
	begun := !errors.As(err, &dial) || dial.Op != "dial"
	if errors.Is(err, context.DeadlineExceeded) {
		err = errors.New("the server did not answer in time")
	}
	return failure{err: err, begun: begun}
}

// refused is the failure of an exchange that the server answered with a status.
func refused(res *http.Response) error {
	f := failure{err: fmt.Errorf("the server answered %d", res.StatusCode)}
	switch code := res.StatusCode; {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		f.config, f.err = true, models.WithHint(f.err, "check decoder.key_file: the server wants another key")
	case code == http.StatusNotFound, code == http.StatusMethodNotAllowed, code/100 == 3:
		f.config, f.err = true, models.WithHint(f.err, "check decoder.url, which ends before /audio/transcriptions, and decoder.model")
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable:
		if n, err := strconv.Atoi(res.Header.Get("Retry-After")); err == nil && n > 0 {
			f.after = min(time.Duration(n)*time.Second, longestWait)
		}
	case code/100 == 4:
		f.begun, f.config, f.err = true, true, models.WithHint(f.err,
			"look at decoder.model, and whether the server knows verbose_json with word times")
	default:
		f.begun = true
	}
	return f
}

// limit is how long one exchange over so many samples may take.
func limit(samples int) time.Duration {
	return 5*time.Second + transcribe.TimeLimit(time.Duration(samples)*time.Second/models.SampleRate)
}

func milliseconds(samples int) int64 { return int64(samples) * 1000 / models.SampleRate }
