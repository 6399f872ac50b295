package terminal

import (
	"fmt"
	"strings"

	"earshot/models"
	"earshot/moderation/review/export"
)

// SessionRows returns the rows of a list of sessions; times are in this machine's time zone.
func SessionRows(found []models.SessionInfo) [][]string {
	rows := [][]string{{"SESSION", "ROOM", "STARTED", "LENGTH", "LINES", "FLAGS", "STATE"}}
	for _, s := range found {
		rows = append(rows, []string{
			s.ID, RoomName(s.Session), Minute(s.Started), export.Clock(s.DurationMS),
			fmt.Sprint(s.Utterances), flagCount(s), StateText(s.Session),
		})
	}
	return rows
}

// RoomName returns the display name of a session's room.
func RoomName(s models.Session) string {
	if s.Name != "" {
		return s.Name
	}
	return s.Room
}

// StateText says that a session is live, or why it ended.
func StateText(s models.Session) string {
	if s.Live() {
		return "live"
	}
	return strings.ReplaceAll(string(s.Reason), "_", " ")
}

func flagCount(s models.SessionInfo) string {
	if s.OpenFlags == 0 {
		return fmt.Sprint(s.Flags)
	}
	return fmt.Sprintf("%d (%d open)", s.Flags, s.OpenFlags)
}
