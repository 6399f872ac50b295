package server_test

import (
	"net/http"
	"testing"

	"earshot/bot"
	"earshot/bot/lounge"
	"earshot/bot/lounge/server"
)

// TestCaptions: everybody who follows the lounge gets the captions that the host's bot sends; nobody else may send any.
func TestCaptions(t *testing.T) {
	base, _ := open(t, server.Config{HostToken: hostToken})
	r := visitor(t, base, hostToken, bot.Notice{})
	guess := bot.Caption{Line: "s1/mic/1", SpeakerID: "p1", SpeakerName: "Ana", Text: "good\x00 even"}
	line := guess
	line.Text, line.Final = "good evening", true
	want := []lounge.Caption{
		{ID: "s1/mic/1", Person: "p1", Name: "Ana", Text: "good even"},
		{ID: "s1/mic/1", Person: "p1", Name: "Ana", Text: "good evening", Final: true},
	}
	for e := range stream(t, base) {
		switch {
		case e.You != "":
			url := base + "/rooms/lounge/captions"
			if resp := post(t, url, "", e.You, `{"id":"x"}`); resp.StatusCode != http.StatusUnauthorized { //nolint:bodyclose // post closes it
				t.Errorf("without the token: HTTP %d", resp.StatusCode)
			}
			if resp := post(t, url, hostToken, e.You, `{"text":"x"}`); resp.StatusCode != http.StatusBadRequest { //nolint:bodyclose // as above
				t.Errorf("without an id: HTTP %d", resp.StatusCode)
			}
			r.Caption(guess)
		case e.Caption != nil:
			if *e.Caption != want[0] {
				t.Errorf("%+v, want %+v", *e.Caption, want[0])
			}
			if want = want[1:]; len(want) == 0 {
				return
			}
			r.Caption(line)
		}
	}
	t.Fatalf("still to come: %+v", want)
}
