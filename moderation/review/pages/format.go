package pages

import (
	"fmt"
	"strings"
	"time"

	"earshot/models"
)

// clock formats ms from the session's start: 0:07, 31:04, 1:02:03.
func clock(ms int64) string {
	s := max(ms, 0) / 1000
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// day names the day of t relative to now: Today, Yesterday, Tue 3 Nov, 3 Nov 2025.
func day(t, now time.Time) string {
	start := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	switch {
	case !t.Before(start):
		return "Today"
	case !t.Before(start.AddDate(0, 0, -1)):
		return "Yesterday"
	case t.Year() == now.Year():
		return t.Format("Mon 2 Jan")
	default:
		return t.Format("2 Jan 2006")
	}
}

// comingDay names the day of t, which is to come: today, tomorrow, on Tue 3 Nov.
func comingDay(t, now time.Time) string {
	switch date := t.Format(time.DateOnly); date {
	case now.Format(time.DateOnly):
		return "today"
	case now.AddDate(0, 0, 1).Format(time.DateOnly):
		return "tomorrow"
	}
	return t.Format("on Mon 2 Jan")
}

// wall formats a full date and time, shown when hovering over a session time.
func wall(t time.Time) string { return t.Format("Mon 2 Jan 2006, 15:04:05 MST") }

// heard describes a probability in words, since people are never shown bare decimals.
func heard(p float32) string {
	switch {
	case p >= 0.8:
		return "clear"
	case p >= 0.5:
		return "likely"
	default:
		return "unsure"
	}
}

var doubtWords = map[models.Doubt]string{
	models.DoubtPhantom:       "perhaps never said: the model tends to invent such words from noise",
	models.DoubtRepeat:        "the text repeats itself",
	models.DoubtLowVoice:      "contains hardly any speech",
	models.DoubtLowConfidence: "low confidence",
	models.DoubtLoss:          "part of the audio was lost",
}

var gapWords = map[models.GapCause]string{
	models.GapLoss:      "packets did not arrive",
	models.GapCut:       "the connection was down",
	models.GapOverload:  "this machine could not keep up",
	models.GapFault:     "an error in Earshot kept it from being decoded",
	models.GapRestart:   "Earshot was not running",
	models.GapPaused:    "a host paused listening",
	models.GapObjected:  "not transcribed, at their own request",
	models.GapUnstored:  "heard but not stored: the disk was full",
	models.GapDamaged:   "the recording is damaged",
	models.GapEncrypted: "end-to-end encrypted: not heard",
}

var endWords = map[models.EndReason]string{
	models.EndLeft:         "left on request",
	models.EndAlone:        "left when nobody else was there",
	models.EndRoomClosed:   "the room was closed",
	models.EndReplaced:     "another client took its place",
	models.EndRemoved:      "a moderator removed it",
	models.EndDenied:       "it was not let in",
	models.EndFailedICE:    "no media connection could be made",
	models.EndFailedAuth:   "the credentials were refused",
	models.EndFailedServer: "the room's server failed",
	models.EndSilence:      "left when nobody spoke",
	models.EndSchedule:     "the scheduled time was over",
	models.EndMaxTime:      "the time limit was reached",
	models.EndErased:       "its record was erased while it was running",
	models.EndStopped:      "Earshot was stopped",
	models.EndImported:     "imported",
	models.EndPartial:      "imported in part: repeat the import to complete it",
}

// noticePart is a part of the notice: text, or code to be typed.
type noticePart struct {
	Text string
	Code bool
}

func parseNotice(s string) (parts []noticePart) {
	for i, p := range strings.Split(s, "`") {
		if p != "" {
			parts = append(parts, noticePart{Text: p, Code: i%2 == 1})
		}
	}
	return parts
}
