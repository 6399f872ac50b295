package server_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"earshot/bot/lounge"
	"earshot/bot/lounge/server"
	"earshot/bot/lounge/server/budget"
	"earshot/bot/peer"
)

// crowd is a lounge that a stranger has filled from this address as far as they may.
type crowd struct {
	t    *testing.T
	base string
	sdp  string // of all its offers; "": none was made yet
}

// offer is the offer of a client that never connects. It is made once: the lounge waits for a connection for some seconds only.
func (c *crowd) offer() string {
	c.t.Helper()
	if c.sdp == "" {
		c.sdp = offer(c.t)
	}
	return c.sdp
}

func fill(t *testing.T, l budget.Limits) *crowd {
	t.Helper()
	base, _ := open(t, server.Config{HostToken: hostToken, Limits: l})
	return &crowd{t: t, base: base}
}

// publish offers a publication and returns the status.
func (c *crowd) publish(room, name, token string) int {
	c.t.Helper()
	status, _, _ := request(c.t, "POST", c.base+"/whip/"+room+"?name="+url.QueryEscape(name), "application/sdp", c.offer(), bearer(token)...)
	return status
}

func bearer(token string) []string {
	if token == "" {
		return nil
	}
	return []string{"Authorization", "Bearer " + token}
}

// follow opens an event stream, which stays open until the test ends when it is let in, and returns the status.
func (c *crowd) follow(room, query, token string) int {
	c.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/rooms/"+room+"/events?"+query, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	for i, h := 0, bearer(token); i < len(h); i += 2 {
		req.Header.Set(h[i], h[i+1])
	}
	client := (*peer.Factory)(nil).HTTPClient()
	resp, err := client.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { cancel(); resp.Body.Close(); client.CloseIdleConnections() })
	return resp.StatusCode
}

// TestOneAddressLeavesPlacesForOthers: one address gets its share of each thing and no more, with a status that says so; who
// holds the host's token gets in whatever strangers hold.
func TestOneAddressLeavesPlacesForOthers(t *testing.T) {
	for _, tt := range []struct {
		name        string
		limits      budget.Limits
		take        func(c *crowd, i int, token string) int
		most        int
		full, taken int // status when it is full for strangers, when it is taken
	}{
		{
			name: "microphones", limits: budget.Limits{PerAddress: 3}, most: 3, full: http.StatusTooManyRequests, taken: http.StatusCreated,
			take: func(c *crowd, i int, token string) int { return c.publish("lounge", fmt.Sprint("Ana ", i), token) },
		},
		{
			name: "microphones of a room", limits: budget.Limits{PerAddress: -1, People: 3}, most: 3,
			full: http.StatusServiceUnavailable, taken: http.StatusCreated,
			take: func(c *crowd, i int, token string) int { return c.publish("lounge", fmt.Sprint("Ana ", i), token) },
		},
		{
			name: "microphones of all rooms", limits: budget.Limits{PerAddress: -1, Sessions: 3}, most: 3,
			full: http.StatusServiceUnavailable, taken: http.StatusCreated,
			take: func(c *crowd, i int, token string) int { return c.publish(fmt.Sprint("room-", i), "Ana", token) },
		},
		{
			name: "event streams", limits: budget.Limits{PerAddress: 2}, most: 8, full: http.StatusTooManyRequests, taken: http.StatusOK,
			take: func(c *crowd, _ int, token string) int { return c.follow("lounge", "", token) },
		},
		{
			name: "event streams of a room", limits: budget.Limits{PerAddress: -1, Watchers: 4}, most: 4,
			full: http.StatusServiceUnavailable, taken: http.StatusOK,
			take: func(c *crowd, _ int, token string) int { return c.follow("lounge", "", token) },
		},
		{
			name: "event streams of all rooms", limits: budget.Limits{PerAddress: -1, Streams: 4}, most: 4,
			full: http.StatusServiceUnavailable, taken: http.StatusOK,
			take: func(c *crowd, i int, token string) int { return c.follow(fmt.Sprint("room-", i), "", token) },
		},
		{
			name: "rooms", limits: budget.Limits{PerAddress: 8}, most: 4, full: http.StatusTooManyRequests, taken: http.StatusOK,
			take: func(c *crowd, i int, token string) int { return c.follow(fmt.Sprint("room-", i), "", token) },
		},
		{
			name: "rooms in all", limits: budget.Limits{PerAddress: -1, Rooms: 5}, most: 5,
			full: http.StatusServiceUnavailable, taken: http.StatusCreated,
			take: func(c *crowd, i int, token string) int { return c.publish(fmt.Sprint("room-", i), "Ana", token) },
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := fill(t, tt.limits)
			for i := range tt.most {
				if got := tt.take(c, i, ""); got != tt.taken {
					t.Fatalf("number %d of %d: %d, want %d", i+1, tt.most, got, tt.taken)
				}
			}
			for i := range 3 {
				if got := tt.take(c, tt.most+i, ""); got != tt.full {
					t.Errorf("number %d of %d: %d, want %d", tt.most+i+1, tt.most, got, tt.full)
				}
			}
			for i := range 2 {
				if got := tt.take(c, tt.most+10+i, hostToken); got != tt.taken {
					t.Errorf("who holds the token got %d, want %d", got, tt.taken)
				}
			}
			if status, _, _ := request(t, "GET", c.base+"/room/lounge", "", ""); status != http.StatusOK {
				t.Errorf("the page got %d", status)
			}
		})
	}
}

// TestPlacesComeBack: who leaves makes room, and who publishes again with the same key needs no second place.
func TestPlacesComeBack(t *testing.T) {
	c := fill(t, budget.Limits{PerAddress: 1})
	const key = "0123456789abcdef"
	join := func(key string) (int, string) {
		status, header, _ := request(t, "POST", c.base+"/whip/lounge", "application/sdp", c.offer(), lounge.KeyHeader, key)
		return status, header.Get("Location")
	}
	location := ""
	for i := range 3 {
		status, at := join(key)
		if status != http.StatusCreated {
			t.Fatalf("the same person, time %d: %d", i+1, status)
		}
		location = at
	}
	if status, _ := join("another-key-of-16-letters"); status != http.StatusTooManyRequests {
		t.Fatalf("another person from the address: %d", status)
	}
	request(t, "DELETE", c.base+strings.TrimPrefix(location, ".."), "", "")
	for late := time.After(patience); ; {
		if status, _ := join("another-key-of-16-letters"); status == http.StatusCreated {
			return
		}
		select {
		case <-late:
			t.Fatal("the place of who left is not free")
		default:
		}
	}
}

// TestHearingIsBoundedToo: sessions that hear are counted, and the bot, which holds the token, hears in any case.
func TestHearingIsBoundedToo(t *testing.T) {
	c := fill(t, budget.Limits{PerAddress: 2, People: 2})
	id, _ := talk(t, c.base, "Ana")
	hear := func(token string) int {
		status, _, _ := request(t, "POST", c.base+"/whep/lounge/"+id, "application/sdp", c.offer(), bearer(token)...)
		return status
	}
	for i := range 4 {
		if got := hear(""); got != http.StatusCreated {
			t.Fatalf("session %d: %d", i+1, got)
		}
	}
	if got := hear(""); got != http.StatusTooManyRequests {
		t.Errorf("one more: %d", got)
	}
	if got := hear(hostToken); got != http.StatusCreated {
		t.Errorf("the bot: %d", got)
	}
}

// TestRoomsThatNobodyUsesEnd: a room in which nobody speaks is closed, with a word to its pages; one with a bot stays.
func TestRoomsThatNobodyUsesEnd(t *testing.T) {
	base, _ := open(t, server.Config{HostToken: hostToken, Limits: budget.Limits{Idle: 300 * time.Millisecond}})
	c := &crowd{t: t, base: base}
	if got := c.follow("kept", "listener=Earshot", hostToken); got != http.StatusOK {
		t.Fatal(got)
	}
	kept := watch(t, base, "kept", "")
	next := watch(t, base, "lounge", "")
	if e := next("the room is closed", func(e lounge.Event) bool { return e.Type == lounge.EventClosed }); !e.Idle {
		t.Errorf("the room was closed without the reason: %+v", e)
	}
	if got := c.follow("kept", "listener=Ben", ""); got != http.StatusOK {
		t.Fatal(got)
	}
	kept("a listener comes", func(e lounge.Event) bool {
		if e.Type == lounge.EventClosed {
			t.Fatal("the bot's room was closed")
		}
		return e.Type == lounge.EventListeners && len(e.Listeners) == 2
	})
}

// TestAFloodOfChangesIsHeldBack: signs and names of one's own, and listeners that come and go, are told to everybody in the room:
// one address may not have so many told that streams fall behind and are cut off.
func TestAFloodOfChangesIsHeldBack(t *testing.T) {
	const flood = 400
	c := fill(t, budget.Limits{})
	_, header, _ := request(t, "POST", c.base+"/whip/lounge?name=Ben", "application/sdp", offer(t))
	mine := c.base + strings.TrimPrefix(header.Get("Location"), "..")
	for what, change := range map[string]func(i int) int{
		"signs": func(i int) int {
			status, _, _ := request(t, "PUT", mine, "application/json", fmt.Sprintf(`{"muted":%t}`, i%2 == 0))
			return status
		},
		"listeners": func(int) int {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/rooms/lounge/events?listener=Cem", nil)
			if err != nil {
				t.Fatal(err)
			}
			res, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			return res.StatusCode
		},
	} {
		began, let := time.Now(), 0
		for i := range flood {
			switch got := change(i); {
			case got < 300:
				let++
			case got != http.StatusTooManyRequests:
				t.Fatalf("%s: %d", what, got)
			}
		}
		if most := 64 + int(5*time.Since(began).Seconds()); let > most {
			t.Errorf("%s: %d of %d were told, want %d at most", what, let, flood, most)
		}
	}
}
