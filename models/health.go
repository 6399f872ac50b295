package models

import (
	"cmp"
	"slices"
	"time"
)

// Condition is a sentence about Earshot's health.
type Condition struct {
	OK   bool   `json:"ok"`
	Text string `json:"text"`
	// Hint says what to do about it, or "".
	Hint string `json:"hint,omitempty"`
}

// Node is a process that serves a database. Several may share one.
type Node struct {
	// ID is new in each run.
	ID string `json:"id"`
	// Name is what people call it: the setting node, or the machine's name.
	Name    string `json:"name"`
	Version string `json:"version"`
	// Started and Seen, when it last said that it lives, are by the database's clock.
	Started time.Time `json:"started"`
	Seen    time.Time `json:"seen"`
	Info    NodeInfo  `json:"info"`
	// Draining says that it was asked to hand its rooms over and take no more.
	Draining bool `json:"draining"`
}

// Called is what people call it.
func (n Node) Called() string { return cmp.Or(n.Name, n.ID) }

// NodeInfo is what a node says of itself each time.
type NodeInfo struct {
	// Rooms is how many rooms it is in.
	Rooms int `json:"rooms"`
	// Load is how much of its processor time is used, 0 to 1.
	Load float64 `json:"load"`
	// Waiting is how many clips wait in its memory to be decoded, and LateMS how late the latest line was, in ms.
	Waiting int   `json:"waiting"`
	LateMS  int64 `json:"late_ms"`
	// Cores is how many processors it has.
	Cores int `json:"cores,omitempty"`
	// Slots is how many clips it can decode at a time.
	Slots int `json:"slots,omitempty"`
	// NoRooms says that it takes none: it only decodes, is in one room, is being drained, or ends.
	NoRooms bool `json:"no_rooms"`
	// Setup is a hash of the settings that are meant to be the same in all processes: rooms and profiles.
	Setup string `json:"setup,omitempty"`
	// Backend is what decodes there: "cpu", or "server" if it is done elsewhere.
	Backend string `json:"backend"`
	// ClockMS is by how much its clock is ahead of the database's, in ms, and ClockOffMS how wrong that may be.
	ClockMS    int64 `json:"clock_ms"`
	ClockOffMS int64 `json:"clock_off_ms"`
}

// NodeState is a node as others that share its database see it.
type NodeState struct {
	Node
	// State is one of the constants below.
	State string `json:"state"`
	// SilentMS is how long ago it last said that it lives, in ms.
	SilentMS int64 `json:"silent_ms"`
	// Leases are the ids of the rooms that are its own: it hears them, or is about to. LeaseAgeMS is how long ago the one was renewed that
	// was not for longest.
	Leases     []string `json:"leases"`
	LeaseAgeMS int64    `json:"lease_age_ms"`
}

// The states of a node.
const (
	NodeAlive  = "alive"
	NodeSilent = "silent"
	// NodeClock lives, and its clock differs from the database's.
	NodeClock = "clock differs"
	// NodeDraining hands its rooms over, and NodeDrained has none left. Neither takes any.
	NodeDraining = "draining"
	NodeDrained  = "drained"
)

// Processes are the nodes that share a database, and what is left undone among them.
type Processes struct {
	Nodes []NodeState `json:"nodes"`
	// Unheard are the ids of the rooms that should be heard and that no node hears.
	Unheard []string `json:"unheard"`
}

// Names returns what people call each process, by its id. Those of one name also have their ids, by which they can be drained.
func (p Processes) Names() map[string]string {
	first, shared, out := map[string]string{}, map[string]bool{}, map[string]string{}
	for _, n := range p.Nodes {
		name := n.Called()
		first[name] = cmp.Or(first[name], n.ID)
		shared[name] = shared[name] || first[name] != n.ID
	}
	for _, n := range p.Nodes {
		out[n.ID] = n.Called()
		if shared[n.Called()] {
			out[n.ID] += " (id " + n.ID + ")"
		}
	}
	return out
}

// HeardBy is what people call the node that hears a room; "" unless several live.
func (p *Processes) HeardBy(room string) (name string) {
	if p == nil {
		return ""
	}
	live := 0
	for _, n := range p.Nodes {
		if n.State != NodeSilent {
			live++
		}
		if slices.Contains(n.Leases, room) {
			name = cmp.Or(n.Name, n.ID)
		}
	}
	if live < 2 {
		return ""
	}
	return name
}
