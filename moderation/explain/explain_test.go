package explain

import (
	"testing"

	"earshot/models"
)

// TestExplainMasks hides what matched in both texts, whatever its case and punctuation.
func TestExplainMasks(t *testing.T) {
	e := Explanation{
		Flag: models.Flag{Matched: []models.Word{{Text: "Fool,"}}}, Text: "you fool, said the fool",
		Decision: &models.Decision{SecondLook: &models.SecondLook{Text: "You FOOL said"}, Matched: []models.Word{{Text: "fool"}}},
	}
	kept := e.Decision.SecondLook
	e.Mask(nil)
	if e.Text != "you f•••• said the f•••" || e.Decision.SecondLook.Text != "You F••• said" || e.Matched[0].Text != "F••••" ||
		e.Decision.Matched[0].Text != "f•••" {
		t.Errorf("%q, %q, %v, %v", e.Text, e.Decision.SecondLook.Text, e.Matched, e.Decision.Matched)
	}
	if kept.Text != "You FOOL said" {
		t.Error("what was read from the store was changed")
	}
}
