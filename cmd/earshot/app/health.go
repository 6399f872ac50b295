package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"earshot/bot/fleet"
	"earshot/cmd/earshot/speech"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/live"
	"earshot/moderation/review/pages"
	"earshot/transcribe"
)

// manyWaiting is how many clips may wait before the health page calls the text late.
const manyWaiting = 20

// health knows how the program is doing.
type health struct {
	store    Record
	record   *recordWatch
	recovery *recovery
	rooms    *fleet.Attendance
	sessions *live.Sessions
	text     *transcribe.Service
	model    *speech.Model
	second   *live.Opinions // nil: nobody is asked
	profiles Profiles
	targets  *targets
}

// conditions says how the program is doing, in sentences, to who may see some rooms: what others hear and leave waiting
// shows in nothing that is said to them.
func (h *health) conditions(ctx context.Context, only models.RoomSet) []models.Condition {
	live, err := h.store.Sessions(ctx, models.SessionQuery{Only: only, Live: true, Limit: 1000})
	if err != nil {
		return []models.Condition{{Text: "The record can't be read.", Hint: models.Hint(err)}}
	}
	out := append([]models.Condition{inRooms(len(live))}, h.deaf(only)...)
	if only.All() {
		out = append(out, h.recovery.condition()...)
		out = append(out, h.record.conditions(h.rooms.Sum().Unstored)...)
		out = append(out, h.backlog(ctx)...)
	} else {
		waiting := 0
		for _, x := range live {
			waiting += x.Pending
		}
		out = append(append(out, h.record.conditions(0)...), h.keepsUp(waiting)...)
	}
	if n := h.sessions.Unjudged(); n > 0 {
		out = append(out, models.Condition{
			Text: fmt.Sprintf("A rule failed, and what it was to judge was not judged: %d times since the start. The lines are stored.", n),
			Hint: "The log says where. Please report it, with the rule.",
		})
	}
	if h.model.Notice != "" {
		out = append(out, models.Condition{Text: h.model.Notice})
	} else {
		out = append(out, models.Condition{OK: true, Text: "Model: " + h.model.Name})
	}
	if h.second != nil {
		out = append(out, models.Condition{OK: !h.second.Leaves(), Text: h.second.Notice()})
	}
	rules := models.Condition{OK: true, Text: "Rules: " + h.sessions.RulesName("")}
	if h.profiles.of("").set() == nil {
		rules = models.Condition{Text: "No rules are in use: nothing is flagged.", Hint: "Name some in the setting rules."}
	}
	return append(append(out, rules), h.mistakes(only)...)
}

// backlog says what waits in all rooms, and what failed.
func (h *health) backlog(ctx context.Context) []models.Condition {
	use, err := h.store.SpoolUsage(ctx)
	if err != nil {
		return []models.Condition{{Text: "The record can't be read.", Hint: models.Hint(err)}}
	}
	out := h.keepsUp(use.Waiting)
	if use.Failed > 0 {
		out = append(out, models.Condition{
			Text: fmt.Sprintf("%d stretches of speech could not be written down; their sound is kept.", use.Failed),
			Hint: "The log says which and why.",
		})
	}
	if n := h.text.Stats().Parked; n > 0 {
		out = append(out, models.Condition{
			Text: fmt.Sprintf("Lines that cannot be stored: %d. What was heard is safe in the spool; other speakers and rooms go on.", n),
			Hint: "They are tried again every few seconds. The log says which and why.",
		})
	}
	return out
}

// keepsUp says whether text comes in time. While nothing can be written down it neither keeps up nor is late.
func (h *health) keepsUp(waiting int) []models.Condition {
	switch {
	case h.store.Trouble() != nil:
		return nil
	case waiting > manyWaiting:
		return []models.Condition{{
			Text: fmt.Sprintf("Text is late: %d stretches of speech wait to be written down.", waiting),
			Hint: "They are safe on the disk. A smaller model or more decoders catches up sooner.",
		}}
	}
	return []models.Condition{{OK: true, Text: fmt.Sprintf("Text keeps up: %d stretches of speech wait.", waiting)}}
}

// mistakes says what is wrong in the rule files and the targets of notices. Which profiles there are, and what stands in
// the files, is for those who may see all rooms.
func (h *health) mistakes(only models.RoomSet) (out []models.Condition) {
	found := h.profiles.mistakes()
	if !only.All() {
		if len(found) > 0 {
			out = append(out, models.Condition{Text: "The rule files have mistakes; the rules from before stay in force."})
		}
		return out
	}
	if names := h.targets.untold(); len(names) > 0 {
		out = append(out, models.Condition{
			Text: "Rules tell targets of notices that nobody has configured: " + strings.Join(names, ", ") + ".",
			Hint: "Name them in the file of the setting notices.targets.",
		})
	}
	for name, err := range found {
		where := "The rule files have mistakes"
		if name != "" {
			where = "The rule files of profile " + name + " have mistakes"
		}
		first, _, more := strings.Cut(err.Error(), "\n")
		if more {
			first += " …"
		}
		out = append(out, models.Condition{Text: where + "; the rules from before stay in force.", Hint: first})
	}
	return out
}

// deaf says who is shown as talking and is not heard.
func (h *health) deaf(only models.RoomSet) (out []models.Condition) {
	rooms := h.sessions.DeafTo()
	for _, room := range slices.Sorted(maps.Keys(rooms)) {
		if !only.Has(room) {
			continue
		}
		out = append(out, models.Condition{
			Text: fmt.Sprintf("Deaf to %s in %s: shown as talking, and nothing arrives.", strings.Join(rooms[room], ", "), room),
			Hint: "The bot joins again by itself. If that does not help, look at the room server's network settings.",
		})
	}
	return out
}

// banner stands on top of every page: what people must know of the model, and that text leaves the machine.
func (h *health) banner() string {
	notice := h.model.Notice
	if h.second.Leaves() {
		notice = strings.TrimSpace(notice + " " + h.second.Notice())
	}
	return notice
}

// inRooms says in how many rooms somebody listens.
func inRooms(rooms int) models.Condition {
	switch rooms {
	case 0:
		return models.Condition{OK: true, Text: "Listening in no room."}
	case 1:
		return models.Condition{OK: true, Text: "Listening in one room."}
	}
	return models.Condition{OK: true, Text: fmt.Sprintf("Listening in %d rooms.", rooms)}
}

// shownSettings are the settings in force, for the health page.
func shownSettings(values []configs.Value) []pages.Setting {
	var out []pages.Setting
	for _, v := range values {
		from := v.From.String()
		if v.From == (configs.Source{}) {
			from = ""
		}
		out = append(out, pages.Setting{Key: v.Key, Value: v.Text(), From: from})
	}
	return out
}
