package livekit

import (
	"context"
	"errors"
	"net/http"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"github.com/twitchtv/twirp"
	"google.golang.org/protobuf/proto"

	"earshot/bot"
	"earshot/models"
)

// call makes one request to the server's RoomService and translates its refusals.
func (c *Connector) call(ctx context.Context, do func(context.Context) error) error {
	token, err := c.adminToken(time.Now())
	if err != nil {
		return err
	}
	ctx, err = twirp.WithHTTPRequestHeaders(ctx, http.Header{"Authorization": {"Bearer " + token}})
	if err != nil {
		return bot.Refuse("the request cannot be made", err)
	}
	err = do(ctx)
	var t twirp.Error
	if !errors.As(err, &t) {
		return err
	}
	switch t.Code() {
	case twirp.PermissionDenied, twirp.Unauthenticated:
		return bot.Refuse("the bot's token has no roomAdmin grant for this room", nil)
	case twirp.NotFound:
		return bot.ErrAbsent
	case twirp.Unimplemented, twirp.BadRoute, twirp.InvalidArgument, twirp.FailedPrecondition:
		return bot.Refuse("the server does not do this: "+string(t.Code()), nil)
	default:
		return errors.New("livekit: the server answered " + string(t.Code()))
	}
}

// Execute implements bot.Moderator.
func (c *Connector) Execute(ctx context.Context, o bot.Command) error {
	s := c.current()
	if s == nil {
		return bot.ErrNotJoined
	}
	if o.Verb == models.VerbMessage {
		return c.message(ctx, s, o)
	}
	p := s.people.identity(o.Target)
	if p == nil {
		return bot.ErrAbsent
	}
	switch o.Verb {
	case models.VerbMute:
		return c.mute(ctx, p, true)
	case models.VerbUnmute:
		return c.mute(ctx, p, false)
	case models.VerbToAudience:
		return c.toAudience(ctx, o.Target)
	case models.VerbToStage:
		return c.toStage(ctx, o.Target)
	case models.VerbRemove:
		return c.call(ctx, func(ctx context.Context) error {
			_, err := c.admin.RemoveParticipant(ctx, &lk.RoomParticipantIdentity{Room: c.at.room, Identity: o.Target})
			return err //nolint:wrapcheck // call does
		})
	default:
		return bot.Refuse("LiveKit can't do this: whoever holds a token may come back", nil)
	}
}

// Effect implements bot.Moderator.
func (c *Connector) Effect(o bot.Command) (bool, string) {
	s := c.current()
	if s == nil {
		return false, ""
	}
	p := s.people.identity(o.Target)
	switch o.Verb {
	case models.VerbMessage:
		return s.echoes.sent(o)
	case models.VerbRemove:
		return p == nil, "the server no longer lists the person"
	case models.VerbMute:
		return p == nil || !hasTrack(p, func(t *lk.TrackInfo) bool { return !t.GetMuted() }), "the server reports every microphone as muted"
	case models.VerbUnmute:
		return p != nil && !hasTrack(p, func(t *lk.TrackInfo) bool { return t.GetMuted() }), "the server reports no microphone as muted"
	case models.VerbToStage:
		return p != nil && p.info.GetPermission().GetCanPublish(), "the server reports the right to publish"
	case models.VerbToAudience:
		return p == nil || !p.info.GetPermission().GetCanPublish() &&
			len(audible(p.info)) == 0, "the server reports no right to publish and no track"
	default:
		return false, ""
	}
}

func hasTrack(p *person, is func(*lk.TrackInfo) bool) bool {
	for _, t := range audible(p.info) {
		if is(t) {
			return true
		}
	}
	return false
}

// mute mutes, or unmutes, every microphone of a person. Somebody without one cannot be heard anyway.
func (c *Connector) mute(ctx context.Context, p *person, muted bool) error {
	for _, t := range audible(p.info) {
		if t.GetMuted() == muted {
			continue
		}
		err := c.call(ctx, func(ctx context.Context) error {
			_, err := c.admin.MutePublishedTrack(ctx, &lk.MuteRoomTrackRequest{
				Room: c.at.room, Identity: p.info.GetIdentity(), TrackSid: t.GetSid(), Muted: muted,
			})
			return err //nolint:wrapcheck // call does
		})
		var refused *bot.RefusalError
		if errors.As(err, &refused) && !muted {
			return bot.Refuse("this server does not let anybody unmute others (room.enable_remote_unmute)", refused.Err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// toAudience takes away the right to publish and leaves all other rights. The server then ends the tracks.
func (c *Connector) toAudience(ctx context.Context, identity string) error {
	return c.permit(ctx, identity, func(p *lk.ParticipantPermission) {
		if p.GetCanPublish() {
			c.sources.Store(identity, p.GetCanPublishSources())
		}
		p.CanPublish, p.CanPublishSources = false, nil
	})
}

// toStage gives back the right to publish: what could be published before or, when that is not known, a microphone.
func (c *Connector) toStage(ctx context.Context, identity string) error {
	return c.permit(ctx, identity, func(p *lk.ParticipantPermission) {
		if p.GetCanPublish() {
			return
		}
		p.CanPublish, p.CanPublishSources = true, []lk.TrackSource{lk.TrackSource_MICROPHONE}
		if before, ok := c.sources.LoadAndDelete(identity); ok {
			p.CanPublishSources, _ = before.([]lk.TrackSource)
		}
	})
}

// permit changes somebody's rights.
func (c *Connector) permit(ctx context.Context, identity string, change func(*lk.ParticipantPermission)) error {
	return c.call(ctx, func(ctx context.Context) error {
		now, err := c.admin.GetParticipant(ctx, &lk.RoomParticipantIdentity{Room: c.at.room, Identity: identity})
		if err != nil {
			return err //nolint:wrapcheck // call does
		}
		keep := &lk.ParticipantPermission{}
		if now.GetPermission() != nil {
			proto.Merge(keep, now.GetPermission())
		}
		change(keep)
		_, err = c.admin.UpdateParticipant(ctx, &lk.UpdateParticipantRequest{Room: c.at.room, Identity: identity, Permission: keep})
		return err //nolint:wrapcheck // call does
	})
}
