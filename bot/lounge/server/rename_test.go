package server_test

import (
	"net/http"
	"testing"

	"earshot/bot"
	"earshot/bot/lounge/server"
)

// TestRename: in a pause everybody in the lounge sees it in the bot's name, and no longer after it. Whoever is no visible
// listener has no name to change.
func TestRename(t *testing.T) {
	base, _ := open(t, server.Config{HostToken: hostToken})
	r := visitor(t, base, hostToken, bot.Notice{Name: "Earshot", Language: "id"})
	you := ""
	step := 0
	for e := range stream(t, base) {
		if e.You != "" {
			you = e.You
		}
		names := map[string]bool{}
		for _, l := range e.Listeners {
			names[l.Name] = true
		}
		switch {
		case step == 0 && names["Earshot"]:
			step++
			go r.Pause(t.Context(), true)
		case step == 1 && names["Earshot (dijeda)"] && len(names) == 1:
			step++
			go r.Pause(t.Context(), false)
		case step == 2 && names["Earshot"]:
			for body, want := range map[string]int{
				`{"name":"Ana"}`: http.StatusForbidden, `{"name":" "}`: http.StatusBadRequest, `x`: http.StatusBadRequest,
			} {
				if resp := post(t, base+"/rooms/lounge/name", "", you, body); resp.StatusCode != want { //nolint:bodyclose // post closes it
					t.Errorf("%s: HTTP %d, want %d", body, resp.StatusCode, want)
				}
			}
			return
		}
	}
	t.Fatalf("after step %d the name did not change", step)
}
