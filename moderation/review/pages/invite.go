package pages

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
	"earshot/moderation/review/record"
	"earshot/moderation/review/web"
)

// invitePage shows what the bot does and stores in a room, with a button that invites it.
type invitePage struct {
	// Ask is false while no address has been given: only the form is shown.
	Ask                bool
	Room, URL, Profile string
	Profiles           []string
	Notice, Rules      string
	NoChat             bool
	Keeps              []string
	Action             string // where the button leads
	Until              string // when the link expires
	By                 string
	// Link is a new link to be passed on.
	Link    string
	Problem string
	MayLink bool
	// Strange says that the room's Server has not been allowed yet; MayAllow that the visitor may allow it.
	Strange, MayAllow bool
	Server            string
}

// invitePageOf returns the page for an invitation that somebody is about to make.
func (s roomPages) invitePageOf(ctx context.Context, i models.Invitation) (invitePage, error) {
	data := invitePage{URL: i.URL, Profile: i.Profile, Profiles: s.Rooms.Profiles, Action: "/invite"}
	if i.URL == "" {
		return data, nil
	}
	t, err := s.Rooms.Inviter.Terms(ctx, i)
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

// keeps lists what is stored and for how long.
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
	out := []string{"what the rules flag, with the words that matched: " + days(t.Keep.Flags)}
	if t.ModerateOnly {
		return append(out, "no transcript and no audio")
	}
	return append(
		out, "what is said, as text: "+days(t.Keep.Words),
		"the audio of flagged lines: "+days(t.Keep.Sound)+"; no other audio",
	)
}

func invitationOf(v url.Values) models.Invitation {
	return models.Invitation{
		URL: strings.TrimSpace(v.Get("url")), Name: strings.TrimSpace(v.Get("name")), Profile: v.Get("profile"),
		AllowServer: v.Get("allow_server") != "", PrivateServer: v.Get("private_server") != "",
	}
}

// inviteView is GET /invite: for hosts who are logged in, also through a link with the room's address.
func (s roomPages) inviteView(r *http.Request) (view, error) {
	i := invitationOf(r.URL.Query())
	if i.URL != "" || !auth.VisitorOf(r.Context()).All.Allows(models.AccessHost) {
		if err := s.Rooms.MayInvite(r.Context(), i); err != nil {
			return view{}, err
		}
	}
	data, err := s.invitePageOf(r.Context(), i)
	data.MayLink = true
	return view{page: "invite", title: "Invite Earshot", nav: "rooms", data: data}, err
}

// invite is POST /invite: it invites the bot, or creates a link.
func (s roomPages) invite(w http.ResponseWriter, r *http.Request) {
	if err := web.ReadForm(r); err != nil {
		s.Fail(w, r, err)
		return
	}
	i := invitationOf(r.PostForm)
	if err := s.Rooms.MayInvite(r.Context(), i); err != nil {
		s.Fail(w, r, err)
		return
	}
	i.By = auth.VisitorOf(r.Context()).Name
	if r.PostForm.Get("do") == "link" {
		s.showLink(w, r, i)
		return
	}
	_, err := s.Rooms.Inviter.Invite(r.Context(), i)
	s.invited(w, r, i, "/invite", err)
}

// invited redirects to the rooms, or shows an error.
func (s roomPages) invited(w http.ResponseWriter, r *http.Request, i models.Invitation, action string, err error) {
	if err == nil {
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return
	}
	readable := web.Explained(err)
	data, failed := s.invitePageOf(r.Context(), i)
	var no *web.Refusal
	if failed != nil || !errors.As(readable, &no) {
		s.Fail(w, r, err)
		return
	}
	data.Problem, data.Action, data.MayLink = no.Error(), action, action == "/invite"
	s.render(w, r, view{status: no.Status, page: "invite", title: "Invite Earshot", nav: "rooms", data: data})
}

// showLink creates a link and shows it once.
func (s roomPages) showLink(w http.ResponseWriter, r *http.Request, i models.Invitation) {
	link, expires, err := s.Rooms.Link(r.Context(), i, record.LinkFor)
	if err != nil {
		s.invited(w, r, i, "/invite", err)
		return
	}
	data, err := s.invitePageOf(r.Context(), i)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	data.Link, data.Until, data.MayLink = link, expires.In(s.Location).Format("2 January 15:04"), true
	s.render(w, r, view{page: "invite", title: "Invite Earshot", nav: "rooms", data: data})
}

// linkView is GET /invite/{secret}: anyone with the link sees what it is for. It has no effect, so that programs which preview links
// in messages don't use them up.
func (s roomPages) linkView(r *http.Request) (view, error) {
	i, err := s.Rooms.Links.Linked(r.Context(), r.PathValue("secret"))
	if errors.Is(err, models.ErrNotFound) {
		return view{status: http.StatusNotFound, page: "trouble", title: "No longer valid", data: trouble{
			Headline: "This invitation is no longer valid", Text: "It has been used or has expired. Ask whoever sent it for a new one.",
		}}, nil
	}
	if err != nil {
		return view{}, fmt.Errorf("invitation: %w", err)
	}
	data, err := s.invitePageOf(r.Context(), i)
	data.Action, data.By, data.Until = "/invite/"+r.PathValue("secret"), web.Doer(i.By), i.Expires.In(s.Location).Format("2 January 15:04")
	return view{page: "invite", title: "Invite Earshot", data: data}, err
}

// followLink is POST /invite/{secret}.
func (s roomPages) followLink(w http.ResponseWriter, r *http.Request) {
	i, err := s.Rooms.Links.Linked(r.Context(), r.PathValue("secret"))
	if err == nil {
		_, err = s.Rooms.Links.Follow(r.Context(), r.PathValue("secret"))
	}
	switch {
	case errors.Is(err, models.ErrNotFound):
		v, _ := s.linkView(r)
		s.render(w, r, v)
	case err != nil:
		s.invited(w, r, i, "/invite/"+r.PathValue("secret"), err)
	default:
		s.render(w, r, view{page: "trouble", title: "Invited", data: trouble{
			Headline: "Earshot is on its way", Text: "It will join the room in a moment under its own name, and say in the chat what it " +
				"does.",
		}})
	}
}

// serversPage lists the room servers allowed by owners.
type serversPage struct {
	Servers []serverRow
	Problem string
}

type serverRow struct {
	Server, By, Day string
	Private         bool
}

func (s roomPages) serversView(r *http.Request) (view, error) { return s.serversWith(r, "") }

func (s roomPages) serversWith(r *http.Request, problem string) (view, error) {
	if err := auth.VisitorOf(r.Context()).RequireOwner(); err != nil {
		return view{}, err
	}
	found, err := s.Rooms.Servers.Servers(r.Context())
	if err != nil {
		return view{}, fmt.Errorf("servers: %w", err)
	}
	data := serversPage{Problem: problem}
	for _, a := range found {
		data.Servers = append(data.Servers, serverRow{a.Server, web.Doer(a.By), day(a.At.In(s.Location), s.Now().In(s.Location)), a.Private})
	}
	return view{page: "servers", title: "Room servers", nav: "health", data: data}, nil
}

// changeServers is POST /servers: it allows or disallows a server.
func (s roomPages) changeServers(w http.ResponseWriter, r *http.Request) {
	err := web.ReadForm(r)
	if err == nil {
		err = auth.VisitorOf(r.Context()).RequireOwner()
	}
	if err == nil {
		by, server := auth.VisitorOf(r.Context()).Name, strings.TrimSpace(r.PostForm.Get("server"))
		if r.PostForm.Get("do") == "forbid" {
			err = s.Rooms.Servers.ForbidServer(r.Context(), server, by)
		} else {
			err = s.Rooms.Servers.AllowServer(r.Context(), models.AllowedServer{Server: server, Private: r.PostForm.Get("private") != "", By: by})
		}
	}
	if err == nil {
		http.Redirect(w, r, "/servers", http.StatusSeeOther)
		return
	}
	v := view{}
	if errors.Is(err, models.ErrInvalid) {
		v, err = s.serversWith(r, web.Text(err))
		v.status = http.StatusBadRequest
	}
	if err != nil {
		v = s.failed(r, err)
	}
	s.render(w, r, v)
}
