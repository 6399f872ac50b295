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
	"earshot/moderation/review/web"
)

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

// invitePageOf is the page for an invitation that somebody is about to make.
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

// inviteView is GET /invite: for hosts that are logged in, also by a link that names the room's address.
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

// invite is POST /invite: it sends the bot, or makes a link.
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

// invited leads to the rooms, or shows why not.
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
	data.Problem, data.Action, data.MayLink = no.Message, action, action == "/invite"
	s.render(w, r, view{status: no.Status, page: "invite", title: "Invite Earshot", nav: "rooms", data: data})
}

// showLink makes a link and shows it once.
func (s roomPages) showLink(w http.ResponseWriter, r *http.Request, i models.Invitation) {
	link, expires, err := s.Rooms.Link(r.Context(), i)
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

// linkView is GET /invite/{secret}: whoever has the link sees what it is for. Nothing happens yet, so that programs that
// look at links in messages don't use them up.
func (s roomPages) linkView(r *http.Request) (view, error) {
	i, err := s.Rooms.Links.Linked(r.Context(), r.PathValue("secret"))
	if errors.Is(err, models.ErrNotFound) {
		return view{status: http.StatusNotFound, page: "trouble", title: "Not good any more", data: trouble{
			Headline: "This invitation is not good any more", Text: "It was used, or its time is over. Ask whoever sent it for a new one.",
		}}, nil
	}
	if err != nil {
		return view{}, fmt.Errorf("invitation: %w", err)
	}
	data, err := s.invitePageOf(r.Context(), i)
	data.Action, data.By, data.Until = "/invite/"+r.PathValue("secret"), i.By, i.Expires.In(s.Location).Format("2 January 15:04")
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
			Headline: "Earshot is on its way", Text: "It joins the room in a moment, is seen there under its name, and says in the chat what it " +
				"does.",
		}})
	}
}
