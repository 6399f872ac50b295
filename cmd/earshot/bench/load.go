package bench

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"earshot/cmd/earshot/stage"
	"earshot/models"
	"earshot/transcribe/fixture"
)

// talkShare is how much of the time each speaker talks.
const talkShare = 0.3

// Step is what was found with a number of speakers.
type Step struct {
	Speakers   int   `json:"speakers"`
	Lines      int   `json:"lines"`
	FinalP50MS int64 `json:"final_p50_ms"` // end of speech -> stored line
	FinalP95MS int64 `json:"final_p95_ms"`
	FinalsLost int   `json:"finals_lost"`
	RSSMB      int64 `json:"rss_mb"`
	// WER is the share of wrong words; it means nothing for a model without weights.
	WER float64 `json:"wer"`
}

func (s Step) within(gate time.Duration) bool {
	return s.FinalsLost == 0 && s.FinalP95MS <= gate.Milliseconds()
}

// runStep lets n speakers talk, and looks at what was stored.
func runStep(ctx context.Context, p Performer, tape []stage.Line, n int, length time.Duration) (Step, error) {
	parts, err := castParts(tape, n, length)
	if err != nil {
		return Step{}, err
	}
	lines, memory, err := p.Perform(ctx, parts)
	if err != nil {
		return Step{}, err
	}
	found := Judge(parts, lines)
	found.RSSMB = memory
	return found, nil
}

var errNoLines = errors.New("the tape is too short for one line: measure longer")

// castParts gives every speaker a part: lines in an order of their own, with pauses that make the share of talk, each
// beginning at another moment.
func castParts(tape []stage.Line, n int, length time.Duration) ([]stage.Part, error) {
	parts := make([]stage.Part, n)
	for i := range parts {
		p := stage.Part{Name: "Speaker " + strconv.Itoa(i+1)}
		first := true
		pause := func(line time.Duration) time.Duration {
			whole := time.Duration(float64(line) * (1 - talkShare) / talkShare)
			if first { // the beginnings are spread over the first pause
				first = false
				return 500*time.Millisecond + whole*time.Duration(i*7%max(n, 1))/time.Duration(max(n, 1))
			}
			return whole
		}
		var total time.Duration
		for j := 0; ; j++ {
			line := tape[(i*5+j*7)%len(tape)]
			d := time.Duration(len(line.PCM)) * time.Second / 48000
			if total += time.Duration(float64(d) / talkShare); total > length && j > 0 {
				break
			}
			p.Lines = append(p.Lines, line)
		}
		var err error
		if p.Tape, err = stage.Record(p.Lines, pause); err != nil {
			return nil, err
		}
		if len(p.Tape.Frames) == 0 {
			return nil, errNoLines
		}
		parts[i] = p
	}
	return parts, nil
}

// Judge compares what was stored with what was said.
func Judge(parts []stage.Part, lines []models.Utterance) Step {
	found := Step{Speakers: len(parts)}
	var late []int64
	said, got := map[string]string{}, map[string]int{}
	for _, u := range lines {
		if u.State == models.UtteranceOK {
			late = append(late, u.LateMS)
			got[u.SpeakerName]++
			said[u.SpeakerName] += u.Text + " "
		}
	}
	wrong, words := 0, 0
	for _, p := range parts {
		found.Lines += len(p.Lines)
		found.FinalsLost += max(0, len(p.Lines)-got[p.Name])
		var ref []string
		for _, l := range p.Lines {
			ref = append(ref, l.Text)
		}
		e, n := fixture.WER(strings.Join(ref, " "), said[p.Name])
		wrong, words = wrong+e, words+n
	}
	found.WER = float64(wrong) / float64(max(1, words))
	found.FinalP50MS, found.FinalP95MS = Quantile(late, 0.5), Quantile(late, 0.95)
	return found
}

// Quantile is the smallest value that the share q of all values doesn't exceed; 0 of none.
func Quantile(values []int64, q float64) int64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}
