package textmodel

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"earshot/moderation/gru"
)

// magic begins every file; the last two digits are the version of the format.
const magic = "ESHTXT02"

// Model scores lines. Its weights never change.
type Model struct {
	header
	sum    string // SHA-256 of the file, hexadecimal
	groups map[string]*group
	vocab  map[string]int

	weights []byte // of the linear part: int8, a row of labels for each hash

	words, grams           []byte    // int8 rows of word vectors and of the vectors of parts of words
	wordScales, gramScales []float32 // of their rows
	categories             []float32 // rows
	input, state           [2]gru.Matrix
	bias                   [2][]float32
	output, outputBias     []float32

	lexicon lexicon
}

// Read reads a model file: magic, length of the header (4 bytes), header, tables (docs/text-model.md), SHA-256 of all before it.
// The model keeps data, which must not change any more. The error says what is wrong with the file, not which it is.
func Read(data []byte) (*Model, error) {
	body, err := checked(data)
	if err != nil {
		return nil, err
	}
	n := int(binary.LittleEndian.Uint32(body[len(magic):]))
	body = body[len(magic)+4:]
	if n > min(maxHeader, len(body)) {
		return nil, fmt.Errorf("its header would be %d bytes long", n)
	}
	m := &Model{sum: fmt.Sprintf("%x", data[len(data)-sha256.Size:])}
	if m.header, err = readHeader(body[:n]); err != nil {
		return nil, err
	}
	body = body[n:]
	if want := m.size(); want != len(body) {
		return nil, fmt.Errorf("its tables are %d bytes long instead of %d", len(body), want)
	}
	return m, m.tables(cutter{body})
}

// checked is a file without its checksum.
func checked(data []byte) ([]byte, error) {
	switch {
	case len(data) > maxFile:
		return nil, fmt.Errorf("it is larger than %d MiB", maxFile>>20)
	case !bytes.HasPrefix(data, []byte(magic[:6])):
		return nil, errors.New("it is no text model")
	case !bytes.HasPrefix(data, []byte(magic)):
		return nil, fmt.Errorf("it has another version of the format than %s", magic)
	case len(data) < len(magic)+4+sha256.Size:
		return nil, errors.New("it is cut short")
	}
	body, sum := data[:len(data)-sha256.Size], data[len(data)-sha256.Size:]
	if got := sha256.Sum256(body); !bytes.Equal(got[:], sum) {
		return nil, errors.New("its checksum is wrong: it is damaged or cut short")
	}
	return body, nil
}

// tables reads what follows the header, whose length is right.
func (m *Model) tables(c cutter) error {
	var err error
	if m.groups, err = readGroups(string(c.bytes(m.GroupsBytes)), m.Recurrent.Categories); err != nil {
		return err
	}
	if m.vocab, err = readVocabulary(string(c.bytes(m.VocabBytes)), m.Recurrent.Vocab); err != nil {
		return err
	}
	r, n := m.Recurrent, len(m.Labels)
	gates := 3 * r.Hidden
	m.words, m.wordScales = c.bytes(r.Vocab*r.Dim), c.floats(r.Vocab)
	m.grams, m.gramScales = c.bytes(r.Buckets*r.Dim), c.floats(r.Buckets)
	m.categories = c.floats(len(r.Categories) * r.Dim)
	for i := range 2 {
		m.input[i] = gru.NewMatrix(c.floats(r.Dim*gates), r.Dim)
	}
	for i := range 2 {
		m.state[i] = gru.NewMatrix(c.floats(r.Hidden*gates), r.Hidden)
	}
	for i := range 2 {
		m.bias[i] = c.floats(gates)
	}
	m.output, m.outputBias = c.floats(4*r.Hidden*n), c.floats(n)
	m.weights = c.bytes(n << m.Linear.Bits)
	m.lexicon.known = make([]atomic.Pointer[lexeme], r.Vocab+len(marks)*len(r.Categories))
	return m.finite()
}

// finite refuses values that no training gives.
func (m *Model) finite() error {
	tables := [][]float32{m.wordScales, m.gramScales, m.categories, m.bias[0], m.bias[1], m.output, m.outputBias}
	for _, c := range []gru.Matrix{m.input[0], m.input[1], m.state[0], m.state[1]} {
		c.Each(func(weights []float32) { tables = append(tables, weights) })
	}
	for _, fs := range tables {
		if slices.ContainsFunc(fs, func(f float32) bool { return f != f || f < -1e6 || f > 1e6 }) {
			return errors.New("its tables hold a value that is no number or far too large")
		}
	}
	return nil
}

// readVocabulary numbers the words of a list, one in a line.
func readVocabulary(text string, rows int) (map[string]int, error) {
	out := make(map[string]int, rows)
	n := 0
	for line := range strings.Lines(text) {
		out[strings.TrimSuffix(line, "\n")] = n
		n++
	}
	if n != rows {
		return nil, fmt.Errorf("its vocabulary has %d words instead of %d", n, rows)
	}
	return out, nil
}

// cutter cuts tables off the front of a file that is long enough.
type cutter struct{ rest []byte }

func (c *cutter) bytes(n int) []byte {
	out := c.rest[:n:n]
	c.rest = c.rest[n:]
	return out
}

func (c *cutter) floats(n int) []float32 {
	return gru.Floats(c.bytes(4 * n))
}
