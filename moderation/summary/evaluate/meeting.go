// Package evaluate measures summaries and chapters against those that people made of the same meetings: ROUGE of the
// highlights (C.-Y. Lin, ACL 2004), Pk (D. Beeferman, A. Berger, J. Lafferty, Machine Learning 34, 1999) and WindowDiff
// (L. Pevzner, M. A. Hearst, Computational Linguistics 28(1), 2002) of the chapters.
package evaluate

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/summary"
)

// Meeting is one transcribed meeting with what a person wrote about it.
type Meeting struct {
	ID      string      `json:"id"`
	Turns   [][2]string `json:"turns"` // speaker and text
	Summary string      `json:"summary"`
	Topics  []Topic     `json:"topics"`
}

// Topic is what a person took for one subject: the first and last turn of each stretch about it.
type Topic struct {
	Title string   `json:"title"`
	Spans [][2]int `json:"spans"`
}

// Starts are the turns that begin a stretch, in no order.
func (m Meeting) Starts() []int {
	var out []int
	for _, t := range m.Topics {
		for _, s := range t.Spans {
			out = append(out, s[0])
		}
	}
	return out
}

// Times are not known of these meetings. These are usual ones.
const (
	wordMS = 350
	turnMS = 400
)

// Input is the meeting as a session. The seq of a line is its turn.
func (m Meeting) Input() summary.Input {
	in := summary.Input{Session: models.Session{ID: m.ID, Started: time.Unix(0, 0), Ended: time.Unix(0, 0)}}
	seen := map[string]bool{}
	var now int64
	for i, t := range m.Turns {
		long := int64(wordMS * len(strings.Fields(t[1])))
		in.Utterances = append(in.Utterances, models.Utterance{
			Key: models.Key{Session: m.ID, Epoch: 1, Track: t[0], Seq: i}, SpeakerID: t[0], SpeakerName: t[0], State: models.UtteranceOK,
			Language: "en", StartMS: now, EndMS: now + long, VoicedMS: long, Text: t[1],
		})
		if !seen[t[0]] {
			seen[t[0]] = true
			in.Speakers = append(in.Speakers, models.Speaker{Session: m.ID, ID: t[0], Name: t[0], FirstMS: now})
		}
		now += long + turnMS
	}
	in.Session.Ended = in.Session.Started.Add(time.Duration(now) * time.Millisecond)
	return in
}

// Read reads meetings, a JSON object a line. A name that ends with .gz is compressed.
func Read(name string) (out []Meeting, err error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("meetings: %w", err)
	}
	defer f.Close()
	var r io.Reader = bufio.NewReader(f)
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(r); err != nil {
			return nil, fmt.Errorf("meetings: %s: %w", name, err)
		}
	}
	for d := json.NewDecoder(r); ; {
		var m Meeting
		switch err := d.Decode(&m); {
		case err == io.EOF:
			return out, nil
		case err != nil:
			return nil, fmt.Errorf("meetings: %s: meeting %d: %w", name, len(out)+1, err)
		}
		out = append(out, m)
	}
}
