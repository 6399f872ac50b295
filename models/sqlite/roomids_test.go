package sqlite_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
)

const (
	stageA = "livekit://a.example/stage"
	stageB = "livekit://b.example/stage"
	hall   = "lounge://127.0.0.1:8484/hall"
)

// oldRecord is a database from the time when the last part of its address identified a room: two servers had a "stage" each.
func oldRecord(t *testing.T) string {
	t.Helper()
	session := func(id, room, url string) string {
		return fmt.Sprintf(`INSERT INTO sessions (id, room, name, url, started, ended, reason, epoch, model, rules)
			VALUES ('%s', '%s', 'x', '%s', 1000, 2000, 'left', 1, 'm', 'r')`, id, room, url)
	}
	speaker := func(session, id string) string {
		return fmt.Sprintf("INSERT INTO speakers (session, id, name, role, first_ms) VALUES ('%s', '%s', 'n', '', 0)", session, id)
	}
	file := filepath.Join(t.TempDir(), "earshot.db")
	sqlite.OldDatabase(t, file, "0080_room_addresses.sql",
		session("a1", "stage", stageA), session("b1", "stage", stageB), session("h1", "hall", "lounge+http://localhost:8484/hall"),
		session("n1", "nowhere", ""),
		speaker("a1", "ana"), speaker("b1", "ana"), speaker("b1", "bo"), speaker("h1", "ana"),
		"INSERT INTO people (id, name) VALUES ('p1', 'Ana A.'), ('p2', 'Bo B.')",
		"INSERT INTO identities (room, speaker_id, person) VALUES ('stage', 'ana', 'p1'), ('hall', 'ana', 'p1'), ('stage', 'bo', 'p2')",
		`INSERT INTO users (id, name, access, rooms, password, created) VALUES
			('u1', 'one', '', '{"hall":"host","stage":"host","new":"viewer"}', '', 0), ('u2', 'two', 'owner', 'null', '', 0)`,
		"INSERT INTO objections (mark, room, at) VALUES ('"+models.PersonMark("ana")+"', 'stage', 1), ('"+models.PersonMark("bo")+"', 'gone', 1)",
		"INSERT INTO pauses (room, by, at) VALUES ('stage', 'eve', 1), ('gone', 'eve', 1)",
		`INSERT INTO ledger (id, session, ledger, person, scope, flag, points, pending, by, at) VALUES
			('l1', 'a1', 'strikes', 'ana', 'stage', 'f', 1, 0, '', 1),
			('l2', 'b1', 'strikes', 'ana', 'stage', 'f', 1, 0, '', 1), ('l3', 'b1', 'strikes', 'ana', '', 'f', 1, 0, '', 1)`,
	)
	return file
}

func TestOldRoomsGetTheirAddresses(t *testing.T) {
	s := openAt(t, oldRecord(t))
	must(t, s.Check(t.Context()))
	rooms, err := s.Rooms(t.Context())
	must(t, err)
	var ids []string
	for _, r := range rooms {
		ids = append(ids, r.ID)
	}
	equal(t, "rooms", strings.Join(ids, " "), stageA+" "+stageB+" "+hall+" nowhere")
	for room, want := range map[string]int{stageA: 1, stageB: 1, "stage": 0} {
		found, err := s.Sessions(t.Context(), models.SessionQuery{Room: room})
		must(t, err)
		equal(t, room, len(found), want)
	}
	equal(t, "ledger", s.Value(
		t, "SELECT group_concat(id || '@' || scope, ' ') FROM (SELECT * FROM ledger ORDER BY id)",
	), "l1@"+stageA+" l2@"+stageB+" l3@")
}

// One identity in rooms of two servers may be two people; people whom a host merged within one room stay merged.
func TestOldPeopleArePartedByServer(t *testing.T) {
	s := openAt(t, oldRecord(t))
	for room, want := range map[string]string{stageA: "Ana A.", stageB: "Ana A.", hall: "Ana A."} {
		names, err := s.Names(t.Context(), room)
		must(t, err)
		equal(t, room, names["ana"], want)
	}
	a, err := s.Person(t.Context(), stageA, "ana", models.RoomSet{})
	must(t, err)
	b, err := s.Person(t.Context(), stageB, "ana", models.RoomSet{})
	must(t, err)
	equal(t, "of a.example", len(a.Identities), 2) // with the hall, as a host said
	equal(t, "of b.example", len(b.Identities), 1)
	if a.ID == b.ID {
		t.Error("two servers' people are one")
	}
}

func TestOldAccessGoesOnlyWhereItIsCertain(t *testing.T) {
	s := openAt(t, oldRecord(t))
	u, err := s.UserNamed(t.Context(), "one")
	must(t, err)
	equal(t, "access", fmt.Sprint(u.Rooms), fmt.Sprint(map[string]models.Access{hall: "host", "stage": "host", "new": "viewer"}))
	must(t, s.RenameAccess(t.Context(), func(old string) string {
		if old == "new" {
			return "livekit://a.example/new"
		}
		return old
	}))
	u, err = s.UserNamed(t.Context(), "one")
	must(t, err)
	equal(t, "access", fmt.Sprint(u.Rooms), fmt.Sprint(
		map[string]models.Access{hall: "host", "stage": "host", "livekit://a.example/new": "viewer"},
	))
}

func TestOldWishesHoldInEveryRoomOfTheName(t *testing.T) {
	s := openAt(t, oldRecord(t))
	for room, who := range map[string]string{stageA: "ana", stageB: "ana", "livekit://c.example/gone": "bo"} {
		marks, err := s.Objections(t.Context(), room)
		must(t, err)
		if len(marks) != 1 || !marks[models.PersonMark(who)] {
			t.Errorf("%s: %v", room, marks)
		}
		by, err := s.PausedBy(t.Context(), room)
		must(t, err)
		equal(t, "paused in "+room, by, "eve")
		object(t, s, room, who, models.ConsentWithdrew, time.Now())
		must(t, s.SetPaused(t.Context(), room, false, "eve", time.Now()))
		marks, err = s.Objections(t.Context(), room)
		must(t, err)
		by, err = s.PausedBy(t.Context(), room)
		must(t, err)
		equal(t, "left of it in "+room, fmt.Sprint(len(marks), by), "0")
	}
}

func TestServersAreAllowedAndForbidden(t *testing.T) {
	s := open(t)
	const server = "whep+https://media.example"
	must(t, s.AllowServer(t.Context(), models.AllowedServer{Server: server, By: "olga"}))
	must(t, s.AllowServer(t.Context(), models.AllowedServer{Server: server, Private: true, By: "olga"}))
	found, err := s.AllowedServers(t.Context())
	must(t, err)
	if len(found) != 1 || found[0].Server != server || !found[0].Private || found[0].By != "olga" || found[0].At.IsZero() {
		t.Errorf("%+v", found)
	}
	must(t, s.ForbidServer(t.Context(), server, "olga", time.Now()))
	wantErr(t, "twice", s.ForbidServer(t.Context(), server, "olga", time.Now()), models.ErrNotFound)
	equal(t, "told", s.Value(t, "SELECT count(*) FROM audit WHERE target = '"+server+"'"), "3")
}
