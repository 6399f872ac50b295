package app

import (
	"os"
	"strings"
	"testing"

	"earshot/models"
	"earshot/models/postgres/pgtest"
	"earshot/models/waittest"
)

// TestADispatchedRoomIsTakenOver: LiveKit's dispatch sends the bot of one process to a room. When that process loses its connection to the
// database, the other one hears the room in the same session, and leaves when the room is deleted.
func TestADispatchedRoomIsTakenOver(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	server, all := liveKit(t), evalSentences(t)
	address, dsn := strings.TrimSuffix(server.URL(""), "/"), pgtest.DSN(t)
	line := newCutOff(t, dsn)
	log, err := os.ReadFile(server.Log())
	if err != nil {
		t.Fatal(err)
	}
	before := strings.Count(string(log), "worker registered")
	one := waitForInvitations(t, address, "EARSHOT_DATABASE="+line.url(dsn))
	waittest.Until(t, "it waits for invitations", func() bool { // a dispatch that comes before a worker is not kept
		log, err := os.ReadFile(server.Log())
		return err == nil && strings.Count(string(log), "worker registered") > before
	})
	if _, err := adminOf(t, server, "stage").Dispatch("earshot"); err != nil {
		t.Fatal(err)
	}
	var session string
	waittest.Until(t, "the bot comes", func() (in bool) { session, in = one.in("stage"); return in })
	if err := sayIn(t, one.s, server, "stage", "Ana", all[3]); err != nil {
		t.Error(err)
	}
	one.checkHeard(t, session, "Ana", all[3].Text)
	two := waitForInvitations(t, address, "EARSHOT_DATABASE="+databaseURL(t, dsn))
	waittest.Until(t, "both run", func() bool { return len(nodes(t, two.s)) == 2 })

	line.cut()
	waittest.Until(t, "the other process hears the room", func() bool { _, in := two.in("stage"); return in })
	line.mend()
	if next, _ := two.in("stage"); next != session {
		t.Errorf("session %s goes on as %s", session, next)
	}
	if err := sayIn(t, two.s, server, "stage", "Ben", all[4]); err != nil {
		t.Error(err)
	}
	two.checkHeard(t, session, "Ben", all[4].Text)
	if err := adminOf(t, server, "stage").Delete(); err != nil {
		t.Fatal(err)
	}
	two.checkEnd(t, session, models.EndRoomClosed)
}
