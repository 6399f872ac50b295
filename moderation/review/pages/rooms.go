package pages

import (
	"cmp"
	"net/http"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/record"
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
	Pending   int // clips that wait for decoding
}

type roomGroup struct {
	Title string
	Live  bool
	Rows  []roomRow
}

type roomsPage struct {
	Groups []roomGroup
	Cursor string
	More   bool
	Listed int
	// MayInvite shows the way to an invitation.
	MayInvite bool
}

// rooms is the first page: the rooms that are live, then what was.
func (s recordPages) rooms(r *http.Request) (view, error) {
	data := roomsPage{
		Cursor: s.Hub.Text(s.Hub.Cursor()), Listed: record.Listed,
		MayInvite: s.Rooms.Inviter != nil && auth.VisitorOf(r.Context()).All.Allows(models.AccessHost),
	}
	sessions, err := s.Record.Sessions(r.Context(), record.Listed+1)
	if err != nil {
		return view{}, err
	}
	if len(sessions) > record.Listed {
		sessions, data.More = sessions[:record.Listed], true
	}
	for _, ses := range sessions {
		title := "Live now"
		if !ses.Live() {
			title = day(ses.Started.In(s.Location), s.Now().In(s.Location))
		}
		if n := len(data.Groups); n == 0 || data.Groups[n-1].Title != title {
			data.Groups = append(data.Groups, roomGroup{Title: title, Live: ses.Live()})
		}
		g := &data.Groups[len(data.Groups)-1]
		g.Rows = append(g.Rows, s.row(ses))
	}
	return view{page: "rooms", title: "Rooms", nav: "rooms", waiting: s.counted(r), data: data}, nil
}

func (s recordPages) row(ses models.SessionInfo) roomRow {
	t := ses.Started.In(s.Location)
	row := roomRow{
		ID: ses.ID, Name: sessionName(ses.Session), Live: ses.Live(), Clock: t.Format("15:04"),
		ISO: t.UTC().Format(time.RFC3339), Length: length(s.Record.Lasted(ses.Session)), Speakers: len(ses.Speakers),
		Lines: ses.Utterances + ses.Failed, Flags: ses.Flags, OpenFlags: ses.OpenFlags, Pending: ses.Pending,
	}
	if !row.Live {
		row.Ended = cmp.Or(endWords[ses.Reason], string(ses.Reason))
	}
	return row
}
