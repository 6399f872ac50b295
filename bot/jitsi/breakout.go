package jitsi

import (
	"encoding/json"
	"strings"

	"earshot/bot/jitsi/xmpp"
)

// breakouts returns how many people are in the meeting's breakout rooms according to a message from the server's component. ok is false if
// it is some other message. To the bridge, each of these rooms is a meeting of its own, with a chat room elsewhere.
func breakouts(x xmpp.Stanza) (people int, ok bool) {
	if x.JSON == nil || strings.ContainsAny(x.From, "@/") { // a component's address has neither, people's have both
		return 0, false
	}
	var told struct {
		Type  string `json:"type"`
		Rooms map[string]struct {
			Main   bool                       `json:"isMainRoom"`
			People map[string]json.RawMessage `json:"participants"`
		} `json:"rooms"`
	}
	if json.Unmarshal([]byte(*x.JSON), &told) != nil || told.Type != xmpp.ComponentBreakout || told.Rooms == nil {
		return 0, false
	}
	for _, r := range told.Rooms {
		if !r.Main {
			people += len(r.People)
		}
	}
	return people, true
}
