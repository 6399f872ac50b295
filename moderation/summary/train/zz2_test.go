package main

import (
	"earshot/moderation/summary"
	"earshot/moderation/summary/evaluate"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestShow(t *testing.T) {
	ms, _ := evaluate.Read("/work/shared/meetings/train.jsonl.gz")
	var ws []summary.Weights
	d, _ := os.ReadFile("/tmp/summary/folds.json")
	json.Unmarshal(d, &ws)
	want := strings.Fields(os.Getenv("SHOW"))
	for i, m := range ms {
		ok := false
		for _, w := range want {
			ok = ok || w == m.ID
		}
		if !ok {
			continue
		}
		s := summary.MakeWith(m.Input(), ws[i%folds])
		fmt.Println("=====", m.ID, "\nREF:", m.Summary)
		for _, t := range m.Topics {
			fmt.Println("  TOPIC", t.Title, t.Spans)
		}
		fmt.Println("HEAD:", s.Headline)
		for _, c := range s.Chapters {
			fmt.Println("  CH", c.StartMS/1000, c.Title, c.Cites[0].Seq)
		}
		for k, l := range [][]struct{}{} {
			_ = k
			_ = l
		}
		for _, h := range s.Highlights {
			fmt.Println("  H", h.SpeakerID, h.Cites[0].Seq, h.Text)
		}
		for _, h := range s.Decisions {
			fmt.Println("  D", h.SpeakerID, h.Cites[0].Seq, h.Text)
		}
		for _, h := range s.Actions {
			fmt.Println("  A", h.SpeakerID, h.Cites[0].Seq, h.Text)
		}
		for _, h := range s.Questions {
			fmt.Println("  Q", h.SpeakerID, h.Cites[0].Seq, h.Text)
		}
	}
}
