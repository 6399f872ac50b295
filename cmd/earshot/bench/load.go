package bench

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"earshot/cmd/earshot/playback"
	"earshot/models"
	"earshot/transcribe/fixture"
)

// talkShare is the share of the time in which each speaker talks.
const talkShare = 0.3

// Step is the result for a number of speakers.
type Step struct {
	Speakers   int   `json:"speakers"`
	Lines      int   `json:"lines"`
	FinalP50MS int64 `json:"final_p50_ms"` // end of speech -> stored line
	FinalP95MS int64 `json:"final_p95_ms"`
	FinalsLost int   `json:"finals_lost"`
	RSSMB      int64 `json:"rss_mb"`
	// WER is the word error rate; it means nothing for a model without weights.
	WER float64 `json:"wer"`
}

func (s Step) within(gate time.Duration) bool {
	return s.FinalsLost == 0 && s.FinalP95MS <= gate.Milliseconds()
}

// runStep has n speakers talk, and examines what was stored.
func runStep(ctx context.Context, p Player, spoken []playback.Line, n int, length time.Duration) (Step, error) {
	speeches, err := speechesOf(spoken, n, length)
	if err != nil {
		return Step{}, err
	}
	lines, memory, err := p.Play(ctx, speeches)
	if err != nil {
		return Step{}, err
	}
	found := Judge(speeches, lines)
	found.RSSMB = memory
	return found, nil
}

var errNoLines = errors.New("the recording is too short for one line: measure longer")

// speechesOf gives every speaker something to say: lines in a different order, with pauses that produce the share of talk, each starting at
// a different moment.
func speechesOf(spoken []playback.Line, n int, length time.Duration) ([]playback.Speech, error) {
	speeches := make([]playback.Speech, n)
	for i := range speeches {
		p := playback.Speech{Name: "Speaker " + strconv.Itoa(i+1)}
		first := true
		pause := func(line time.Duration) time.Duration {
			whole := time.Duration(float64(line) * (1 - talkShare) / talkShare)
			if first { // starts are spread over the first pause
				first = false
				return 500*time.Millisecond + whole*time.Duration(i*7%max(n, 1))/time.Duration(max(n, 1))
			}
			return whole
		}
		var total time.Duration
		for j := 0; ; j++ {
			line := spoken[(i*5+j*7)%len(spoken)]
			d := time.Duration(len(line.PCM)) * time.Second / 48000
			if total += time.Duration(float64(d) / talkShare); total > length && j > 0 {
				break
			}
			p.Lines = append(p.Lines, line)
		}
		var err error
		if p.Recording, err = playback.Record(p.Lines, pause); err != nil {
			return nil, err
		}
		if len(p.Recording.Frames) == 0 {
			return nil, errNoLines
		}
		speeches[i] = p
	}
	return speeches, nil
}

// Judge compares what was stored with what was said.
func Judge(speeches []playback.Speech, lines []models.Utterance) Step {
	found := Step{Speakers: len(speeches)}
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
	for _, p := range speeches {
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

// Quantile returns the smallest value that at least the share q of all values doesn't exceed; 0 if there are none.
func Quantile(values []int64, q float64) int64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
}
