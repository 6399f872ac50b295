package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"earshot/configs"
	"earshot/models"
	"earshot/moderation/review/pages"
)

// manyWaiting is how many clips may wait before the health page calls the text late.
const manyWaiting = 20

// conditions says how the station is doing, in sentences, to who may see some rooms: what others hear and leave waiting
// shows in nothing that is said to them.
func (s *Station) conditions(ctx context.Context, only models.RoomSet) []models.Condition {
	live, err := s.Store.Sessions(ctx, models.SessionQuery{Only: only, Live: true, Limit: 1000})
	if err != nil {
		return []models.Condition{{Text: "The record can't be read.", Hint: models.Hint(err)}}
	}
	out := append([]models.Condition{inRooms(len(live))}, s.deaf(only)...)
	if only.All() {
		out = append(out, s.recovery.condition()...)
		out = append(out, s.record.conditions(s.stays.Sum().Unstored)...)
		out = append(out, s.backlog(ctx)...)
	} else {
		waiting := 0
		for _, x := range live {
			waiting += x.Pending
		}
		out = append(append(out, s.record.conditions(0)...), s.keepsUp(waiting)...)
	}
	if n := s.Sessions.Unjudged(); n > 0 {
		out = append(out, models.Condition{
			Text: fmt.Sprintf("A rule failed, and what it was to judge was not judged: %d times since the start. The lines are stored.", n),
			Hint: "The log says where. Please report it, with the rule.",
		})
	}
	if s.Speech.Notice != "" {
		out = append(out, models.Condition{Text: s.Speech.Notice})
	} else {
		out = append(out, models.Condition{OK: true, Text: "Model: " + s.Speech.Name})
	}
	if s.second != nil {
		out = append(out, models.Condition{OK: !s.second.Leaves(), Text: s.second.Notice()})
	}
	rules := models.Condition{OK: true, Text: "Rules: " + s.Sessions.RulesName("")}
	if s.profiles.of("").set() == nil {
		rules = models.Condition{Text: "No rules are in use: nothing is flagged.", Hint: "Name some in the setting rules."}
	}
	return append(append(out, rules), s.mistakes(only)...)
}

// backlog says what waits in all rooms, and what failed.
func (s *Station) backlog(ctx context.Context) []models.Condition {
	use, err := s.Store.SpoolUsage(ctx)
	if err != nil {
		return []models.Condition{{Text: "The record can't be read.", Hint: models.Hint(err)}}
	}
	out := s.keepsUp(use.Waiting)
	if use.Failed > 0 {
		out = append(out, models.Condition{
			Text: fmt.Sprintf("%d stretches of speech could not be written down; their sound is kept.", use.Failed),
			Hint: "The log says which and why.",
		})
	}
	if n := s.text.Stats().Parked; n > 0 {
		out = append(out, models.Condition{
			Text: fmt.Sprintf("Lines that cannot be stored: %d. What was heard is safe in the spool; other speakers and rooms go on.", n),
			Hint: "They are tried again every few seconds. The log says which and why.",
		})
	}
	return out
}

// keepsUp says whether text comes in time. While nothing can be written down it neither keeps up nor is late.
func (s *Station) keepsUp(waiting int) []models.Condition {
	switch {
	case s.Store.Trouble() != nil:
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
func (s *Station) mistakes(only models.RoomSet) (out []models.Condition) {
	found := s.profiles.mistakes()
	if !only.All() {
		if len(found) > 0 {
			out = append(out, models.Condition{Text: "The rule files have mistakes; the rules from before stay in force."})
		}
		return out
	}
	if names := s.untold(); len(names) > 0 {
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
func (s *Station) deaf(only models.RoomSet) (out []models.Condition) {
	rooms := s.Sessions.DeafTo()
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

// pageNotice is the banner of every page: what people must know of the model, and that text leaves the machine.
func (s *Station) pageNotice() string {
	notice := s.Speech.Notice
	if s.second.Leaves() {
		notice = strings.TrimSpace(notice + " " + s.second.Notice())
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
