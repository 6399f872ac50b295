package server_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"earshot/bot"
	"earshot/bot/bottest"
	"earshot/bot/internal/roomtest"
	"earshot/bot/lounge"
	"earshot/bot/lounge/server"
	"earshot/bot/room"
	"earshot/models"
)

const hostToken = "a-token-for-tests"

// tone is an endless recording of a loud tone.
type tone struct {
	packets [][]byte
	n       int
}

func newTone(t *testing.T) *tone {
	t.Helper()
	return &tone{packets: bottest.Tone(t)}
}

func (s *tone) Next() (lounge.Frame, error) {
	s.n++
	return lounge.Frame{Opus: s.packets[s.n%len(s.packets)], At: time.Duration(s.n) * 20 * time.Millisecond}, nil
}

// talk publishes a tone until the test ends; the channel gives the person's id, and the second one the end.
func talk(t *testing.T, base, name string) (id string, ended chan error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() {
		done <- lounge.Publish(ctx, lounge.PublishConfig{
			BaseURL: base, Room: "lounge", Name: name, Key: "the-key-of-" + name + "-is-long", Source: newTone(t), Peer: bottest.Factory(t),
			Ready: func(id string) { ready <- id },
		})
	}()
	t.Cleanup(func() {
		cancel()
		select {
		case <-done: //nolint:errcheck // however it ends
		case <-time.After(patience):
			t.Error("the publisher does not end")
		}
	})
	select {
	case id = <-ready:
	case err := <-done:
		done <- err
	}
	return id, done
}

// book is a Sink that keeps nothing.
type book struct{}

func (book) Clip(context.Context, models.Clip) error       { return nil }
func (book) Gap(context.Context, models.Gap) error         { return nil }
func (book) Speaker(context.Context, models.Speaker) error { return nil }

// visitor runs a bot in the room until the test ends.
func visitor(t *testing.T, base, token string, notice bot.Notice) *room.Room {
	t.Helper()
	r, _ := listener(t, base, token, notice)
	return r
}

// voices tells whose voice a bot.Room is decoding.
type voices chan models.Clip

// until waits until everybody was heard.
func (v voices) until(t *testing.T, ids ...string) {
	t.Helper()
	for late := time.After(patience); len(ids) > 0; {
		select {
		case c := <-v:
			ids = slices.DeleteFunc(ids, func(id string) bool { return id == c.SpeakerID })
		case <-late:
			t.Fatalf("not heard: %v", ids)
		}
	}
}

// listener is visitor with what it hears.
func listener(t *testing.T, base, token string, notice bot.Notice) (*room.Room, voices) {
	t.Helper()
	heard := make(voices, 100)
	c, err := lounge.NewClient(lounge.ClientConfig{
		URL: "lounge" + strings.TrimPrefix(base, "http") + "/lounge", Peer: bottest.Factory(t), Token: token,
	})
	if err != nil {
		t.Fatal(err)
	}
	in := make(chan struct{}, 100)
	r, err := room.New(room.Config{
		Session: models.Session{ID: "s", Epoch: 1, Started: time.Now()}, Connector: c, Sink: book{}, Notice: notice, Captions: true,
		Preview: func(c models.Clip) {
			select {
			case heard <- c:
			default:
			}
		},
		Watch: func(s room.Status) {
			if s.State == room.StateListening {
				in <- struct{}{}
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _, _ = r.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-ended })
	select {
	case <-in:
	case <-time.After(patience):
		t.Fatal("not joined")
	}
	return r, heard
}

// TestActions lets the bot act with the host's token on people who talk: each effect is seen and heard.
func TestActions(t *testing.T) {
	base, _ := open(t, server.Config{HostToken: hostToken})
	r, heard := listener(t, base, hostToken, bot.Notice{})
	if can, _ := r.Can(); can != lounge.Abilities() || can.String() != "message private_message mute unmute to_audience remove ban" {
		t.Errorf("can: %s", can)
	}
	ana, _ := talk(t, base, "Ana")
	ben, _ := talk(t, base, "Ben")
	cem, _ := talk(t, base, "Cem")
	act := func(verb models.Verb, id, how string) {
		t.Helper()
		out := r.Act(t.Context(), models.Action{ID: "x", Verb: verb, TargetID: id}, room.ActOptions{})
		if out.Done != verb || !strings.Contains(out.How, how) || out.Took > roomtest.Within(3*time.Second) {
			t.Errorf("%s: %q by %q after %v: %+v", verb, out.Done, out.How, out.Took, out.Steps)
		}
	}
	heard.until(t, ana, ben, cem)
	act(models.VerbMute, ana, "held by a host, and nothing is heard")
	act(models.VerbToAudience, ben, "in the audience, and nothing is heard")
	act(models.VerbBan, cem, "may not come back")
	for name, want := range map[string]string{"Ben": "credentials refused", "Cem": "credentials refused"} {
		_, again := talk(t, base, name)
		err := <-again
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s came back: %v", name, err)
		}
		again <- err
	}
	act(models.VerbToStage, ben, "no longer")
	act(models.VerbUnban, cem, "lifted the ban")
	for _, name := range []string{"Ben", "Cem"} {
		if id, _ := talk(t, base, name); id == "" {
			t.Errorf("%s may not come back", name)
		}
	}
	act(models.VerbUnmute, ana, "free")
	act(models.VerbRemove, ana, "left")
	if out := r.Act(
		t.Context(), models.Action{Verb: models.VerbMute, TargetID: "nobody"}, room.ActOptions{},
	); !strings.Contains(out.Action.Error, "not in the room") {
		t.Errorf("muting nobody: %+v", out)
	}
}

// TestHeldStays: who was muted by a host is still muted after coming back with the same key.
func TestHeldStays(t *testing.T) {
	base, _ := open(t, server.Config{HostToken: hostToken})
	r := visitor(t, base, hostToken, bot.Notice{})
	id, _ := talk(t, base, "Ana")
	if out := r.Act(t.Context(), models.Action{Verb: models.VerbMute, TargetID: id}, room.ActOptions{}); out.Done != models.VerbMute {
		t.Fatalf("%+v", out)
	}
	again, _ := talk(t, base, "Ana")
	if again != id {
		t.Fatalf("ids %q and %q", id, again)
	}
	for _, l := range follow(t, base, "", 1) {
		if len(l.People) != 1 || !l.People[0].Held {
			t.Errorf("people %+v", l.People)
		}
	}
}

// TestNoToken: without the host's token the bot is told what it may not do, with a wrong one it does not get in.
func TestNoToken(t *testing.T) {
	base, _ := open(t, server.Config{HostToken: hostToken})
	r := visitor(t, base, "", bot.Notice{})
	id, _ := talk(t, base, "Ana")
	out := r.Act(t.Context(), models.Action{Verb: models.VerbMute, TargetID: id}, room.ActOptions{})
	if out.Action.State != models.ActionFailed || !strings.Contains(out.Action.Error, "no right") {
		t.Errorf("%+v", out.Action)
	}
	for path, want := range map[string]int{"/people/" + id + "/mute": 401, "/people/" + id + "/dance": 401, "/chat": 403} {
		resp := post(t, base+"/rooms/lounge"+path, "", "", `{"text":"x"}`) //nolint:bodyclose // post closes it
		if resp.StatusCode != want {
			t.Errorf("%s: HTTP %d, want %d", path, resp.StatusCode, want)
		}
	}
	//nolint:bodyclose // post closes it
	if resp := post(t, base+"/rooms/lounge/people/"+id+"/mute", "wrong", "", ""); resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a wrong token: HTTP %d", resp.StatusCode)
	}
}

func post(t *testing.T, target, token, watcher, body string) *http.Response {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, target, bytes.NewReader([]byte(body)))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.Header.Set(lounge.WatcherHeader, watcher)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp
}

// follow reads events of the lounge until it has n of a type (or of any).
func follow(t *testing.T, base string, kind lounge.EventType, n int) (out []lounge.Event) {
	t.Helper()
	for e := range stream(t, base) {
		if kind == "" || e.Type == kind {
			if out = append(out, e); len(out) == n {
				return out
			}
		}
	}
	t.Fatalf("%d events of type %q, want %d", len(out), kind, n)
	return nil
}

// stream gives a room's events until the reader breaks off or patience ends.
func stream(t *testing.T, base string) func(func(lounge.Event) bool) {
	t.Helper()
	return func(yield func(lounge.Event) bool) {
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/rooms/lounge/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		for s := bufio.NewScanner(resp.Body); s.Scan(); {
			data, ok := strings.CutPrefix(s.Text(), "data: ")
			if !ok {
				continue
			}
			var e lounge.Event
			if err := json.Unmarshal([]byte(data), &e); err != nil {
				t.Fatal(err)
			}
			if !yield(e) {
				return
			}
		}
	}
}

// TestChat: the bot's announcement and people's lines reach everybody; too many lines are refused, and so are private
// ones by guests, and ones to somebody who has no page open.
func TestChat(t *testing.T) {
	base, _ := open(t, server.Config{HostToken: hostToken})
	defer http.DefaultClient.CloseIdleConnections()
	id, _ := talk(t, base, "Ana")
	var lines []lounge.Chat
	var codes []int
	for e := range stream(t, base) {
		switch e.Type {
		case lounge.EventRoom:
			visitor(t, base, hostToken, bot.Notice{Name: "Earshot"})
			say := func(token, body string) {
				codes = append(codes, post(t, base+"/rooms/lounge/chat", token, e.You, body).StatusCode) //nolint:bodyclose // post closes it
			}
			say("", `{"text":" "}`)
			say("", `{"text":"psst","to":"`+id+`"}`)
			say(hostToken, `{"text":"psst","to":"`+id+`"}`)
			for i := 0; i < 100 && codes[len(codes)-1] != http.StatusTooManyRequests; i++ { // a slow machine may say more
				say("", fmt.Sprintf(`{"text":"line\n%d","name":"Dia"}`, i))
			}
		case lounge.EventChat:
			lines = append(lines, *e.Chat)
		}
		if len(lines) > 0 && len(lines) == len(codes)-3 { // all but the refused, and the bot's
			break
		}
	}
	want := []int{400, 403, 409, 201, 201, 201, 201, 201}
	if len(codes) <= len(want) || !slices.Equal(codes[:len(want)], want) || codes[len(codes)-1] != http.StatusTooManyRequests {
		t.Errorf("answers %v, want %v and 429 in the end", codes, want)
	}
	slices.SortStableFunc(lines, func(a, b lounge.Chat) int { return strings.Compare(b.Name, a.Name) })
	if l := lines[0]; l.Name != "Earshot" || !strings.Contains(l.Text, "object") {
		t.Errorf("announcement %+v", l)
	}
	if l := lines[1]; l.Name != "Dia" || l.Text != "line 0" || l.To != "" || l.From == "" {
		t.Errorf("line %+v", l)
	}
}

// TestRemovedPublisher: whoever plays a recording learns at once that a host has sent them out.
func TestRemovedPublisher(t *testing.T) {
	base, _ := open(t, server.Config{HostToken: hostToken})
	r, heard := listener(t, base, hostToken, bot.Notice{})
	id, ended := talk(t, base, "Ana")
	heard.until(t, id)
	began := time.Now()
	if out := r.Act(t.Context(), models.Action{Verb: models.VerbRemove, TargetID: id}, room.ActOptions{}); out.Done != models.VerbRemove {
		t.Fatalf("%+v", out)
	}
	err := <-ended
	var end *bot.EndError
	if !errors.As(err, &end) || end.Reason != models.EndRemoved || time.Since(began) > roomtest.Within(4*time.Second) {
		t.Errorf("Publish = %v after %v", err, time.Since(began))
	}
	ended <- err
}
