package mumble

import (
	"errors"
	"fmt"

	"earshot/bot"
	"earshot/bot/mumble/wire"
	"earshot/models"
)

// rejected explains why a server does not admit the bot.
func rejected(r wire.Reject) error {
	say := func(why models.EndReason, text, hint string) error {
		return models.WithHint(bot.End(why, errors.New("mumble: "+text)), hint)
	}
	switch r.Type {
	case wire.RejectServerPassword:
		return say(
			models.EndFailedAuth, "the server's password is wrong or missing",
			"set EARSHOT_MUMBLE_PASSWORD, or name a password_file under servers",
		)
	case wire.RejectUserPassword:
		return say(models.EndFailedAuth, "the bot's name is registered there, with another certificate or a password",
			"set EARSHOT_MUMBLE_PASSWORD to that name's password, or have the administrator register the bot's own certificate")
	case wire.RejectNoCertificate:
		return say(models.EndFailedAuth, "the server does not take the bot's certificate", "ask the administrator which certificates it takes")
	case wire.RejectName:
		return say(
			models.EndDenied, "the server does not allow the bot's name",
			"ask the administrator to allow it (the server's setting username)",
		)
	case wire.RejectVersion:
		return say(
			models.EndDenied, "the server wants another version of Mumble than 1.3 to 1.5",
			"ask the administrator for the server's version",
		)
	case wire.RejectNameInUse: // perhaps the bot itself, from before
		return bot.Retry(models.EndDenied, errors.New("mumble: somebody else has the bot's name there"))
	case wire.RejectFull:
		return bot.Retry(models.EndDenied, errors.New("mumble: the server is full"))
	case wire.RejectNoNewConnections:
		return bot.Retry(models.EndDenied, errors.New("mumble: the server takes no new connections"))
	case wire.RejectAuthenticator:
		return bot.Retry(models.EndFailedServer, errors.New("mumble: the server could not ask its own authenticator"))
	case wire.RejectNone:
	}
	if r.Reason == "" {
		return bot.End(models.EndDenied, fmt.Errorf("mumble: the server refuses the bot (reason %d)", r.Type))
	}
	return bot.End(models.EndDenied, fmt.Errorf("mumble: the server refuses the bot: %.200q", r.Reason))
}

// rightName returns what Mumble's own windows call a permission.
func rightName(p wire.Permission) string {
	switch p {
	case wire.PermissionEnter:
		return "Enter"
	case wire.PermissionMute:
		return "Mute/Deafen"
	case wire.PermissionMove:
		return "Move"
	case wire.PermissionTextMessage:
		return "Text message"
	case wire.PermissionKick:
		return "Kick"
	case wire.PermissionBan:
		return "Ban"
	}
	return fmt.Sprintf("0x%x", uint32(p))
}

// reason explains why a server refused a request.
func reason(d wire.PermissionDenied) string {
	switch d.Type {
	case wire.DenyPermission:
		return "the bot has not the right " + rightName(d.Permission) + " there"
	case wire.DenySuperUser:
		return "nobody may do this to the server's SuperUser"
	case wire.DenyTextTooLong:
		return "the text is longer than the server allows"
	case wire.DenyCertificate:
		return "the person has no certificate"
	case wire.DenyFull:
		return "the channel is full"
	case wire.DenyText:
	}
	if d.Reason != "" {
		return fmt.Sprintf("the server refuses it: %.200q", d.Reason)
	}
	return fmt.Sprintf("the server refuses it (reason %d)", d.Type)
}

// entry explains why the bot may not enter the room's channel.
func entry(d *wire.PermissionDenied) error {
	switch {
	case d == nil:
		return bot.End(models.EndDenied, errors.New("mumble: the server did not let the bot into the channel"))
	case d.Type == wire.DenyFull:
		return bot.Retry(models.EndDenied, errors.New("mumble: the channel is full"))
	case d.Type == wire.DenyPermission && d.Permission == wire.PermissionEnter:
		return models.WithHint(bot.End(models.EndDenied, errors.New("mumble: the bot may not enter the channel")),
			"give it the channel's password (access token) in EARSHOT_MUMBLE_TOKENS, or have an administrator grant it the right Enter")
	}
	return bot.End(models.EndDenied, errors.New("mumble: entering the channel: "+reason(*d)))
}
