package textmodel

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"earshot/moderation/gru"
)

// Bounds on what a file may ask for. They are far above what any model of ours needs and keep a bad file from costing memory.
const (
	maxFile   = 64 << 20 // bytes
	maxHeader = 64 << 10 // bytes
	maxLabels = 8
	maxSide   = 256     // units of a layer, tokens of a window
	maxRows   = 1 << 20 // of a table
	maxBits   = 22      // of a hash
	maxGrams  = 8       // letters of a part of a word
)

// Labels are what lines may mean, for every model.
var Labels = [5]string{"hate", "insult", "threat", "sexual", "scam"}

// header is the JSON at the beginning of a file.
type header struct {
	Name        string    `json:"name"`
	Version     int       `json:"version,omitempty"`
	Labels      []string  `json:"labels"`
	Languages   []string  `json:"languages"`
	Window      int       `json:"window"`    // tokens that are looked at together
	Stride      int       `json:"stride"`    // tokens from one window to the next
	MaxToken    int       `json:"max_token"` // letters
	Linear      linear    `json:"linear"`
	Recurrent   recurrent `json:"rnn"`
	GroupsBytes int       `json:"groups_bytes"`
	VocabBytes  int       `json:"vocab_bytes"`
	Origin      *Origin   `json:"origin,omitempty"` // of a model that a community trained; nil: shipped
	Mix         struct {
		Linear    []float64 `json:"linear"`
		Recurrent []float64 `json:"rnn"`
	} `json:"mix"` // how much either part counts, for each label
	Calibration struct {
		A []float64 `json:"a"`
		B []float64 `json:"b"`
	} `json:"calibration"` // the slope and offset of the logistic curve of each label
	Alarms *Alarms `json:"false_alarms,omitempty"` // nil: not measured
}

// linear describes the linear part.
type linear struct {
	Bits    int       `json:"bits"`  // of the hash: there are 2^bits rows of weights
	Scale   []float64 `json:"scale"` // of the weights, for each label
	Bias    []float64 `json:"bias"`
	CharMin int       `json:"char_min"` // letters of parts of words
	CharMax int       `json:"char_max"`
	WordMax int       `json:"word_max"` // neighbours
	SkipMax int       `json:"skip_max"` // how far apart two words may be
}

// recurrent describes the recurrent part.
type recurrent struct {
	Dim        int      `json:"dim"`    // of a word vector
	Hidden     int      `json:"hidden"` // units in each direction
	Vocab      int      `json:"vocab"`  // words
	Buckets    int      `json:"char_buckets"`
	CharMin    int      `json:"char_min"`
	CharMax    int      `json:"char_max"`
	MaxTokens  int      `json:"max_tokens"`
	Categories []string `json:"categories"` // of groups
}

// readHeader reads and checks a header.
func readHeader(data []byte) (header, error) {
	var h header
	if err := json.Unmarshal(data, &h); err != nil {
		return h, fmt.Errorf("its header is no JSON: %w", err)
	}
	return h, h.check()
}

func (h *header) check() error {
	n := len(h.Labels)
	for _, v := range []struct {
		name            string
		got, least, max int
	}{
		{"labels", n, 1, maxLabels},
		{"languages", len(h.Languages), 1, maxSide},
		{"window", h.Window, 1, maxSide},
		{"stride", h.Stride, 1, h.Window},
		{"max_token", h.MaxToken, 1, maxSide},
		{"linear.bits", h.Linear.Bits, 1, maxBits},
		{"linear.scale", len(h.Linear.Scale), n, n},
		{"linear.bias", len(h.Linear.Bias), n, n},
		{"linear.char_min", h.Linear.CharMin, 1, maxGrams},
		{"linear.char_max", h.Linear.CharMax, h.Linear.CharMin, maxGrams},
		{"linear.word_max", h.Linear.WordMax, 1, maxGrams},
		{"linear.skip_max", h.Linear.SkipMax, 0, maxGrams},
		{"rnn.dim", h.Recurrent.Dim, 1, maxSide},
		{"rnn.hidden", h.Recurrent.Hidden, 1, maxSide},
		{"rnn.vocab", h.Recurrent.Vocab, 1, maxRows},
		{"rnn.char_buckets", h.Recurrent.Buckets, 1, maxRows},
		{"rnn.char_min", h.Recurrent.CharMin, 1, maxGrams},
		{"rnn.char_max", h.Recurrent.CharMax, h.Recurrent.CharMin, maxGrams},
		{"rnn.max_tokens", h.Recurrent.MaxTokens, 1, maxSide},
		{"rnn.categories", len(h.Recurrent.Categories), 1, maxSide},
		{"mix.linear", len(h.Mix.Linear), n, n},
		{"mix.rnn", len(h.Mix.Recurrent), n, n},
		{"calibration.a", len(h.Calibration.A), n, n},
		{"calibration.b", len(h.Calibration.B), n, n},
		{"groups_bytes", h.GroupsBytes, 0, maxFile},
		{"vocab_bytes", h.VocabBytes, 0, maxFile},
	} {
		if v.got < v.least || v.got > v.max {
			return fmt.Errorf("its header gives %d for %s, which is to be from %d to %d", v.got, v.name, v.least, v.max)
		}
	}
	for i, l := range h.Labels {
		if !slices.Contains(Labels[:], l) || slices.Contains(h.Labels[:i], l) {
			return fmt.Errorf("its header has the label %q, which is to be one of %s, each once", l, strings.Join(Labels[:], ", "))
		}
	}
	if b := h.Recurrent.Buckets; b&(b-1) != 0 {
		return fmt.Errorf("its header gives %d for rnn.char_buckets, which is to be a power of two", b)
	}
	return h.Alarms.check(n)
}

// size is how many bytes follow the header.
func (h *header) size() int {
	r := h.Recurrent
	floats := r.Vocab + r.Buckets + len(r.Categories)*r.Dim + h.shape().Size()
	return h.GroupsBytes + h.VocabBytes + (r.Vocab+r.Buckets)*r.Dim + 4*floats + len(h.Labels)<<h.Linear.Bits
}

// Origin says how a model came about, where it was trained from a community's lines.
type Origin struct {
	From   string         `json:"from,omitempty"` // SHA-256 of the model that it extends; "": none
	Name   string         `json:"from_name,omitempty"`
	Lines  int            `json:"lines"`  // that it was trained on
	Labels map[string]int `json:"labels"` // lines of each label among them
	Sum    string         `json:"sum"`    // SHA-256 of the lines
	Seed   uint64         `json:"seed"`
}

// shape is that of the recurrent part.
func (h *header) shape() gru.Shape {
	return gru.Shape{Dim: h.Recurrent.Dim, Hidden: h.Recurrent.Hidden, Outputs: len(h.Labels)}
}
