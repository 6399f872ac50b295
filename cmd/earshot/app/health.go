package app

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"earshot/bot/fleet"
	"earshot/cmd/earshot/node"
	"earshot/cmd/earshot/speech"
	"earshot/configs"
	"earshot/models"
	"earshot/models/ticks"
	"earshot/moderation/live"
	"earshot/moderation/review/pages"
	"earshot/transcribe"
)

// manyWaiting is how many clips may wait before the health page reports that transcription is behind.
const manyWaiting = 20

// health collects the state of the program for the health page.
type health struct {
	store    Record
	record   *recordWatch
	recovery *recovery
	rooms    *fleet.Attendance
	sessions *live.Sessions
	text     *transcribe.Service
	model    *speech.Model
	second   *live.Opinions // nil: no second opinions
	profiles Profiles
	targets  *targets
	others   processes
}

// conditions describes the program's state in sentences for somebody who may see some of the rooms: nothing in them reveals what is
// heard or waiting in other rooms.
func (h *health) conditions(ctx context.Context, only models.RoomSet) []models.Condition {
	live, err := h.store.Sessions(ctx, models.SessionQuery{Only: only, Live: true, Limit: 1000})
	if err != nil {
		return []models.Condition{{Text: "The database can't be read.", Hint: models.Hint(err)}}
	}
	out := append([]models.Condition{inRooms(len(live))}, h.deaf(only)...)
	if only.All() {
		out = append(out, h.recovery.condition()...)
		out = append(out, h.record.conditions(h.rooms.Sum().Unstored)...)
		out = append(out, h.backlog(ctx)...)
		out = append(out, h.processes(ctx)...)
	} else {
		waiting := 0
		for _, x := range live {
			waiting += x.Pending
		}
		out = append(append(out, h.record.conditions(0)...), h.keepsUp(waiting)...)
	}
	if n := h.sessions.Unjudged(); n > 0 {
		out = append(out, models.Condition{
			Text: fmt.Sprintf("Rules have failed to judge a line %d times since the start. The lines are stored.", n),
			Hint: "See the log for details, and please report it with the rule.",
		})
	}
	out = append(out, h.decoding()...)
	if h.second != nil {
		out = append(out, models.Condition{OK: !h.second.Leaves(), Text: h.second.Notice()})
	}
	rules := models.Condition{OK: true, Text: "Rules: " + h.sessions.RulesName("")}
	if h.profiles.of("").set() == nil {
		rules = models.Condition{Text: "No rules are in use: nothing is flagged.", Hint: "Add some to the setting rules."}
	}
	return append(append(out, rules), h.mistakes(only)...)
}

// backlog reports the clips that wait in all rooms, and those that failed.
func (h *health) backlog(ctx context.Context) []models.Condition {
	use, err := h.store.SpoolUsage(ctx)
	if err != nil {
		return []models.Condition{{Text: "The database can't be read.", Hint: models.Hint(err)}}
	}
	out := h.keepsUp(use.Waiting)
	if use.Failed > 0 {
		out = append(out, models.Condition{
			Text: models.Count(use.Failed, "speech segment") + " could not be transcribed; the audio is kept.",
			Hint: "See the log for details.",
		})
	}
	if n := h.text.Stats().Parked; n > 0 {
		out = append(out, models.Condition{
			Text: models.Count(n, "line") + " can't be stored. The audio is safe in the spool; other speakers and rooms are unaffected.",
			Hint: "They are retried every few seconds. See the log for details.",
		})
	}
	return out
}

// processes reports how those are that share the record.
func (h *health) processes(ctx context.Context) []models.Condition {
	all, err := h.others.all(ctx)
	switch {
	case err != nil:
		return []models.Condition{{Text: "The database can't be read.", Hint: models.Hint(err)}}
	case all == nil:
		return nil
	}
	return node.Conditions(*all)
}

// decoding reports which model decodes, and on which server if not here.
func (h *health) decoding() []models.Condition {
	if h.model.Notice != "" {
		return []models.Condition{{Text: h.model.Notice}}
	}
	out := []models.Condition{{OK: true, Text: "Model: " + h.model.Name}}
	server := h.model.Elsewhere()
	if server == nil {
		return out
	}
	out = append(out, models.Condition{OK: !server.Leaves(), Text: server.Notice()})
	if s := server.Stats(); s.Why != nil {
		out = append(out, models.Condition{
			Text: "The server that transcribes does not answer as it should: " + s.Why.Error() + ". What is said waits on the disk.",
			Hint: models.Hint(s.Why),
		})
	}
	return out
}

// keepsUp reports whether transcription keeps up. While nothing can be transcribed it says neither that it does nor that it is
// behind.
func (h *health) keepsUp(waiting int) []models.Condition {
	switch {
	case h.store.Trouble() != nil:
		return nil
	case waiting > manyWaiting:
		return []models.Condition{{
			Text: "Transcription is behind: " + models.Count(waiting, "speech segment") + " waiting.",
			Hint: "They are safe on disk. Use a smaller model or more decoders to catch up sooner.",
		}}
	}
	return []models.Condition{{OK: true, Text: "Transcription is keeping up: " + models.Count(waiting, "speech segment") + " waiting."}}
}

// unannounced are the conditions that change without an event; pages are notified when they do.
func (h *health) unannounced() []models.Condition {
	out := h.mistakes(models.RoomSet{})
	if h.model.Elsewhere() != nil && !h.model.Ready() {
		out = append(out, models.Condition{Text: "Nothing is transcribed."})
	}
	return out
}

// mistakes reports errors in the rule files and notification targets. Profile names and file contents are shown only to those who
// may see all rooms.
func (h *health) mistakes(only models.RoomSet) (out []models.Condition) {
	found := h.profiles.mistakes()
	if !only.All() {
		if len(found) > 0 {
			out = append(out, models.Condition{Text: "The rule files have errors; the previous rules stay in effect."})
		}
		return out
	}
	if names := h.targets.untold(); len(names) > 0 {
		out = append(out, models.Condition{
			Text: "Rules notify targets that are not configured: " + strings.Join(names, ", ") + ".",
			Hint: "Add them to the file named by the setting notices.targets.",
		})
	}
	for _, name := range slices.Sorted(maps.Keys(found)) {
		err, where := found[name], "The rule files have errors"
		if name != "" {
			where = "The rule files of profile " + name + " have errors"
		}
		first, _, more := strings.Cut(err.Error(), "\n")
		if more {
			first += " …"
		}
		out = append(out, models.Condition{Text: where + "; the previous rules stay in effect.", Hint: first})
	}
	return out
}

// deaf reports people who are shown as talking but cannot be heard.
func (h *health) deaf(only models.RoomSet) (out []models.Condition) {
	rooms := h.sessions.DeafTo()
	for _, room := range slices.Sorted(maps.Keys(rooms)) {
		if !only.Has(room) {
			continue
		}
		out = append(out, models.Condition{
			Text: fmt.Sprintf("Cannot hear %s in %s: shown as talking, but no audio arrives.", strings.Join(rooms[room], ", "), room),
			Hint: "The bot rejoins automatically. If that does not help, check the room server's network settings.",
		})
	}
	return out
}

// banner is shown at the top of every page: what readers must know about the model, and that sound or text leaves the machine.
func (h *health) banner() string {
	notice := h.model.Notice + h.model.Leaving()
	if h.second.Leaves() {
		notice = strings.TrimSpace(notice + " " + h.second.Notice())
	}
	return notice
}

// inRooms reports in how many rooms the bot is listening.
func inRooms(rooms int) models.Condition {
	switch rooms {
	case 0:
		return models.Condition{OK: true, Text: "Not listening in any room."}
	case 1:
		return models.Condition{OK: true, Text: "Listening in one room."}
	}
	return models.Condition{OK: true, Text: fmt.Sprintf("Listening in %d rooms.", rooms)}
}

// shownSettings are the current settings, for the health page.
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

// roomsEvery is how often rooms are checked for reasons why the bot cannot hear: pages show a change within a second.
const roomsEvery = 400 * time.Millisecond

// roomWatch notifies open pages of changes in the rooms that the bot is in, and of conditions that no event announces. It must be
// used from one goroutine.
type roomWatch struct {
	hub    interface{ Publish(models.Event) uint64 }
	states func() []models.RoomState
	health func() []models.Condition

	rooms      map[string]models.RoomState
	conditions []models.Condition
}

// run checks until the context ends.
func (w *roomWatch) run(ctx context.Context) error {
	for range ticks.AtOnceAndEvery(ctx, roomsEvery) {
		w.look()
	}
	return nil
}

// look publishes what has changed. The first look publishes nothing.
func (w *roomWatch) look() {
	first, rooms := w.rooms == nil, map[string]models.RoomState{}
	for _, x := range w.states() {
		rooms[x.Room] = x
		if old, known := w.rooms[x.Room]; !first && (!known || !reflect.DeepEqual(old, x)) {
			w.hub.Publish(models.Event{SessionID: x.Session, Room: &x})
		}
	}
	for id, x := range w.rooms {
		if _, there := rooms[id]; !there {
			x.State = "ended"
			w.hub.Publish(models.Event{SessionID: x.Session, Room: &x})
		}
	}
	w.rooms = rooms
	conditions := w.health()
	if !first && !reflect.DeepEqual(conditions, w.conditions) {
		w.hub.Publish(models.Event{Health: &models.Condition{OK: len(conditions) == 0}})
	}
	w.conditions = conditions
}
