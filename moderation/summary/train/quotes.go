package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"earshot/moderation/summary"
	"earshot/moderation/summary/evaluate"
	"earshot/moderation/summary/readable"
	"earshot/moderation/summary/readable/train"
)

const (
	quoteFolds  = 5
	quoteSeed   = 1
	leastPooled = 6   // words and marks of a sentence that is spoilt
	oddity      = 0.1 // how poor a sentence with a small oddity is
)

// reading is a sentence that was judged by reading it.
type reading struct {
	meeting string
	poor    bool
	got     float64 // how poor a network that was not trained on the meeting says it is
	train.Sentence
}

// quotes trains the model that reads quotes, or reports how well such models read what they were not trained on.
func quotes(folder, write string) error {
	meetings, err := evaluate.Read(filepath.Join(folder, "train.jsonl.gz"))
	if err != nil {
		return err
	}
	judged, pool, err := readings(meetings)
	if err != nil {
		return err
	}
	spoilt := train.Spoilt(pool, train.Options{Seed: quoteSeed, Progress: told("spoilt sentences")})
	if write == "" {
		return readHeldOut(spoilt, judged)
	}
	var all []train.Sentence
	for _, r := range judged {
		all = append(all, r.Sentence)
	}
	network := spoilt.Judged(all, train.Options{Seed: quoteSeed, Progress: told("judged sentences")})
	data, err := json.Marshal(network.File(fmt.Sprintf("trained by moderation/summary/train on %d sentences of QMSum's training part "+
		"(Zhong et al., NAACL 2021), judged for Earshot, and %d that were spoilt for it", len(all), len(pool))))
	if err != nil {
		return err
	}
	return os.WriteFile(write, append(data, '\n'), 0o644)
}

func told(what string) func(done, all int) {
	return func(done, all int) { fmt.Fprintf(os.Stderr, "%s: %d of %d rounds\n", what, done, all) }
}

// readings are the sentences that were judged, and all that may become highlights.
func readings(meetings []evaluate.Meeting) (judged []reading, pool [][]readable.Word, err error) {
	all, err := evaluate.ReadReadings()
	if err != nil {
		return nil, nil, err
	}
	for _, m := range meetings {
		found, once := summary.QuotesOf(m.Input())
		for _, q := range found {
			words := readable.Split(q.Text, once)
			if !q.Other && len(words) >= leastPooled {
				pool = append(pool, words)
			}
			if letters := all.Of(m.ID, q.Seq, q.Text); letters != "" {
				r := reading{meeting: m.ID, Sentence: train.Sentence{Words: words, Defects: defects(letters)}}
				r.poor = evaluate.ReadsPoor(letters)
				judged = append(judged, r)
			}
		}
	}
	return judged, pool, nil
}

// defects are how likely a sentence has each, as the letters of its readings say.
func defects(letters string) (out [readable.Defects]float64) {
	share := 1 / float64(len(letters))
	for _, l := range letters {
		switch k := strings.IndexRune(evaluate.Defects, l); {
		case k >= 0:
			out[k] += share
			out[readable.Poor] += share
		case l == 'S':
			out[readable.Poor] += oddity * share
		}
	}
	return out
}

// readHeldOut reports how networks read the sentences of meetings that they were not trained on.
func readHeldOut(spoilt *train.Network, judged []reading) error {
	var meetings []string
	for _, r := range judged {
		if len(meetings) == 0 || meetings[len(meetings)-1] != r.meeting {
			meetings = append(meetings, r.meeting)
		}
	}
	for f := range quoteFolds {
		in := func(r *reading) bool { return slices.Index(meetings, r.meeting)%quoteFolds == f }
		var rest []train.Sentence
		for i := range judged {
			if !in(&judged[i]) {
				rest = append(rest, judged[i].Sentence)
			}
		}
		m, err := readable.New(spoilt.Judged(rest, train.Options{Seed: quoteSeed}).File(""))
		if err != nil {
			return err
		}
		reader := readable.NewReader(m, nil)
		for i := range judged {
			if r := &judged[i]; in(r) {
				r.got = reader.Words(r.Words)[readable.Poor]
			}
		}
	}
	reportReadings(judged)
	return nil
}

// reportReadings reports how often of a poor sentence and another the poor one is told, and how many of those are poor that read best.
func reportReadings(judged []reading) {
	slices.SortStableFunc(judged, func(a, b reading) int { return cmp.Compare(a.got, b.got) })
	ahead, poor := 0, 0
	for _, r := range judged {
		if r.poor {
			poor++
		} else {
			ahead += poor
		}
	}
	fmt.Printf("%d sentences judged, %d poor; a poor one is read as poorer than another in %.1f %% of pairs\n",
		len(judged), poor, 100-100*float64(ahead)/float64(poor*(len(judged)-poor)))
	for _, share := range []float64{0.1, 0.25, 0.5, 1} {
		best := judged[:int(share*float64(len(judged)))]
		poor = 0
		for _, r := range best {
			if r.poor {
				poor++
			}
		}
		fmt.Printf("of the best %3.0f %%, %4.1f %% are poor\n", 100*share, 100*float64(poor)/float64(len(best)))
	}
}
