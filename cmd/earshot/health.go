package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"earshot/configs"
	"earshot/models"
	"earshot/moderation/review"
)

// manyWaiting is how many clips may wait before the health page calls the text late.
const manyWaiting = 20

// conditions says how the station is doing, in sentences.
func (s *station) conditions(ctx context.Context) []review.Condition {
	out := append([]review.Condition{s.rooms(ctx)}, s.deaf()...)
	out = append(out, s.record.conditions(s.stays.sum().Unstored)...)
	use, err := s.store.SpoolUsage(ctx)
	switch {
	case s.store.Trouble() != nil: // nothing is written down: text neither keeps up nor is late
	case err != nil:
		out = append(out, review.Condition{Text: "The record can't be read.", Hint: models.Hint(err)})
	case use.Waiting > manyWaiting:
		out = append(out, review.Condition{
			Text: fmt.Sprintf("Text is late: %d stretches of speech wait to be written down.", use.Waiting),
			Hint: "They are safe on the disk. A smaller model or more decoders catches up sooner.",
		})
	default:
		out = append(out, review.Condition{OK: true, Text: fmt.Sprintf("Text keeps up: %d stretches of speech wait.", use.Waiting)})
	}
	if use.Failed > 0 {
		out = append(out, review.Condition{
			Text: fmt.Sprintf("%d stretches of speech could not be written down; their sound is kept.", use.Failed),
			Hint: "The log says which and why.",
		})
	}
	if n := s.text.Stats().Parked; n > 0 {
		out = append(out, review.Condition{
			Text: fmt.Sprintf("Lines that cannot be stored: %d. What was heard is safe in the spool; other speakers and rooms go on.", n),
			Hint: "They are tried again every few seconds. The log says which and why.",
		})
	}
	if s.speech.notice != "" {
		out = append(out, review.Condition{Text: s.speech.notice})
	} else {
		out = append(out, review.Condition{OK: true, Text: "Model: " + s.speech.name})
	}
	if s.second != nil {
		out = append(out, review.Condition{OK: !s.second.Leaves(), Text: s.second.Notice()})
	}
	rules := review.Condition{OK: true, Text: "Rules: " + s.desk.RulesName("")}
	if s.profiles.of("").set() == nil {
		rules = review.Condition{Text: "No rules are in use: nothing is flagged.", Hint: "Name some in the setting rules."}
	}
	out = append(out, rules)
	if names := s.untold(); len(names) > 0 {
		out = append(out, review.Condition{
			Text: "Rules tell targets of notices that nobody has configured: " + strings.Join(names, ", ") + ".",
			Hint: "Name them in the file of the setting notices.targets.",
		})
	}
	for name, err := range s.profiles.mistakes() {
		where := "The rule files have mistakes"
		if name != "" {
			where = "The rule files of profile " + name + " have mistakes"
		}
		first, _, more := strings.Cut(err.Error(), "\n")
		if more {
			first += " …"
		}
		out = append(out, review.Condition{Text: where + "; the rules from before stay in force.", Hint: first})
	}
	return out
}

// deaf says who is shown as talking and is not heard.
func (s *station) deaf() (out []review.Condition) {
	rooms := s.desk.DeafTo()
	for _, room := range slices.Sorted(maps.Keys(rooms)) {
		out = append(out, review.Condition{
			Text: fmt.Sprintf("Deaf to %s in %s: shown as talking, and nothing arrives.", strings.Join(rooms[room], ", "), room),
			Hint: "The bot joins again by itself. If that does not help, look at the room server's network settings.",
		})
	}
	return out
}

// pageNotice is the banner of every page: what people must know of the model, and that text leaves the machine.
func (s *station) pageNotice() string {
	notice := s.speech.notice
	if s.second.Leaves() {
		notice = strings.TrimSpace(notice + " " + s.second.Notice())
	}
	return notice
}

// rooms says in how many rooms somebody listens.
func (s *station) rooms(ctx context.Context) review.Condition {
	live, err := s.store.Sessions(ctx, models.SessionQuery{Live: true, Limit: 1000})
	switch {
	case err != nil:
		return review.Condition{Text: "The record can't be read.", Hint: models.Hint(err)}
	case len(live) == 0:
		return review.Condition{OK: true, Text: "Listening in no room."}
	case len(live) == 1:
		return review.Condition{OK: true, Text: "Listening in one room."}
	}
	return review.Condition{OK: true, Text: fmt.Sprintf("Listening in %d rooms.", len(live))}
}

// shownSettings are the settings in force, for the health page.
func shownSettings(values []configs.Value) []review.Setting {
	var out []review.Setting
	for _, v := range values {
		from := v.From.String()
		if v.From == (configs.Source{}) {
			from = ""
		}
		out = append(out, review.Setting{Key: v.Key, Value: shownValue(v.Value), From: from})
	}
	return out
}
