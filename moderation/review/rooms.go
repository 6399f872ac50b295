package review

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
)

// listed is how many sessions the list of rooms shows.
const listed = 200

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
func (s *Server) rooms(r *http.Request) (view, error) {
	data := roomsPage{
		Cursor: s.hub.Text(s.hub.Cursor()), Listed: listed, MayInvite: s.inviter != nil && auth.VisitorOf(r.Context()).All.Allows(models.AccessHost),
	}
	sessions, err := s.sessions(r.Context(), listed+1)
	if err != nil {
		return view{}, err
	}
	if len(sessions) > listed {
		sessions, data.More = sessions[:listed], true
	}
	for _, ses := range sessions {
		title := "Live now"
		if !ses.Live() {
			title = day(ses.Started.In(s.loc), s.now().In(s.loc))
		}
		if n := len(data.Groups); n == 0 || data.Groups[n-1].Title != title {
			data.Groups = append(data.Groups, roomGroup{Title: title, Live: ses.Live()})
		}
		g := &data.Groups[len(data.Groups)-1]
		g.Rows = append(g.Rows, s.row(ses))
	}
	return view{page: "rooms", title: "Rooms", nav: "rooms", data: data}, nil
}

// sessions reads the list of those that the visitor may see: live ones first, among them those with most open flags, then the newest.
func (s *Server) sessions(ctx context.Context, limit int) ([]models.SessionInfo, error) {
	sessions, err := s.store.Sessions(ctx, models.SessionQuery{Only: auth.VisitorOf(ctx).Scope(), Limit: limit})
	if err != nil {
		return nil, fmt.Errorf("sessions: %w", err)
	}
	slices.SortStableFunc(sessions, func(a, b models.SessionInfo) int {
		switch {
		case a.Live() != b.Live():
			return map[bool]int{true: -1, false: 1}[a.Live()]
		case a.Live():
			return cmp.Or(cmp.Compare(b.OpenFlags, a.OpenFlags), b.Started.Compare(a.Started))
		default:
			return b.Started.Compare(a.Started)
		}
	})
	return sessions, nil
}

func (s *Server) row(ses models.SessionInfo) roomRow {
	t := ses.Started.In(s.loc)
	row := roomRow{
		ID: ses.ID, Name: sessionName(ses.Session), Live: ses.Live(), Clock: t.Format("15:04"),
		ISO: t.UTC().Format(time.RFC3339), Length: length(s.stay(ses.Session)), Speakers: len(ses.Speakers),
		Lines: ses.Utterances + ses.Failed, Flags: ses.Flags, OpenFlags: ses.OpenFlags, Pending: ses.Pending,
	}
	if !row.Live {
		row.Ended = cmp.Or(endWords[ses.Reason], string(ses.Reason))
	}
	return row
}
