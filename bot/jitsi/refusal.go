package jitsi

import (
	"errors"
	"fmt"
	"net/http"

	"earshot/bot"
	"earshot/bot/jitsi/xmpp"
	"earshot/models"
)

// refusal explains an error from connecting or logging in to the XMPP server.
func refusal(err error) error {
	var http404 *xmpp.RefusedError
	var auth *xmpp.AuthError
	switch {
	case errors.As(err, &http404):
		if s := http404.Status; s >= http.StatusInternalServerError || s == http.StatusTooManyRequests {
			return bot.Retry(models.EndFailedServer, fmt.Errorf("jitsi: %w", err))
		}
		return models.WithHint(bot.End(models.EndDenied, fmt.Errorf("jitsi: %w", err)),
			"check jitsi.xmpp: it is wss://HOST/xmpp-websocket, where Prosody has the module websocket")
	case errors.As(err, &auth) && auth.Condition == "temporary-auth-failure":
		return bot.Retry(models.EndFailedServer, fmt.Errorf("jitsi: %w", err))
	case errors.As(err, &auth) && auth.Condition == "malformed-request": // Prosody's answer to an empty password
		return models.WithHint(bot.End(models.EndFailedAuth, errors.New("jitsi: the XMPP account has no password")),
			"set EARSHOT_JITSI_PASSWORD, or name a password_file for the server under servers")
	case errors.As(err, &auth):
		return models.WithHint(bot.End(models.EndFailedAuth, fmt.Errorf("jitsi: %w", err)),
			"check jitsi.domain, or jitsi.user with EARSHOT_JITSI_PASSWORD, or the token in EARSHOT_JITSI_JWT")
	case errors.Is(err, xmpp.ErrInTheClear):
		return models.WithHint(bot.End(models.EndFailedAuth, fmt.Errorf("jitsi: %w", err)), "write wss:// in jitsi.xmpp")
	}
	if models.Hint(err) == "" {
		err = models.WithHint(err, "check jitsi.xmpp, and that the XMPP server runs")
	}
	return bot.Retry(models.EndFailedServer, fmt.Errorf("jitsi: %w", err))
}

// entry explains why a room does not admit the bot, from the stanza error's condition (XEP-0045, section 7.2).
func entry(condition string) error {
	end := func(text, hint string) error {
		return models.WithHint(bot.End(models.EndDenied, errors.New("jitsi: "+text)), hint)
	}
	switch condition {
	case "not-authorized":
		return end("the meeting has a password", "take the password away, or give the bot an XMPP account that is its moderator")
	case "registration-required":
		return end("the meeting has a lobby, and lets in whom a moderator lets in",
			"turn the lobby off, or give the bot an XMPP account that is its moderator")
	case "forbidden":
		return end("the bot is banned from the meeting", "ask its moderators")
	case "conflict", "service-unavailable", "item-not-found", "not-allowed": // the nick is taken, or the room is full or not open yet
		return bot.Retry(models.EndDenied, fmt.Errorf("jitsi: the meeting does not let the bot in (%s)", condition))
	}
	return end(fmt.Sprintf("the meeting does not let the bot in (%.60s)", condition), "ask the server's administrator")
}

// refused explains why a request was refused.
func refused(condition string) error {
	switch condition {
	case "forbidden", "not-allowed", "not-authorized":
		return bot.Refuse(
			"the bot is no moderator of the meeting ("+condition+"): make it one there, or name a moderator's account in jitsi.user", nil,
		)
	case "item-not-found", "recipient-unavailable":
		return bot.ErrAbsent
	case "feature-not-implemented", "service-unavailable", "policy-violation", "not-acceptable":
		return bot.Refuse("the server does not do this ("+condition+")", nil)
	}
	return fmt.Errorf("jitsi: the server refuses it (%.60s)", condition)
}
