package pages

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"earshot/models"
	"earshot/models/timetable"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

// roomRow is one session in the list.
type roomRow struct {
	ID, Name  string
	Live      bool
	Clock     string // wall clock of the start
	ISO       string
	Length    string
	Ended     string
	Speakers  int
	Lines     int
	Flags     int
	OpenFlags int
	Pending   int // clips waiting to be decoded
	// HeardBy is the process that hears the room, where there are several.
	HeardBy string
	// State describes the room's state, "" if all is well; Ill says that it is a problem.
	State string
	Ill   bool
}

// awayRow is a room that the bot is not in: still joining, or unable to join.
type awayRow struct {
	Name, State string
	Ill         bool
}

type roomGroup struct {
	Title string
	Live  bool
	Rows  []roomRow
}

type roomsPage struct {
	Groups []roomGroup
	Away   []awayRow // those with trouble first
	More   bool
	Listed int
	// MayInvite shows the link to the invitation page; Serves says that there is a service that can be invited, at Host.
	MayInvite, Serves bool
	Schedules         bool // links to the times of rooms
	Host              string
}

// rooms is the first page: the live rooms, then past sessions.
func (s recordPages) rooms(r *http.Request) (view, error) {
	data := roomsPage{
		Listed: record.Listed, Serves: s.Rooms.Inviter != nil, Host: r.Host,
		Schedules: s.Rooms.Scheduler != nil,
		MayInvite: s.Rooms.Inviter != nil && auth.VisitorOf(r.Context()).All.Allows(models.AccessHost),
	}
	sessions, err := s.Record.Sessions(r.Context(), record.Listed+1)
	if err != nil {
		return view{}, err
	}
	if len(sessions) > record.Listed {
		sessions, data.More = sessions[:record.Listed], true
	}
	shared, states := s.Rooms.Shared(r.Context()), map[string]models.RoomState{}
	for _, x := range s.roomStates(r.Context()) {
		states[x.Session] = x
		if x.State != stateListening {
			text, ill := s.stateSentence(x)
			data.Away = append(data.Away, awayRow{cmp.Or(web.CleanName(x.Name), web.CleanName(x.Room)), text, ill})
		}
	}
	slices.SortStableFunc(data.Away, func(a, b awayRow) int { return worst(a.Ill, b.Ill) })
	for _, ses := range sessions {
		state, known := states[ses.ID]
		if ses.Live() && known && state.State != stateListening && ses.Utterances+ses.Failed+ses.Pending == 0 {
			continue // it has not joined yet
		}
		title := "Live now"
		if !ses.Live() {
			title = day(ses.Started.In(s.Location), s.Now().In(s.Location))
		}
		if n := len(data.Groups); n == 0 || data.Groups[n-1].Title != title {
			data.Groups = append(data.Groups, roomGroup{Title: title, Live: ses.Live()})
		}
		g := &data.Groups[len(data.Groups)-1]
		row := s.row(ses)
		if row.Live {
			row.HeardBy = web.CleanName(shared.HeardBy(ses.Room))
		}
		if row.Live && known {
			row.State, row.Ill = s.stateSentence(state)
		}
		g.Rows = append(g.Rows, row)
	}
	for _, g := range data.Groups {
		slices.SortStableFunc(g.Rows, func(a, b roomRow) int { return worst(a.Ill, b.Ill) })
	}
	return view{page: "rooms", title: "Rooms", nav: "rooms", data: data}, nil
}

// worst orders problems first.
func worst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// roomStates returns the rooms that the bot is in or joining and that the visitor may see; none if it can't be invited.
func (s *Pages) roomStates(ctx context.Context) []models.RoomState {
	if s.Rooms.States == nil {
		return nil
	}
	return s.Rooms.Seen(ctx)
}

// stateListening is the state of a room that the bot is in.
const stateListening = "listening"

// problemOf returns a room's problem without the name of its kind, which is for programs.
func problemOf(x models.RoomState) string {
	kind, rest, found := strings.Cut(x.Problem, ": ")
	if _, is := endWords[models.EndReason(kind)]; found && is {
		return web.CleanName(rest)
	}
	return web.CleanName(x.Problem)
}

// stateSentence describes a room's state, and reports whether it is a problem; "" if all is well.
func (s *Pages) stateSentence(x models.RoomState) (text string, ill bool) {
	switch {
	case x.State == "joining":
		return "Joining the room.", false
	case x.State == "waiting" && x.Problem != "":
		return "Not in the room: " + problemOf(x) + ". Earshot keeps trying.", true
	case x.State == "waiting" && !x.Next.IsZero():
		next := x.Next.In(s.Location)
		return "Joins " + comingDay(next, s.Now().In(s.Location)) + " at " + next.Format("15:04 MST") + ".", false
	case x.State == "waiting":
		return "Waiting to join.", false
	case x.State != stateListening:
		why := cmp.Or(problemOf(x), endWords[x.Reason], string(x.Reason))
		return strings.TrimSuffix("No longer in the room: "+why, ": ") + ".", x.Problem != ""
	case len(x.Deaf) > 0:
		return "Cannot hear " + web.CleanName(strings.Join(x.Deaf, ", ")) + ": shown as talking, but no audio arrives.", true
	case x.Paused:
		return "A host has paused listening.", false
	case !x.Quiet.Since.IsZero():
		return s.quietSentence(x.Quiet), x.Quiet.Silent
	}
	return web.CleanName(x.Note), x.Note != ""
}

// quietSentence says that a source sends nothing to transcribe; "" if it does.
func (s *Pages) quietSentence(q models.Quiet) string {
	since := q.Since.In(s.Location).Format("15:04 MST")
	switch {
	case q.Silent:
		return "Only silence has arrived since " + since + ": check that the source is the right one, sends sound and is not muted."
	case !q.Since.IsZero():
		return "No speech since " + since + ", only other sound."
	}
	return ""
}

func (s recordPages) row(ses models.SessionInfo) roomRow {
	t := ses.Started.In(s.Location)
	row := roomRow{
		ID: ses.ID, Name: sessionName(ses.Session), Live: ses.Live(), Clock: t.Format("15:04"),
		ISO: t.UTC().Format(time.RFC3339), Length: models.Length(ses.Session.Lasted(s.Record.Now())), Speakers: len(ses.Speakers),
		Lines: ses.Utterances + ses.Failed, Flags: ses.Flags, OpenFlags: ses.OpenFlags, Pending: ses.Pending,
	}
	if !row.Live {
		row.Ended = cmp.Or(endWords[ses.Reason], string(ses.Reason))
	}
	return row
}

// schedulePage shows when the bot is in which rooms, with a form that adds a time.
type schedulePage struct {
	Rooms []timesView
	// Known are the rooms to choose from; Others says that the visitor may type the address of another one.
	Known    []models.Room
	Others   bool
	Profiles []string
	Zones    []string
	Form     timeFields
	Fresh    bool // nothing was filled in yet: the script offers the browser's time zone
	// Adds and Next describe the time in the form and when it takes place; nothing is saved yet.
	Adds    string
	Next    []string
	Name    string
	Problem string
	Notice  string
	Undo    []field // brings back what was removed
	UndoID  string  // takes back what was added
}

// timeFields is the filled in form.
type timeFields struct {
	record.TimeForm
	Other string // the address of another room
}

// timesView is a room with its times.
type timesView struct {
	models.RoomTimes
	Times []timeView
	Soon  []string
	May   bool // the visitor may change them
}

type timeView struct{ ID, Text, By string }

func timeFieldsOf(v url.Values) timeFields {
	f := timeFields{Other: strings.TrimSpace(v.Get("other")), TimeForm: record.TimeForm{
		URL: v.Get("url"), Profile: v.Get("profile"), Days: v["day"], Date: v.Get("date"), At: v.Get("at"), Minutes: v.Get("minutes"),
		Zone: v.Get("zone"),
	}}
	if f.Other != "" {
		f.URL = f.Other
	}
	return f
}

// fields are those of a form that adds a time.
func (f timeFields) fields() []field {
	out := []field{
		{"url", f.URL}, {"profile", f.Profile}, {"date", f.Date}, {"at", f.At}, {"minutes", f.Minutes}, {"zone", f.Zone},
	}
	for _, d := range f.Days {
		out = append(out, field{"day", d})
	}
	return out
}

// Hidden are the fields of the time to be added.
func (p schedulePage) Hidden() []field { return p.Form.fields() }

// periods formats periods of time.
func periods(all []models.Period, zone *time.Location) (out []string) {
	for _, x := range all {
		start, end := x.Start.In(zone), x.End.In(zone)
		last := end.Format("15:04 MST")
		if end.Sub(start) >= 24*time.Hour {
			last = end.Format("Mon 2 Jan 15:04 MST")
		}
		out = append(out, start.Format("Mon 2 Jan 15:04")+" – "+last)
	}
	return out
}

// schedule is GET /schedule: when the bot is in the rooms that the visitor may see; with ?room= in that one.
func (s roomPages) schedule(r *http.Request) (view, error) {
	p := schedulePage{Fresh: true, Form: timeFields{TimeForm: record.TimeForm{Minutes: "120"}}}
	if s.Location.String() != "Local" {
		p.Form.Zone = s.Location.String()
	}
	return s.scheduleWith(r, p)
}

func (s roomPages) scheduleWith(r *http.Request, p schedulePage) (view, error) {
	rooms, err := s.Rooms.Timetables(r.Context())
	if err != nil {
		return view{}, fmt.Errorf("schedule: %w", err)
	}
	who, only := auth.VisitorOf(r.Context()), r.URL.Query().Get("room")
	p.Profiles, p.Zones, p.Others = s.Rooms.Profiles, record.Zones, who.All.Allows(models.AccessHost)
	for _, x := range rooms {
		if only != "" && x.Room != only {
			continue
		}
		zone, err := time.LoadLocation(x.Zone)
		if x.Zone == "" || err != nil {
			zone = s.Location
		}
		v := timesView{RoomTimes: x, Soon: periods(x.Next, zone), May: who.May(x.Room, models.AccessHost)}
		for _, t := range x.Added {
			v.Times = append(v.Times, timeView{t.ID, timetable.Sentence(t), web.Doer(t.By)})
		}
		p.Rooms = append(p.Rooms, v)
	}
	if p.Known, err = s.Rooms.Schedulable(r.Context()); err != nil {
		return view{}, fmt.Errorf("schedule: %w", err)
	}
	v := view{page: "schedule", title: "Schedule", nav: "rooms", data: p}
	if p.Problem != "" {
		v.status = http.StatusBadRequest
	}
	return v, nil
}

// changeSchedule is POST /schedule: it shows what a time would add, adds it, or removes one.
func (s roomPages) changeSchedule(w http.ResponseWriter, r *http.Request) {
	v, err := view{}, web.ReadForm(r)
	if err == nil && r.PostForm.Get("do") == "remove" {
		v, err = s.removeTime(r)
	} else if err == nil {
		v, err = s.addTime(r)
	}
	if err != nil {
		v = s.failed(r, err)
	}
	s.render(w, r, v)
}

func (s roomPages) removeTime(r *http.Request) (view, error) {
	t, err := s.Rooms.RemoveTime(r.Context(), r.PostForm.Get("id"))
	if err != nil {
		return view{}, err
	}
	f := timeFields{TimeForm: record.FormOf(t)}
	return s.scheduleWith(r, schedulePage{Notice: "Removed: " + timetable.Sentence(t) + ".", Undo: f.fields(), Form: f})
}

func (s roomPages) addTime(r *http.Request) (view, error) {
	p := schedulePage{Form: timeFieldsOf(r.PostForm)}
	t, err := p.Form.Read(s.Now())
	var next []models.Period
	switch {
	case err != nil: // who may invite nowhere learns nothing
		if !auth.VisitorOf(r.Context()).Somewhere(models.AccessHost) {
			return view{}, models.ErrForbidden
		}
	case r.PostForm.Get("do") == "save":
		t, err = s.Rooms.AddTime(r.Context(), t)
	default:
		t, next, err = s.Rooms.CheckTime(r.Context(), t)
	}
	var strange bool
	switch {
	case errors.Is(err, models.ErrForbidden):
		if strange = models.Hint(err) != ""; !strange {
			return view{}, err
		}
		fallthrough
	case errors.Is(err, models.ErrInvalid), errors.Is(err, models.ErrConflict):
		p.Problem = web.Sentence(strings.TrimSuffix(web.Text(err), "."))
		return s.scheduleWith(r, p)
	case err != nil:
		return view{}, fmt.Errorf("schedule: %w", err)
	case t.ID != "":
		p.Notice, p.UndoID = "Added: "+timetable.Sentence(t)+".", t.ID
		p.Form = timeFields{TimeForm: record.TimeForm{URL: t.URL, Minutes: p.Form.Minutes, Zone: t.Zone}}
		return s.scheduleWith(r, p)
	}
	at, _ := models.ParseAddress(t.URL) // it was checked
	zone, _ := time.LoadLocation(t.Zone)
	p.Adds, p.Next, p.Name = timetable.Sentence(t), periods(next, zone), at.RoomAt(t.URL, t.Name).Name
	return s.scheduleWith(r, p)
}
