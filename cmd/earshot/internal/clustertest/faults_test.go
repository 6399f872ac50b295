//go:build !race

package clustertest

import (
	"os"
	"slices"
	"syscall"
	"testing"
	"time"

	"earshot/models/waittest"
)

// Two processes share rooms in which people talk. One is killed, one is stopped for longer than its leases last and goes on, the database
// is away, one is cut off from it, and one is stopped in order: the others hear the rooms, the one that comes back leaves them, and of what
// was said nothing is lost, doubled or silently missing.
func TestTwoProcesses(t *testing.T) {
	if testing.Short() {
		t.Skip("people talk for minutes")
	}
	t.Parallel()
	c := openCluster(t, plan{processes: 2, rooms: 3, durable: true})
	c.spread()
	c.killed()
	c.stopped()
	c.databaseAway()
	c.partitioned()
	c.handedOver()
	c.close()
	c.report()
}

// spread waits until every process has its share of the rooms, which the first of them took.
func (c *cluster) spread() {
	c.t.Helper()
	c.breaks("spread over the processes", c.of(""), func() {
		waittest.Until(c.t, "every process has its share of the rooms", func() bool {
			return !slices.ContainsFunc(c.members, func(m *member) bool { return len(c.of(m.name)) < len(c.rooms)/len(c.members) })
		})
	})
}

// killed kills the busiest process, and starts it again once the others hear its rooms.
func (c *cluster) killed() {
	c.t.Helper()
	m := c.busiest()
	c.breaks("kill -9", c.of(m.name), m.kill)
	m.start()
}

// stopped stops the busiest process until others hear its rooms: then it goes on, and must leave them.
func (c *cluster) stopped() {
	c.t.Helper()
	m := c.busiest()
	rooms := c.of(m.name)
	c.breaks("SIGSTOP, then SIGCONT", rooms, func() { m.send(syscall.SIGSTOP) })
	m.send(syscall.SIGCONT)
	waittest.Until(c.t, m.name+" leaves its rooms and says so", func() bool {
		return m.says("leaving a room: its lease could not be renewed") || m.says("another process hears this room now: leaving it")
	})
	c.untilAllIsHeard()
}

// TestCluster does all that can happen to three processes and their database while people talk in twelve rooms, and prints what it
// measured.
func TestCluster(t *testing.T) {
	if os.Getenv("EARSHOT_TEST_LONG") == "" {
		t.Skip("people talk for minutes: set EARSHOT_TEST_LONG (make test-cluster)")
	}
	c := openCluster(t, plan{processes: 3, rooms: 12, durable: true, apart: true})
	c.spread()
	for range 3 {
		c.killed()
	}
	c.stopped()
	c.databaseKilled()
	c.databaseAway()
	c.partitioned()
	c.unplugged()
	c.handedOver()
	c.upgraded()
	c.close()
	c.report()
}

// databaseKilled kills the database's server, and starts it again.
func (c *cluster) databaseKilled() {
	c.t.Helper()
	c.breaks("kill -9 of the database, and its start", c.of(""), func() {
		killed := time.Now()
		c.server.Kill()
		if err := c.server.Run(); err != nil {
			c.t.Fatal(err)
		}
		c.t.Logf("the database answers again after %v", time.Since(killed).Round(100*time.Millisecond))
	})
}

// databaseAway kills the database's server, and starts it again when every process leaves its rooms.
func (c *cluster) databaseAway() {
	c.t.Helper()
	var hear []*member
	var before []int
	for _, m := range c.members {
		if len(c.of(m.name)) > 0 {
			hear, before = append(hear, m), append(before, m.left())
		}
	}
	c.breaks("the database is away for so long that all rooms are left", c.of(""), func() {
		c.server.Kill()
		killed := time.Now()
		for i, m := range hear {
			waittest.Until(c.t, m.name+" leaves its rooms", func() bool { return m.left() > before[i] })
		}
		if err := c.server.Run(); err != nil {
			c.t.Fatal(err)
		}
		c.t.Logf("the database answers again after %v", time.Since(killed).Round(100*time.Millisecond))
	})
}

// partitioned cuts the busiest process off from the database until others hear its rooms.
func (c *cluster) partitioned() {
	c.t.Helper()
	m := c.busiest()
	before := m.left()
	c.breaks("cut off from the database", c.of(m.name), m.wire.cut)
	waittest.Until(c.t, m.name+" has left its rooms", func() bool { return m.left() > before })
	m.wire.mend()
	c.untilAllIsHeard()
}

// unplugged takes the cable from between the busiest process and the database until others hear its rooms. What is sent meanwhile is lost,
// and sent again by TCP.
func (c *cluster) unplugged() {
	c.t.Helper()
	m := c.busiest()
	before := m.left()
	if m.wire.link == nil {
		return
	}
	c.breaks("the cable to the database is out", c.of(m.name), func() { m.wire.link.set(c.t, "down") })
	waittest.Until(c.t, m.name+" has left its rooms", func() bool { return m.left() > before })
	m.wire.link.set(c.t, "up")
	c.untilAllIsHeard()
}

// handedOver stops the busiest process while the others run.
func (c *cluster) handedOver() {
	c.t.Helper()
	m := c.busiest()
	c.breaks("stopped by SIGTERM", c.of(m.name), m.stop)
	m.start()
}

// upgraded stops every process in turn, and starts the program that is tested.
func (c *cluster) upgraded() {
	c.t.Helper()
	for _, m := range c.members {
		c.breaks("rolling restart of "+m.name, c.of(m.name), func() {
			m.stop()
			m.program = ""
			m.start()
		})
	}
}

// TestUpgrade runs three processes of another version, usually the one before, and then this one in their place, one after the other.
func TestUpgrade(t *testing.T) {
	before := os.Getenv("EARSHOT_TEST_BEFORE")
	if before == "" {
		t.Skip("set EARSHOT_TEST_BEFORE to the program of another version (make test-cluster BEFORE=COMMIT)")
	}
	c := openCluster(t, plan{processes: 3, rooms: 6, durable: true, program: before})
	c.upgraded()
	c.spread()
	c.close()
	c.report()
}
