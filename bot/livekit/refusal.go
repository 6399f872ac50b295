package livekit

import (
	"errors"
	"net/http"

	lk "github.com/livekit/protocol/livekit"

	"earshot/bot"
	"earshot/models"
)

// mediaFailure is a reason given by newer servers, which this version of the protocol has no name for.
const mediaFailure lk.DisconnectReason = 15

// errResume says that the signalling is to be resumed.
var errResume = errors.New("livekit: the server asks to reconnect")

// left turns the server's leave request into how the stay ends.
func left(l *lk.LeaveRequest) error {
	switch l.GetReason() {
	case lk.DisconnectReason_DUPLICATE_IDENTITY:
		return bot.End(models.EndReplaced, errors.New("livekit: another client joined with the bot's identity"))
	case lk.DisconnectReason_PARTICIPANT_REMOVED:
		return bot.End(models.EndRemoved, errors.New("livekit: a moderator removed the bot"))
	case lk.DisconnectReason_ROOM_DELETED, lk.DisconnectReason_ROOM_CLOSED:
		return bot.End(models.EndRoomClosed, nil)
	case mediaFailure, lk.DisconnectReason_JOIN_FAILURE:
		return bot.Retry(models.EndFailedICE, errors.New("livekit: the server saw no media path to the bot"))
	case lk.DisconnectReason_MIGRATION:
		return errResume
	default:
	}
	if l.GetAction() == lk.LeaveRequest_RESUME {
		return errResume
	}
	return bot.Retry(models.EndFailedServer, errors.New("livekit: the server ended the connection: "+l.GetReason().String()))
}

// refusal turns a failed join into how the stay ends.
func refusal(err error) error {
	var r *refused
	if !errors.As(err, &r) {
		return bot.Retry(models.EndFailedServer, err)
	}
	switch {
	case r.status == http.StatusUnauthorized:
		return models.WithHint(
			bot.End(models.EndFailedAuth, err),
			"check the API key and secret, or the token: that it has not run out, and that it is for this room",
		)
	case r.status == http.StatusForbidden:
		return models.WithHint(bot.End(models.EndDenied, err), "check that the token lets the bot join this room")
	case r.status == http.StatusNotFound:
		return models.WithHint(bot.Retry(models.EndRoomClosed, err), "the server has no such room, and doesn't create rooms on join")
	case r.status >= 500 || r.status == http.StatusTooManyRequests:
		return bot.Retry(models.EndFailedServer, err)
	}
	return models.WithHint(bot.End(models.EndDenied, err), "check that the URL is the address of a LiveKit server")
}
