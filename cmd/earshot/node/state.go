package node

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"earshot/models"
)

const (
	// clocksDiffer is by how much a node's clock may differ from the database's before people are told.
	clocksDiffer = 2 * time.Second
	// unheardAfter is how long a room may be without an owner before people are told: others take it over within DeadAfter and a little.
	unheardAfter = 10 * time.Second
	// lateRenewal is how old a lease is that people are told of: it is renewed every second.
	lateRenewal = 2 * time.Second
)

// State tells how nodes are that share a database, at one moment of the database's clock, and which rooms none of them hears. A node that
// died is left out when one of its name has begun since.
func State(nodes []models.Node, leases []models.RoomLease, now time.Time) models.Processes {
	p := models.Processes{Nodes: []models.NodeState{}, Unheard: []string{}}
	began := now // the first of those that live
	for _, n := range nodes {
		x := models.NodeState{Node: n, State: stateOf(n, now), SilentMS: max(0, now.Sub(n.Seen).Milliseconds()), Leases: []string{}}
		if x.State == models.NodeSilent &&
			slices.ContainsFunc(nodes, func(o models.Node) bool { return o.Name == n.Name && o.Started.After(n.Seen) }) {
			continue
		}
		if x.State != models.NodeSilent && n.Started.Before(began) {
			began = n.Started
		}
		p.Nodes = append(p.Nodes, x)
	}
	for _, l := range leases {
		if l.Until.After(l.Now) {
			give(p.Nodes, l)
		} else if l.Origin != models.RoomBrought && l.Now.Sub(latest(l.Until, began)) > unheardAfter {
			p.Unheard = append(p.Unheard, l.ID)
		}
	}
	for i := range p.Nodes {
		if n := &p.Nodes[i]; n.State == models.NodeDraining && len(n.Leases) == 0 {
			n.State = models.NodeDrained
		}
	}
	return p
}

// Alive reports whether a node has been heard of lately, at a time of the database's clock.
func Alive(n models.Node, now time.Time) bool { return now.Sub(n.Seen) <= DeadAfter }

// TakesRooms reports whether a node lives and takes rooms, at a time of the database's clock.
func TakesRooms(n models.Node, now time.Time) bool {
	return Alive(n, now) && accepts(n)
}

// accepts reports whether a node takes rooms if it lives.
func accepts(n models.Node) bool { return !n.Draining && !n.Info.NoRooms }

func stateOf(n models.Node, now time.Time) string {
	ahead, off := time.Duration(n.Info.ClockMS)*time.Millisecond, time.Duration(n.Info.ClockOffMS)*time.Millisecond
	switch {
	case !Alive(n, now):
		return models.NodeSilent
	case ahead.Abs()-off > clocksDiffer:
		return models.NodeClock
	case n.Draining:
		return models.NodeDraining
	}
	return models.NodeAlive
}

// give notes a lease with the node whose it is.
func give(nodes []models.NodeState, l models.RoomLease) {
	for i := range nodes {
		if nodes[i].ID == l.Node {
			nodes[i].Leases = append(nodes[i].Leases, l.ID)
			if !l.Heard.IsZero() {
				nodes[i].LeaseAgeMS = max(nodes[i].LeaseAgeMS, l.Now.Sub(l.Heard).Milliseconds())
			}
		}
	}
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// Conditions says in sentences how the nodes are, for those who may see all rooms.
func Conditions(p models.Processes) (out []models.Condition) {
	names := p.Names()
	for _, n := range p.Nodes {
		out = append(out, condition(n, names[n.ID]))
	}
	out = append(out, setups(p.Nodes, names)...)
	if n := len(p.Unheard); n > 0 {
		out = append(out, models.Condition{
			Text: "No process hears " + models.Count(n, "room") + " that should be heard: " + strings.Join(p.Unheard, ", ") + ".",
			Hint: "Look at the logs of the processes that have it in their configuration, or start another one. A room that was removed " +
				"from every configuration is forgotten after ten minutes.",
		})
	}
	return out
}

// setups says whether processes that take rooms have different configurations. Those of versions that don't tell are left out.
func setups(nodes []models.NodeState, names map[string]string) []models.Condition {
	var order []string
	alike := map[string][]string{}
	for _, n := range nodes {
		if n.State == models.NodeSilent || n.Info.NoRooms || n.Info.Setup == "" {
			continue
		}
		if alike[n.Info.Setup] == nil {
			order = append(order, n.Info.Setup)
		}
		alike[n.Info.Setup] = append(alike[n.Info.Setup], names[n.ID])
	}
	if len(order) < 2 {
		return nil
	}
	var groups []string
	for _, s := range order {
		groups = append(groups, strings.Join(alike[s], ", "))
	}
	return []models.Condition{{
		Text: "The processes have different rooms or profiles in their configurations: " + strings.Join(groups, "; and ") + ".",
		Hint: "Use the same configuration file for all processes that share a database. Others, such as those of another community, need a " +
			"database of their own, or a schema of their own in it (search_path in the address).",
	}}
}

func condition(n models.NodeState, name string) models.Condition {
	switch n.State {
	case models.NodeSilent:
		return models.Condition{
			Text: fmt.Sprintf("Process %s has been silent for %v. Others take over its rooms.", name, time.Duration(n.SilentMS/1000)*time.Second),
			Hint: "See whether it runs and reaches the database. It is forgotten after a day, or when one of its name starts.",
		}
	case models.NodeClock:
		return models.Condition{
			Text: fmt.Sprintf("The clock of process %s differs from the database's by %v.", name,
				(time.Duration(n.Info.ClockMS) * time.Millisecond).Abs().Round(100*time.Millisecond)),
			Hint: "Have both machines set their clocks by NTP: times of sessions and timetables are by the clock of the process in the room.",
		}
	case models.NodeDraining:
		left := models.Count(len(n.Leases), "room")
		return models.Condition{OK: true, Text: fmt.Sprintf("Process %s hands its rooms over: %s left.", name, left)}
	case models.NodeDrained:
		return models.Condition{OK: true, Text: fmt.Sprintf("Process %s is drained: it has no rooms, and takes none.", name)}
	}
	says := fmt.Sprintf("Process %s is alive, with %s", name, models.Count(len(n.Leases), "room"))
	if n.Info.Backend != "" {
		says += "; it decodes on " + n.Info.Backend
	}
	if age := time.Duration(n.LeaseAgeMS) * time.Millisecond; age >= lateRenewal {
		says += fmt.Sprintf(", and last renewed a lease %v ago", age.Truncate(time.Second))
	}
	return models.Condition{OK: true, Text: says + "."}
}
