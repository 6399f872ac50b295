package sqlite_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/store"
)

// backedUp is a database with a backup, after which much is removed.
type backedUp struct {
	path, file string
	hash       string // of the list of removals
	removals   []models.Removal
}

// takeMuchAway creates such a database, and closes it.
func takeMuchAway(t *testing.T) backedUp {
	t.Helper()
	ctx, dir := t.Context(), t.TempDir()
	b := backedUp{path: filepath.Join(dir, "data", "earshot.db"), file: filepath.Join(dir, "backup.db")}
	s, err := sqlite.Open(ctx, b.path)
	must(t, err)
	u := redactable(t, s)
	for _, id := range []string{"early", "late"} {
		startSession(t, s, id)
		commitText(t, s, id, 1, "said in "+id)
	}
	must(t, s.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "early"})) // before the backup
	users := []models.User{
		{ID: "u1", Name: "kim", Access: models.AccessOwner, Password: "old"},
		{ID: "u2", Name: "ben", Access: models.AccessHost, Password: "x"},
		{ID: "u3", Name: "eva", Access: models.AccessHost, Password: "x", Rooms: map[string]models.Access{"r": models.AccessHost}},
	}
	for _, x := range users {
		must(t, s.PutUser(ctx, x, "kim", start))
	}
	must(
		t,
		s.PutCredential(ctx, models.Credential{Hash: "key", Kind: models.CredentialKey, User: "u1", Label: "script", Created: start}, "kim"),
	)
	must(t, s.PutCredential(ctx, models.Credential{Hash: "link", Kind: models.CredentialLink, User: "u3", Created: start}, "kim"))
	for _, server := range []string{"livekit://kept.example", "livekit://forbidden.example"} {
		must(t, s.AllowServer(ctx, models.AllowedServer{Server: server, By: "kim"}))
	}
	must(t, s.PutInvitation(ctx, "invited", models.Invitation{By: "kim", Expires: time.Now().Add(time.Hour)}))
	must(t, s.Backup(ctx, b.file))

	must(t, s.DropCredential(ctx, "key", "kim"))
	must(t, s.ForbidServer(ctx, "livekit://forbidden.example", "kim", start))
	must(t, s.DeleteUser(ctx, "u2", "kim", start))
	users[0].Password, users[2].Access = "new", models.AccessViewer
	must(t, s.PutUser(ctx, users[0], "kim", start))
	must(t, s.PutUser(ctx, users[2], "kim", start))
	_, err = s.RedactLine(ctx, models.LineRedaction{Key: u.Key, Words: []int{2, 3}, By: "kim", When: start})
	must(t, err)
	must(t, s.Erase(ctx, models.Erasure{Kind: models.EraseSession, Target: "late"}))
	startSession(t, s, "after")
	commitText(t, s, "after", 1, "said after it")
	must(t, s.Erase(ctx, models.Erasure{Kind: models.ErasePerson, Target: "ana", Room: "open-mic", By: "kim"}))
	must(t, s.PutConsent(ctx, models.Consent{Session: "after", SpeakerID: "ben", What: models.ConsentObjected, At: start}))
	must(t, s.SetPaused(ctx, "open-mic", true, "kim", start))
	b.removals, err = s.Removals(ctx)
	must(t, err)
	b.hash, err = s.CheckRemovals(ctx)
	must(t, err)
	must(t, s.Close())
	return b
}

// stillGone reports what a database contains that was removed.
func stillGone(t *testing.T, b backedUp) (s *sqlite.Store) {
	t.Helper()
	ctx := t.Context()
	equal(t, "traces", tracesOf(t, b.path, marked), map[string]int{})
	s = openAt(t, b.path)
	must(t, s.Check(ctx))
	for kind, hash := range map[models.CredentialKind]string{models.CredentialKey: "key", models.CredentialLink: "link"} {
		_, _, err := s.Credential(ctx, kind, hash, start)
		wantErr(t, string(kind)+" of the backup", err, models.ErrNotFound)
	}
	_, err := s.TakeInvitation(ctx, "invited", start)
	wantErr(t, "invitation of the backup", err, models.ErrNotFound)
	servers, err := s.AllowedServers(ctx)
	must(t, err)
	if len(servers) != 1 || servers[0].Server != "livekit://kept.example" {
		t.Errorf("servers %+v", servers)
	}
	for _, id := range []string{"early", "late"} {
		_, err := s.Session(ctx, id)
		wantErr(t, "session "+id, err, models.ErrNotFound)
	}
	removals, err := s.Removals(ctx)
	must(t, err)
	equal(t, "removals", removals, b.removals)
	hash, err := s.CheckRemovals(ctx)
	must(t, err)
	equal(t, "last hash", hash, b.hash)
	marks, err := s.Objections(ctx, "open-mic")
	must(t, err)
	equal(t, "objections", marks, map[string]bool{models.PersonMark("ben"): true})
	by, err := s.PausedBy(ctx, "open-mic")
	must(t, err)
	equal(t, "paused by", by, "kim")
	return s
}

func names(t *testing.T, s *sqlite.Store) (out []string) {
	t.Helper()
	users, err := s.Users(t.Context())
	must(t, err)
	for _, u := range users {
		out = append(out, fmt.Sprintf("%s %s %d %q", u.Name, u.Access, len(u.Rooms), u.Password))
	}
	return out
}

// What was removed after a backup was made does not come back when it is restored, whatever is left of the old database: all of it,
// the journal beside a damaged one, or the journal alone.
func TestRestoreBringsNothingBack(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(t *testing.T, path string)
		users []string
		want  sqlite.Restored
	}{
		"sound": {
			func(*testing.T, string) {},
			[]string{`eva viewer 1 "x"`, `kim owner 0 "new"`},
			sqlite.Restored{Erasures: 1, Redactions: 1},
		},
		"sound, without its journal": {
			func(t *testing.T, path string) { must(t, os.Remove(path+".removals")) },
			[]string{`eva viewer 1 "x"`, `kim owner 0 "new"`},
			sqlite.Restored{Erasures: 1, Redactions: 1},
		},
		"damaged": {
			func(t *testing.T, path string) { must(t, os.WriteFile(path, bytes.Repeat([]byte("x"), 9000), 0o600)) }, nil,
			sqlite.Restored{Erasures: 1, Redactions: 1, NobodyLogsIn: true}, // the owner's password was changed since
		},
		"gone": {
			func(t *testing.T, path string) { must(t, os.Remove(path)) }, nil,
			sqlite.Restored{Erasures: 1, Redactions: 1, NobodyLogsIn: true},
		},
		"without its log": {
			func(t *testing.T, path string) {
				must(t, os.WriteFile(path+".removals", append(journal(t, path), []byte(`{"taken":{"uid":"cut sho`)...), 0o600))
			},
			[]string{`eva viewer 1 "x"`, `kim owner 0 "new"`},
			sqlite.Restored{Erasures: 1, Redactions: 1},
		},
	} {
		t.Run(name, func(t *testing.T) {
			b := takeMuchAway(t)
			tt.spoil(t, b.path)
			r, err := sqlite.Restore(t.Context(), b.file, b.path, sqlite.Restoring{Replace: true, By: "cli"})
			must(t, err)
			if (r.Aside == "") != (name == "gone") {
				t.Errorf("the record that was there is %q", r.Aside)
			}
			r.Aside = ""
			equal(t, "restored", r, tt.want)
			s := stillGone(t, b)
			equal(t, "users", names(t, s), tt.users)
			must(t, s.Backup(t.Context(), b.file+".2"))
		})
	}
}

func journal(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path + ".removals")
	must(t, err)
	return b
}

// On another machine it is unknown what was removed since: that is reported, and the database is not opened unless somebody allows
// it. With the journal from the old machine everything is known.
func TestRestoreElsewhere(t *testing.T) {
	b := takeMuchAway(t)
	for name, tt := range map[string]struct {
		how   sqlite.Restoring
		users int
	}{"nobody let in": {sqlite.Restoring{}, 0}, "as it was": {sqlite.Restoring{Logins: true}, 3}} {
		path := filepath.Join(t.TempDir(), "earshot.db")
		r, err := sqlite.Restore(t.Context(), b.file, path, tt.how)
		must(t, err)
		equal(t, name, r, sqlite.Restored{Unknown: true, NobodyLogsIn: tt.users == 0})
		s := openAt(t, path)
		equal(t, name+": users", len(names(t, s)), tt.users)
		servers, err := s.AllowedServers(t.Context())
		must(t, err)
		if (len(servers) == 0) != (tt.users == 0) {
			t.Errorf("%s: servers %+v", name, servers)
		}
		_, _, err = s.Credential(t.Context(), models.CredentialKey, "key", start)
		wantErr(t, name+": key", err, models.ErrNotFound)
	}
	// A database created on the new machine knows no more.
	path := filepath.Join(t.TempDir(), "earshot.db")
	other, err := sqlite.Open(t.Context(), path)
	must(t, err)
	must(t, other.PutUser(t.Context(), models.User{ID: "u9", Name: "mia", Access: models.AccessOwner, Password: "x"}, "mia", start))
	must(t, other.Close())
	r, err := sqlite.Restore(t.Context(), b.file, path, sqlite.Restoring{Replace: true})
	must(t, err)
	if !r.Unknown || !r.NobodyLogsIn {
		t.Errorf("over another record: %+v", r)
	}

	b2 := b
	b2.path = filepath.Join(t.TempDir(), "earshot.db")
	must(t, os.WriteFile(b2.path+".removals", journal(t, b.path), 0o600))
	r, err = sqlite.Restore(t.Context(), b.file, b2.path, sqlite.Restoring{})
	must(t, err)
	equal(t, "with the journal", r, sqlite.Restored{Erasures: 1, Redactions: 1, NobodyLogsIn: true})
	stillGone(t, b2)
}

// An older copy put in the place of the database by hand brings nothing back either, even when told to continue.
func TestOldCopyBringsNothingBack(t *testing.T) {
	b := takeMuchAway(t)
	copied, err := os.ReadFile(b.file)
	must(t, err)
	must(t, os.WriteFile(b.path, copied, 0o600))
	_, err = sqlite.Open(t.Context(), b.path)
	wantErr(t, "open", err, store.ErrBehind)
	must(t, os.Remove(b.path+".reserve"))
	s, err := sqlite.Open(t.Context(), b.path)
	must(t, err)
	must(t, s.Close())
	equal(t, "users", names(t, stillGone(t, b)), []string{`eva viewer 1 "x"`, `kim owner 0 ""`})
}

// After repeated restores, from the backup or from one made meanwhile, the list of removals stays the same, and lines that were said
// after an erasure stay.
func TestRestoreAgain(t *testing.T) {
	b := takeMuchAway(t)
	s, err := sqlite.Open(t.Context(), b.path)
	must(t, err)
	commitText(t, s, "after", 7, "ana came back") // ana was erased before
	must(t, s.Backup(t.Context(), b.file+".later"))
	must(t, s.Close())
	for _, file := range []string{b.file, b.file + ".later", b.file, b.file + ".later"} {
		r, err := sqlite.Restore(t.Context(), file, b.path, sqlite.Restoring{Replace: true})
		must(t, err)
		must(t, os.Remove(r.Aside)) // it may hold words
		t.Run("", func(t *testing.T) { stillGone(t, b) })
	}
	s = openAt(t, b.path)
	us, err := s.Utterances(t.Context(), "after")
	must(t, err)
	if len(us) != 1 || us[0].Text != "ana came back" {
		t.Errorf("lines %+v", us)
	}
}

// Redacted words can't be heard either: clips of the backup that contain them are removed, and one that waited for decoding leaves a
// gap.
func TestRestoreCoversSound(t *testing.T) {
	path, file := filepath.Join(t.TempDir(), "earshot.db"), filepath.Join(t.TempDir(), "backup.db")
	s, err := sqlite.Open(t.Context(), path)
	must(t, err)
	startSession(t, s, "s1")
	c := clip("s1", 1, 5, []byte("zqxsound"))
	must(t, s.PutClip(t.Context(), c))
	must(t, s.PutClip(t.Context(), clip("s1", 1, 9, []byte("other sound"))))
	must(t, s.Backup(t.Context(), file))
	u := utterance(c, "Zqxanna.", models.Word{Text: "Zqxanna.", StartMS: 5100, EndMS: 5500, P: 1})
	must(t, s.Put(t.Context(), record(u, nil)))
	_, err = s.RedactLine(t.Context(), models.LineRedaction{Key: u.Key, Words: []int{0}, By: "kim", When: start})
	must(t, err)
	must(t, s.Close())
	_, err = sqlite.Restore(t.Context(), file, path, sqlite.Restoring{Replace: true})
	must(t, err)
	equal(t, "traces", tracesOf(t, path, marked), map[string]int{})
	s = openAt(t, path)
	keys, err := s.PendingKeys(t.Context())
	must(t, err)
	gaps, err := s.Gaps(t.Context(), "s1")
	must(t, err)
	if len(keys) != 1 || keys[0].Seq != 9 || len(gaps) != 1 || gaps[0].LostMS != 900 {
		t.Errorf("clips %v, gaps %+v", keys, gaps)
	}
}

// Words that a rule hid in lines stored before, for example when a host confirmed, are hidden in a restored backup too; what was
// masked before it was stored is not recorded again.
func TestRestoreMasksAgain(t *testing.T) {
	path, file := filepath.Join(t.TempDir(), "earshot.db"), filepath.Join(t.TempDir(), "backup.db")
	s, err := sqlite.Open(t.Context(), path)
	must(t, err)
	startSession(t, s, "s1")
	u := utterance(clip("s1", 1, 1, nil), "my zqxname is", models.Word{Text: "my", StartMS: 1000, EndMS: 1100},
		models.Word{Text: " zqxname", StartMS: 1100, EndMS: 1500}, models.Word{Text: " is", StartMS: 1500, EndMS: 1600})
	f := flag(u, "names")
	f.Matched, f.Why = u.Words[1:2], "matched zqxname"
	must(t, s.Put(t.Context(), models.Record{Session: "s1", Utterance: &u, Flags: []models.Flag{f}}))
	must(t, s.Backup(t.Context(), file))
	for range 3 {
		must(t, s.Put(t.Context(), models.Record{Session: "s1", Masks: []models.Mask{{Speaker: u.SpeakerID, Words: f.Matched}}}))
	}
	equal(t, "remembered", s.Value(t, "SELECT count(*) FROM taken"), "1")
	must(t, s.Scrub(t.Context()))
	must(t, s.Close())
	r, err := sqlite.Restore(t.Context(), file, path, sqlite.Restoring{Replace: true})
	must(t, err)
	equal(t, "redacted again", r.Redactions, 1)
	equal(t, "traces", tracesOf(t, path, marked), map[string]int{})
}
