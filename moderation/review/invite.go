package review

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"earshot/models"
	"earshot/moderation/review/auth"
	"earshot/moderation/review/web"
)

// Inviter sends the bot into rooms. Errors wrap models.ErrForbidden, models.ErrInvalid, models.ErrConflict, models.ErrUnavailable or
// models.ErrNotFound and hold nothing that was said.
type Inviter interface {
	// Terms says what the bot would do and keep there; nothing happens.
	Terms(ctx context.Context, i models.Invitation) (models.Terms, error)
	// Invite sends it in until the room is over.
	Invite(ctx context.Context, i models.Invitation) (models.RoomState, error)
	// Leave sends it out of a room.
	Leave(ctx context.Context, room, by string) error
}

// Links are invitations that work once and need no login.
type Links interface {
	Link(ctx context.Context, i models.Invitation) (string, error)
	// Linked finds for what a secret is good, or returns an error that wraps models.ErrNotFound; Follow uses it up.
	Linked(ctx context.Context, secret string) (models.Invitation, error)
	Follow(ctx context.Context, secret string) (models.RoomState, error)
}

// invitePage shows what the bot does and keeps in a room, with a button that invites it.
type invitePage struct {
	// Ask is false while no address was given: the form stands alone.
	Ask                bool
	Room, URL, Profile string
	Profiles           []string
	Notice, Rules      string
	NoChat             bool
	Keeps              []string
	Action             string // where the button leads
	Until              string // for how long a link is good
	By                 string
	// Link is a new one, to be passed on.
	Link    string
	Problem string
	MayLink bool
	// Strange says that nobody has named the room's Server yet; MayAllow that the visitor may.
	Strange, MayAllow bool
	Server            string
}

// maxAddress bounds the address of a room.
const maxAddress = 2000

// invitePageOf is the page for an invitation that somebody is about to make.
func (s *Server) invitePageOf(ctx context.Context, i models.Invitation) (invitePage, error) {
	data := invitePage{URL: i.URL, Profile: i.Profile, Profiles: s.profiles, Action: "/invite"}
	if i.URL == "" {
		return data, nil
	}
	t, err := s.inviter.Terms(ctx, i)
	switch {
	case errors.Is(err, models.ErrInvalid):
		data.Problem = web.Text(err)
		return data, nil
	case err != nil:
		return data, fmt.Errorf("terms: %w", err)
	}
	data.Ask, data.Room, data.URL, data.Notice, data.Rules = true, t.Room.Name, t.Room.URL, t.Notice, t.Rules
	data.NoChat = t.NoChat
	data.Strange, data.Server = t.Strange, t.Server
	data.MayAllow = auth.VisitorOf(ctx).All.Allows(models.AccessOwner)
	data.Keeps = keeps(t)
	return data, nil
}

// keeps says how long what is kept.
func keeps(t models.Terms) []string {
	days := func(d time.Duration) string {
		switch n := int(d / (24 * time.Hour)); {
		case d <= 0:
			return "until a host deletes it"
		case n < 1:
			return fmt.Sprintf("for %d hours", int(d/time.Hour))
		case n == 1:
			return "for a day"
		default:
			return fmt.Sprintf("for %d days", n)
		}
	}
	out := []string{"what the rules find, with the words that matched: " + days(t.Keep.Flags)}
	if t.ModerateOnly {
		return append(out, "no transcript and no sound")
	}
	return append(
		out, "what is said, as text: "+days(t.Keep.Words),
		"the sound of lines that a rule found: "+days(t.Keep.Sound)+"; no other sound",
	)
}

func invitationOf(v url.Values) models.Invitation {
	return models.Invitation{
		URL: strings.TrimSpace(v.Get("url")), Name: strings.TrimSpace(v.Get("name")), Profile: v.Get("profile"),
		AllowServer: v.Get("allow_server") != "", PrivateServer: v.Get("private_server") != "",
	}
}

// mayInvite is an error for visitors who may not invite the bot into a room.
func (s *Server) mayInvite(r *http.Request, i models.Invitation) error {
	who := auth.VisitorOf(r.Context())
	if i.AllowServer || i.PrivateServer {
		return auth.VisitorOf(r.Context()).RequireOwner()
	}
	if who.All.Allows(models.AccessHost) {
		return nil
	}
	t, err := s.inviter.Terms(r.Context(), i)
	if err == nil && who.May(t.Room.ID, models.AccessHost) {
		return nil
	}
	return models.ErrForbidden
}

// inviteView is GET /invite: for hosts that are logged in, also by a link that names the room's address.
func (s *Server) inviteView(r *http.Request) (view, error) {
	i := invitationOf(r.URL.Query())
	if i.URL != "" || !auth.VisitorOf(r.Context()).All.Allows(models.AccessHost) {
		if err := s.mayInvite(r, i); err != nil {
			return view{}, err
		}
	}
	data, err := s.invitePageOf(r.Context(), i)
	data.MayLink = true
	return view{page: "invite", title: "Invite Earshot", nav: "rooms", data: data}, err
}

// invite is POST /invite: it sends the bot, or makes a link.
func (s *Server) invite(w http.ResponseWriter, r *http.Request) {
	if err := web.ReadForm(r); err != nil {
		s.render(w, r, s.failed(r, err))
		return
	}
	i := invitationOf(r.PostForm)
	if err := s.mayInvite(r, i); err != nil {
		s.render(w, r, s.failed(r, err))
		return
	}
	i.By = auth.VisitorOf(r.Context()).Name
	if r.PostForm.Get("do") == "link" {
		s.showLink(w, r, i)
		return
	}
	_, err := s.inviter.Invite(r.Context(), i)
	s.invited(w, r, i, "/invite", err)
}

// invited leads to the rooms, or shows why not.
func (s *Server) invited(w http.ResponseWriter, r *http.Request, i models.Invitation, action string, err error) {
	if err == nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	readable := web.Explained(err)
	data, failed := s.invitePageOf(r.Context(), i)
	var no *web.Refusal
	if failed != nil || !errors.As(readable, &no) {
		s.render(w, r, s.failed(r, err))
		return
	}
	data.Problem, data.Action, data.MayLink = no.Message, action, action == "/invite"
	s.render(w, r, view{status: no.Status, page: "invite", title: "Invite Earshot", nav: "rooms", data: data})
}

// showLink makes a link and shows it once.
func (s *Server) showLink(w http.ResponseWriter, r *http.Request, i models.Invitation) {
	i.Expires = s.now().Add(inviteFor).UTC().Truncate(time.Second)
	link, err := s.links.Link(r.Context(), i)
	if err != nil {
		s.invited(w, r, i, "/invite", err)
		return
	}
	data, err := s.invitePageOf(r.Context(), i)
	if err != nil {
		s.render(w, r, s.failed(r, err))
		return
	}
	data.Link, data.Until, data.MayLink = link, i.Expires.In(s.loc).Format("2 January 15:04"), true
	s.render(w, r, view{page: "invite", title: "Invite Earshot", nav: "rooms", data: data})
}

// inviteFor is how long a link made on the page is good.
const inviteFor = 7 * 24 * time.Hour

// linkView is GET /invite/{secret}: whoever has the link sees what it is for. Nothing happens yet, so that programs that
// look at links in messages don't use them up.
func (s *Server) linkView(r *http.Request) (view, error) {
	i, err := s.links.Linked(r.Context(), r.PathValue("secret"))
	if errors.Is(err, models.ErrNotFound) {
		return view{status: http.StatusNotFound, page: "trouble", title: "Not good any more", data: trouble{
			Headline: "This invitation is not good any more", Text: "It was used, or its time is over. Ask whoever sent it for a new one.",
		}}, nil
	}
	if err != nil {
		return view{}, fmt.Errorf("invitation: %w", err)
	}
	data, err := s.invitePageOf(r.Context(), i)
	data.Action, data.By, data.Until = "/invite/"+r.PathValue("secret"), i.By, i.Expires.In(s.loc).Format("2 January 15:04")
	return view{page: "invite", title: "Invite Earshot", data: data}, err
}

// followLink is POST /invite/{secret}.
func (s *Server) followLink(w http.ResponseWriter, r *http.Request) {
	i, err := s.links.Linked(r.Context(), r.PathValue("secret"))
	if err == nil {
		_, err = s.links.Follow(r.Context(), r.PathValue("secret"))
	}
	switch {
	case errors.Is(err, models.ErrNotFound):
		v, _ := s.linkView(r)
		s.render(w, r, v)
	case err != nil:
		s.invited(w, r, i, "/invite/"+r.PathValue("secret"), err)
	default:
		s.render(w, r, view{page: "trouble", title: "Invited", data: trouble{
			Headline: "Earshot is on its way", Text: "It joins the room in a moment, is seen there under its name, and says in the chat what it " +
				"does.",
		}})
	}
}
