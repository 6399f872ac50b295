package mumble

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"earshot/bot"
	"earshot/bot/mumble/wire"
	"earshot/models"
)

const (
	mostChannels = 16384
	listChannels = 10 // in an error
)

// errTooMuch ends a connection to a server that never stops sending state.
var errTooMuch = bot.Retry(models.EndFailedServer, errors.New("mumble: the server reports an impossible number of channels or people"))

// channel is a channel of a server.
type channel struct {
	parent uint32
	name   string
	links  map[uint32]bool
}

// channels holds all channels of a server by id. The root's id is 0.
type channels map[uint32]*channel

// take applies a ChannelState message.
func (c channels) take(s wire.ChannelState) error {
	if s.ID == nil {
		return nil
	}
	x := c[*s.ID]
	if x == nil {
		if len(c) >= mostChannels {
			return errTooMuch
		}
		x = &channel{links: map[uint32]bool{}}
		c[*s.ID] = x
	}
	if s.Parent != nil {
		x.parent = *s.Parent
	}
	if s.Name != nil {
		x.name = *s.Name
	}
	if s.AllLinks {
		clear(x.links)
	}
	for _, id := range append(s.Links, s.LinksAdded...) {
		x.links[id] = true
	}
	for _, id := range s.LinksRemoved {
		delete(x.links, id)
	}
	return nil
}

// find returns the channel at a path of names from the root. Names are case-sensitive unless ignoring case leaves one match.
func (c channels) find(names []string) (uint32, error) {
	at := uint32(0)
	for i, name := range names {
		next, ok := c.below(at, name)
		if !ok {
			return 0, models.WithHint(
				fmt.Errorf("mumble: the server has no channel %q", strings.Join(names[:i+1], "/")), c.advice(at, names[:i]),
			)
		}
		at = next
	}
	return at, nil
}

func (c channels) below(parent uint32, name string) (uint32, bool) {
	var alike []uint32
	for id, x := range c {
		switch {
		case id == 0 || x.parent != parent:
		case x.name == name:
			return id, true
		case strings.EqualFold(x.name, name):
			alike = append(alike, id)
		}
	}
	if len(alike) == 1 {
		return alike[0], true
	}
	return 0, false
}

// advice lists the channels below a channel, for an error about a path that does not exist.
func (c channels) advice(parent uint32, names []string) string {
	var here []string
	for id, x := range c {
		if id != 0 && x.parent == parent {
			here = append(here, fmt.Sprintf("%.60q", x.name))
		}
	}
	where := "the root"
	if len(names) > 0 {
		where = fmt.Sprintf("%q", strings.Join(names, "/"))
	}
	if len(here) == 0 {
		return "below " + where + " there is none; check the URL"
	}
	slices.Sort(here)
	if len(here) > listChannels {
		here = append(here[:listChannels], "…")
	}
	return "below " + where + " there are " + strings.Join(here, ", ")
}

// heard returns the channels whose people can be heard in a channel: itself and every channel linked to it, directly or through others.
func (c channels) heard(in uint32) map[uint32]bool {
	all := map[uint32]bool{in: true}
	for todo := []uint32{in}; len(todo) > 0; todo = todo[1:] {
		x := c[todo[0]]
		if x == nil {
			continue
		}
		for id := range x.links {
			if !all[id] {
				all[id] = true
				todo = append(todo, id)
			}
		}
	}
	return all
}

// listed returns a set of channels as a list that begins with the given one.
func listed(first uint32, set map[uint32]bool) []uint32 {
	out := []uint32{first}
	for _, id := range slices.Sorted(maps.Keys(set)) {
		if id != first {
			out = append(out, id)
		}
	}
	return out
}
