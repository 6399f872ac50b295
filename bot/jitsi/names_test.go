package jitsi

import (
	"log/slog"
	"testing"

	"earshot/bot"
	"earshot/bot/internal/roomtest"
	"earshot/bot/jitsi/wire"
	"earshot/bot/jitsi/xmpp"
	"earshot/models"
)

// TestNameAndSound: whatever the order in which the bridge and the chat room report somebody, their audio ends up under their name.
func TestNameAndSound(t *testing.T) {
	const endpoint, tag, mark = "d856f03e", "d856f03e-a0", 3
	for when, x := range map[string]struct{ before, meanwhile, after string }{
		"the name comes first":                  {before: "Cem"},
		"the name comes as the track opens":     {meanwhile: "Cem"},
		"the name comes after the sound":        {after: "Cem"},
		"another name comes as the track opens": {before: "Cemal", meanwhile: "Cem"},
	} {
		t.Run(when, func(t *testing.T) {
			listener, m := roomtest.NewListener(), &member{roster: newRoster("0badcafe")}
			s := &stay{handler: listener, member: m}
			listener.Joined(bot.Capabilities{})
			presence := func(name string) {
				if name != "" {
					m.other(endpoint, xmpp.Stanza{Nick: &name}, s.events())
				}
			}
			s.tracks = newTracks(s, slog.New(slog.DiscardHandler))
			who := s.tracks.who
			s.tracks.who = func(endpoint string) models.Speaker {
				was := who(endpoint)
				presence(x.meanwhile)
				return was
			}
			presence(x.before)
			s.tracks.start(tag, wire.Start{Endpoint: endpoint, Encoding: "opus", Rate: opusRate})
			opus, _, err := roomtest.Tagged(mark)()
			if err != nil {
				t.Fatal(err)
			}
			s.tracks.media(tag, wire.Media{Opus: opus, Level: -1})
			presence(x.after)
			tags := map[string]byte{"Cem": mark}
			if err := listener.Right(tags); err != nil {
				t.Fatal(err)
			}
			if err := listener.Heard(tags, "Cem", 1); err != nil {
				t.Error(err)
			}
		})
	}
}
