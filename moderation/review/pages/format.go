package pages

import (
	"fmt"
	"math"
	"strings"
	"time"

	"earshot/models"
)

// clock is ms from the session's start as people read it: 0:07, 31:04, 1:02:03.
func clock(ms int64) string {
	s := max(ms, 0) / 1000
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// length is a duration rounded to what matters: 2.1 s, 45 s, 12 min, 1 h 12.
func length(d time.Duration) string {
	switch {
	case d < 10*time.Second:
		return fmt.Sprintf("%.1f s", max(d, 0).Seconds())
	case d < 2*time.Minute:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(math.Round(d.Minutes())))
	default:
		d = d.Round(time.Minute)
		return fmt.Sprintf("%d h %02d", int(d.Hours()), int(d.Minutes())%60)
	}
}

// day names the day of t as seen from now: Today, Yesterday, Tue 3 Nov, 3 Nov 2025.
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

// wall is a point in time in full, for the hover over a session time.
func wall(t time.Time) string { return t.Format("Mon 2 Jan 2006, 15:04:05 MST") }

// heard words a probability: people are never shown bare decimals.
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
	models.DoubtPhantom:       "perhaps never said: such words are made up on noise",
	models.DoubtRepeat:        "the text repeats itself",
	models.DoubtLowVoice:      "hardly any speech in it",
	models.DoubtLowConfidence: "heard unsurely",
	models.DoubtLoss:          "part of the sound was lost",
}

var gapWords = map[models.GapCause]string{
	models.GapLoss:      "packets did not arrive",
	models.GapCut:       "the connection was down",
	models.GapOverload:  "this machine could not keep up",
	models.GapFault:     "an error in Earshot kept it from being decoded",
	models.GapRestart:   "Earshot was not running",
	models.GapPaused:    "a host paused listening",
	models.GapObjected:  "not transcribed, by their own wish",
	models.GapUnstored:  "heard, and the disk took no more",
	models.GapDamaged:   "the recording is damaged",
	models.GapEncrypted: "encrypted end to end: not heard",
}

var endWords = map[models.EndReason]string{
	models.EndLeft:         "left on request",
	models.EndAlone:        "left when nobody else was there",
	models.EndRoomClosed:   "the room was closed",
	models.EndReplaced:     "another client took its place",
	models.EndRemoved:      "a moderator removed it",
	models.EndDenied:       "it was not let in",
	models.EndFailedICE:    "no way for the sound was found",
	models.EndFailedAuth:   "the credentials were refused",
	models.EndFailedServer: "the room's server failed",
	models.EndSilence:      "left when nobody spoke",
	models.EndSchedule:     "its time in the room was over",
	models.EndMaxTime:      "the longest stay was reached",
	models.EndErased:       "its record was erased while it went on",
	models.EndStopped:      "Earshot was stopped",
}

// noticePart is a stretch of the notice: words, or code to be typed.
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
