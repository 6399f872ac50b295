//go:build !race

package train

import (
	"bytes"
	"context"
	"slices"
	"testing"

	"earshot/moderation/match/textmodel"
)

func TestAModelLearnsWhatACommunitySays(t *testing.T) {
	lines := club(60, 400)
	train := func(seed uint64) *Trained {
		t.Helper()
		done, err := Run(context.Background(), lines, Options{From: textmodel.ShippedFile(), Name: "club", Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		return done
	}
	first := train(1)
	if again := train(1); !bytes.Equal(first.File, again.File) {
		t.Error("the same seed gave another model")
	}
	m, err := textmodel.Read(first.File)
	if err != nil {
		t.Fatal(err)
	}
	if o := m.Origin; o == nil || o.From != textmodel.Shipped().Sum() || o.Labels["insult"] != 60 || m.Name != "club" {
		t.Errorf("origin: %+v of %s", o, m.Name)
	}
	if _, lines := m.FalseAlarms("insult", 0.9); lines != first.Report.Harmless || lines == 0 {
		t.Errorf("false alarms are counted on %d lines, of %d harmless ones held out", lines, first.Report.Harmless)
	}
	insult := slices.Index(m.Labels, "insult")
	const jargon = "Olga you are such a glorfed ladder"
	if was, is := textmodel.Shipped().Text(jargon)[insult], m.Text(jargon)[insult]; is < 0.9 || was >= is {
		t.Errorf("the jargon scores %.2f, before %.2f", is, was)
	}
	if got := m.Text("we had a smashing time at the harbour")[insult]; got >= 0.5 {
		t.Errorf("praise scores %.2f", got)
	}
	for _, known := range []struct{ text, label string }{
		{"I swear I will find you and kill you", "threat"}, {"all these people are filth and vermin", "hate"},
	} {
		k := slices.Index(m.Labels, known.label)
		if got := m.Text(known.text)[k]; got < 0.5 {
			t.Errorf("%s is forgotten: %.2f", known.label, got)
		}
	}
	for _, row := range first.Report.Rows {
		if row.After.Wrong > row.Before.Wrong+1 { // the scale moves with what is known to be harmless
			t.Errorf("more false alarms: %+v", row)
		}
		if row.Label == "insult" && row.Score == 0.9 && (row.After.Recall <= row.Before.Recall || row.Lines == 0) {
			t.Errorf("the report: %+v", row)
		}
	}
}

func TestAModelIsMadeFromNothing(t *testing.T) {
	done, err := Run(context.Background(), club(220, 1100), Options{Languages: []string{"xx"}, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	m, err := textmodel.Read(done.File)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(m.Labels, []string{"insult"}) || !m.Knows("xx") || m.Knows("en") {
		t.Errorf("labels %v, languages %v", m.Labels, m.Languages)
	}
	if yes, no := m.Text("Olga you are such a glorfed ladder")[0], m.Text("Olga had a smashing ladder with Pete")[0]; yes < 0.9 || no > 0.5 {
		t.Errorf("the insult scores %.2f, praise %.2f", yes, no)
	}
}
