package pages

import (
	"testing"

	"earshot/models"
	"earshot/moderation/review/internal/reviewtest"
)

func TestOverlapsAreWhereTwoSpeak(t *testing.T) {
	got := overlaps([]models.Utterance{
		reviewtest.Said("s", 1, "a", 0, 100, "x"), reviewtest.Said("s", 2, "b", 50, 150, "x"), reviewtest.Said("s", 3, "a", 100, 120, "x"),
		reviewtest.Said("s", 4, "c", 150, 200, "x"),
	})
	if len(got) != 1 || got[0].X != 50 || got[0].W != 70 {
		t.Errorf("%+v", got)
	}
}
