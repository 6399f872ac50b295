package livekittest

import (
	"context"
	"fmt"
	"net/http"
	"time"

	lk "github.com/livekit/protocol/livekit"
	"github.com/twitchtv/twirp"

	"earshot/bot/livekit"
)

// Admin is a room's administrator, such as a program of the server's owner.
type Admin struct {
	ctx        context.Context //nolint:containedctx // it carries the token that each call needs
	room       string
	rooms      lk.RoomService
	dispatches lk.AgentDispatchService
}

// Admin makes an administrator of a room for some minutes.
func (s *Server) Admin(ctx context.Context, room string) (*Admin, error) {
	keys := livekit.Credentials{Key: Key, Secret: Secret}
	grant := &livekit.Grant{Room: room, RoomAdmin: true, RoomCreate: true, RoomList: true}
	token, err := keys.Sign(livekit.Claims{Video: grant}, time.Now(), 10*time.Minute)
	if err != nil {
		return nil, fmt.Errorf("livekittest: %w", err)
	}
	a := &Admin{room: room}
	if a.ctx, err = twirp.WithHTTPRequestHeaders(ctx, http.Header{"Authorization": {"Bearer " + token}}); err != nil {
		return nil, fmt.Errorf("livekittest: %w", err)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	a.rooms = lk.NewRoomServiceProtobufClient("http://"+s.Addr(), client)
	a.dispatches = lk.NewAgentDispatchServiceProtobufClient("http://"+s.Addr(), client)
	return a, nil
}

// Dispatch asks for an agent and returns the dispatch's id.
func (a *Admin) Dispatch(agent string) (string, error) {
	d, err := a.dispatches.CreateDispatch(a.ctx, &lk.CreateAgentDispatchRequest{AgentName: agent, Room: a.room})
	if err != nil {
		return "", fmt.Errorf("livekittest: dispatch: %w", err)
	}
	return d.GetId(), nil
}

// TakeBack deletes a dispatch.
func (a *Admin) TakeBack(dispatch string) error {
	_, err := a.dispatches.DeleteDispatch(a.ctx, &lk.DeleteAgentDispatchRequest{DispatchId: dispatch, Room: a.room})
	if err != nil {
		return fmt.Errorf("livekittest: take a dispatch back: %w", err)
	}
	return nil
}

// There reports whether somebody is in the room.
func (a *Admin) There(identity string) bool {
	_, err := a.rooms.GetParticipant(a.ctx, &lk.RoomParticipantIdentity{Room: a.room, Identity: identity})
	return err == nil
}

// Remove removes somebody from the room.
func (a *Admin) Remove(identity string) error {
	_, err := a.rooms.RemoveParticipant(a.ctx, &lk.RoomParticipantIdentity{Room: a.room, Identity: identity})
	if err != nil {
		return fmt.Errorf("livekittest: remove: %w", err)
	}
	return nil
}

// Delete ends the room.
func (a *Admin) Delete() error {
	if _, err := a.rooms.DeleteRoom(a.ctx, &lk.DeleteRoomRequest{Room: a.room}); err != nil {
		return fmt.Errorf("livekittest: delete the room: %w", err)
	}
	return nil
}
