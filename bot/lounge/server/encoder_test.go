package server_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"earshot/bot/lounge"
	"earshot/bot/lounge/server"
)

// encoder is a program such as OBS, which sends no key and comes back by itself after whatever ended its stream.
type encoder struct {
	*crowd
	name string
}

// push begins a stream and returns who the encoder is then, and where its session is.
func (e encoder) push() (status int, id, location string) {
	e.t.Helper()
	status, header, _ := request(e.t, "POST", e.base+"/whip/lounge?name="+url.QueryEscape(e.name), "application/sdp", e.offer())
	return status, header.Get(lounge.PersonHeader), e.base + strings.TrimPrefix(header.Get("Location"), "..")
}

// pushes is push where it must succeed.
func (e encoder) pushes() (id, location string) {
	e.t.Helper()
	status, id, location := e.push()
	if status != http.StatusCreated {
		e.t.Fatalf("%q: %d", e.name, status)
	}
	return id, location
}

// decide lets a host act on a person.
func (c *crowd) decide(id, verb string) {
	c.t.Helper()
	status, _, _ := request(c.t, "POST", c.base+"/rooms/lounge/people/"+id+"/"+verb, "", "", bearer(hostToken)...)
	if status != http.StatusNoContent {
		c.t.Fatalf("%s: %d", verb, status)
	}
}

// TestAnEncoderComesBackAsItself: and two that go by one name at one address, or by none, are two people.
func TestAnEncoderComesBackAsItself(t *testing.T) {
	for _, name := range []string{"Stage", ""} {
		base, _ := open(t, server.Config{HostToken: hostToken})
		c := &crowd{t: t, base: base}
		next := watch(t, base, "lounge", "")
		stage := encoder{c, name}
		first, location := stage.pushes()
		second, _ := stage.pushes()
		other, _ := encoder{c, "Studio"}.pushes()
		if first == second || first == other || second == other {
			t.Errorf("%q: three encoders are %s, %s and %s", name, first, second, other)
		}
		request(t, "DELETE", location, "", "")
		next("the end", func(e lounge.Event) bool { return e.Type == lounge.EventLeft && e.ID == first })
		if again, _ := stage.pushes(); again != first {
			t.Errorf("%q: %s came back as %s", name, first, again)
		}
	}
}

// TestADecisionHoldsForAnEncoderThatComesBack: whether the lounge has seen the end of its last stream or not.
func TestADecisionHoldsForAnEncoderThatComesBack(t *testing.T) {
	base, _ := open(t, server.Config{HostToken: hostToken})
	c := &crowd{t: t, base: base}
	next := watch(t, base, "lounge", "")
	stage := encoder{c, "Stage"}
	id, _ := stage.pushes()
	c.decide(id, "mute")
	if again, _ := stage.pushes(); again != id {
		t.Errorf("%s is muted and came back as %s", id, again)
	}
	next("the end of the first stream", func(e lounge.Event) bool { return e.Type == lounge.EventLeft && e.ID == id })
	next("the second, muted", func(e lounge.Event) bool { return e.Type == lounge.EventPerson && e.Person.ID == id && e.Person.Held })
	for _, verb := range []string{"to_audience", "ban"} {
		c.decide(id, verb)
		if status, _, _ := stage.push(); status != http.StatusForbidden {
			t.Errorf("back after %s: %d", verb, status)
		}
		if status, _, _ := (encoder{c, "Studio"}).push(); status != http.StatusCreated {
			t.Errorf("another after %s: %d", verb, status)
		}
	}
	c.decide(id, "unban")
	if again, _ := stage.pushes(); again != id {
		t.Errorf("%s was let in again as %s", id, again)
	}
}
