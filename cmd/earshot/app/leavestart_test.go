package app

import (
	"testing"

	"earshot/models"
)

// TestLeavingAtTheStartIsNotForGood: whoever sends the bot out the moment that a room of the configuration is listed does not take
// it off for good.
func TestLeavingAtTheStartIsNotForGood(t *testing.T) {
	v := NewService(nil)
	v.ctx = t.Context()
	for _, forGood := range []bool{true, false} {
		room := models.Room{ID: "lounge://a.example/x"}
		g, err := v.enter(Wish{}, room, forGood)
		if err != nil {
			t.Fatal(err)
		}
		returns, err := v.leave(room.ID)
		if stays := g.ctx.Err() == nil; err != nil || stays != forGood || returns.IsZero() == forGood {
			t.Errorf("for good %v: listed still %v, returns %v, %v", forGood, stays, returns, err)
		}
		v.exit(g)
	}
}
