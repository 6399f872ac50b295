//go:build !race

package rooms

import (
	"testing"

	"earshot/models"
)

// TestRoomsTellWhatIsWrong: what a host has to know of a room stands in its row.
func TestRoomsTellWhatIsWrong(t *testing.T) {
	const note = "this room has no chat for the bot"
	if got := trouble(models.RoomState{Room: "stage", Note: note}); got != note {
		t.Errorf("a room with a note: %q", got)
	}
	if got := trouble(models.RoomState{Room: "stage"}); got != "" {
		t.Errorf("a room where all is well: %q", got)
	}
}
