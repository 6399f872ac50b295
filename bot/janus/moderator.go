package janus

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"

	"earshot/bot"
	"earshot/models"
)

// videoRights finds out whether the room's secret is right: a request about a person who does not exist fails with one code if
// it is, and with another if it is not.
func (st *stay) videoRights(ctx context.Context) bot.Capabilities {
	if st.c.cfg.Secret == "" {
		return bot.Capabilities{}
	}
	_, err := st.order(ctx, "kick", request{"id": st.nobody()})
	var s *serverError
	if expected := errors.As(err, &s) && s.is(true, roomNoFeed, bridgeNoUser); err != nil && !expected {
		st.c.cfg.Log.Warn("the room's secret is not taken: the bot can only listen", "err", err)
		return bot.Capabilities{}
	}
	can := Abilities()
	can.Ban = !st.c.at.bridge && len(st.tokens(ctx)) > 0
	return can
}

// nobody is an id that no person has, of the type that this server uses.
func (st *stay) nobody() any {
	const unlikely = 1 << 52
	n := unlikely + rand.Uint64N(unlikely) //nolint:gosec // it only has to be rare
	if len(st.c.at.room) > 0 && st.c.at.room[0] == '"' {
		return bare(json.RawMessage(`"nobody"`)) + string(rune('a'+n%26))
	}
	return n
}

// order sends a moderation request.
func (st *stay) order(ctx context.Context, verb string, more request) (event, error) {
	r := request{"request": verb, "room": st.c.at.room, "secret": st.c.cfg.Secret}
	for k, v := range more {
		r[k] = v
	}
	m, err := st.s.now().ask(ctx, st.s.plugin(st.events, r, nil))
	if err != nil {
		return event{}, err
	}
	return m.event()
}

// tokens lists the room's allowed tokens; empty when everybody may join.
func (st *stay) tokens(ctx context.Context) []string {
	e, err := st.order(ctx, "allowed", request{"action": "add", "allowed": []string{}})
	if err != nil {
		return nil
	}
	return e.Allowed
}

// Execute implements bot.Moderator with the room's secret.
func (c *Connector) Execute(ctx context.Context, o bot.Command) error {
	st := c.now.Load()
	if st == nil {
		return bot.ErrNotJoined
	}
	if o.Verb == models.VerbUnban { // somebody who is banned is not in the room
		return st.unban(ctx, o.Target)
	}
	p, here := st.known.find(o.Target)
	if !here {
		return bot.ErrAbsent
	}
	switch o.Verb {
	case models.VerbMute, models.VerbUnmute:
		return st.mute(ctx, p, o.Verb == models.VerbMute)
	case models.VerbRemove:
		return st.kick(ctx, p)
	case models.VerbBan:
		return st.ban(ctx, p)
	default:
		return bot.Refuse("Janus does not support this", nil)
	}
}

// Effect implements bot.Moderator from the room's events.
func (c *Connector) Effect(o bot.Command) (bool, string) {
	st := c.now.Load()
	if st == nil {
		return false, ""
	}
	if o.Verb == models.VerbUnban {
		_, still := c.banned.Load(o.Target)
		return !still, "the room lets the person's token in again"
	}
	return st.known.effect(o)
}

func (st *stay) mute(ctx context.Context, p person, on bool) error {
	if st.c.at.bridge {
		verb := "unmute"
		if on {
			verb = "mute"
		}
		_, err := st.order(ctx, verb, request{"id": p.raw})
		return hard(err)
	}
	for mid := range p.mids {
		if _, err := st.order(ctx, "moderate", request{"id": p.raw, "mid": mid, "mute": on}); err != nil {
			return hard(err)
		}
	}
	return nil
}

func (st *stay) kick(ctx context.Context, p person) error {
	_, err := st.order(ctx, "kick", request{"id": p.raw})
	return hard(err)
}

// ban removes the person's token from the room's list and kicks. Janus does not say who joined with which token, so this
// works where the application uses people's ids or names as tokens.
func (st *stay) ban(ctx context.Context, p person) error {
	list := st.tokens(ctx)
	token := bare(p.raw)
	if !slices.Contains(list, token) {
		token = p.name
	}
	if !slices.Contains(list, token) {
		return bot.Refuse(
			"none of the tokens that the room lets in is this person's id or name, so they could come back: remove is possible", nil,
		)
	}
	if _, err := st.order(ctx, "allowed", request{"action": "remove", "allowed": []string{token}}); err != nil {
		return hard(err)
	}
	st.c.banned.Store(bare(p.raw), token)
	return st.kick(ctx, p)
}

// unban puts back the token that a ban removed from the room's list. Only the ban itself knows which one that was.
func (st *stay) unban(ctx context.Context, target string) error {
	token, ok := st.c.banned.Load(target)
	if !ok {
		return bot.Refuse("the bot was started anew since the ban and does not know the person's token: add it to the room's list by hand", nil)
	}
	if _, err := st.order(ctx, "allowed", request{"action": "add", "allowed": []string{token.(string)}}); err != nil {
		return hard(err)
	}
	st.c.banned.Delete(target)
	return nil
}

// hard tells refusals from failures that may be temporary.
func hard(err error) error {
	var s *serverError
	if !errors.As(err, &s) {
		return err
	}
	switch {
	case s.is(true, roomNoFeed, bridgeNoUser):
		return bot.ErrAbsent
	case s.is(true, roomUnauthorized, bridgeUnauth):
		return bot.Refuse("the room's secret is not taken", err)
	default:
		return bot.Refuse("the server refused it", err)
	}
}

// Abilities is what the bot can do in a VideoRoom with the room's secret; in an AudioBridge it is all but the ban.
func Abilities() bot.Capabilities {
	return bot.Capabilities{Mute: true, Unmute: true, Remove: true, Ban: true}
}
