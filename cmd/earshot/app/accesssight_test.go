//go:build !race

package app

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"earshot/models"
)

// changing matches the parts of answers that differ between requests.
var changing = regexp.MustCompile(`date: [^\n]*|content-length: ` +
	`\d+|[a-z0-9]{10}-[a-z0-9_-]{22}|(before=|"next":")[a-z0-9_-]{22}|"since":"[^"]*"`)

// TestOtherRoomsShowInNoAnswer: whoever has access to one room gets the same answers, byte for byte, whether or not there is another
// room with much more in it: no count, cursor, next page or limit reveals it.
func TestOtherRoomsShowInNoAnswer(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	alone := newAccessWorld(t, map[string]int{"aside": 60})
	beside := newAccessWorld(t, map[string]int{"zebra": 220, "aside": 60})
	compared := 0
	for _, row := range everyRoute() {
		method, target, body := row.target(alone, "aside")
		if method != http.MethodGet && row.pattern != "POST /rules/try" && row.pattern != "POST /api/rules/replay" {
			continue
		}
		for _, who := range []string{asViewer, asHost, asKey} {
			a, b := alone.ask(who, method, target, body), beside.ask(who, method, target, body)
			for _, h := range []http.Header{a.header, b.header} {
				h.Del("Date")
				h.Del("Content-Length") // ids may be written longer
			}
			want, got := headFirst(a.said()), headFirst(b.said())
			if want != got {
				want, got = changing.ReplaceAllString(want, "…"), changing.ReplaceAllString(got, "…")
			}
			if a.code != b.code || want != got {
				t.Errorf("%s %s as %s: %d and %d\n%s", method, target, who, a.code, b.code, firstDifference(want, got))
			}
			compared++
		}
	}
	if compared < 100 {
		t.Errorf("only %d answers were compared", compared)
	}
	queue := beside.ask(asHost, http.MethodGet, "/queue", "").body
	if n := strings.Count(queue, "Of aside"); n < 50 {
		t.Errorf("the queue of a host with 120 open flags shows %d on its first page", n)
	}
}

// headFirst puts an answer's headers, whose order varies, before its body.
func headFirst(said string) string {
	head, body, _ := strings.Cut(said, "\n<")
	lines := strings.Split(head, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n<" + body
}

func firstDifference(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	from := max(0, i-200)
	return "alone:  " + a[from:min(len(a), i+200)] + "\nbeside: " + b[from:min(len(b), i+200)]
}

// TestNothingOfAnotherRoomIsChanged: forms for a person in one's own room that name somebody from another room.
func TestNothingOfAnotherRoomIsChanged(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	w := newAccessWorld(t, map[string]int{"aside": 2, "zebra": 2})
	ctx, store := t.Context(), w.s.Store
	zebra := models.Identity{Room: roomAt("zebra"), SpeakerID: "zebra-ana"}
	w.must(store.MergePeople(ctx, zebra, models.Identity{Room: roomAt("zebra"), SpeakerID: "zebra-ben"}, asOwner, worldTime()))
	// Ben in the host's room is known to be a certain person in the other.
	w.must(store.MergePeople(ctx, models.Identity{Room: roomAt("aside"), SpeakerID: "aside-ben"}, zebra, asOwner, worldTime()))
	people := "/people/" + url.PathEscape(roomAt("aside")) + "/"
	for _, tt := range []struct {
		path string
		form url.Values
		want int
	}{
		{"aside-ana/part", url.Values{"room": {roomAt("zebra")}, "speaker": {"zebra-ben"}}, 404},
		{"aside-ana/part", url.Values{"room": {roomAt("aside")}, "speaker": {"aside-ben"}}, 404},
		{"aside-ana/merge", url.Values{"speaker": {"zebra-ben"}}, 404},
		{"aside-ana/merge", url.Values{"speaker": {"aside-ben"}}, 403},
		{"aside-ben/name", url.Values{"name": {"Bob"}}, 403},
		{"aside-ben/part", url.Values{"room": {roomAt("zebra")}, "speaker": {"zebra-ana"}}, 403},
		{"aside-ben/merge", url.Values{"speaker": {"aside-ana"}}, 403},
		{"aside-ben/erase", url.Values{"word": {"erase"}}, 403},
		{"aside-ben/erase", nil, 403},
	} {
		before := w.state("zebra") + w.state("aside")
		for _, who := range []string{asHost, asKey} {
			if a := w.ask(who, http.MethodPost, people+tt.path, tt.form.Encode()); a.code != tt.want {
				t.Errorf("%s %v as %s: %d, want %d", tt.path, tt.form, who, a.code, tt.want)
			}
		}
		if w.state("zebra")+w.state("aside") != before {
			t.Errorf("%s %v changed something", tt.path, tt.form)
		}
	}
	for _, path := range []string{"aside-ben", "aside-ben/export"} {
		said := w.ask(asHost, http.MethodGet, people+path, "").said()
		said = strings.ReplaceAll(said, "anastasia zebra", "") // a name that was given holds everywhere
		if strings.Contains(said, "zebra") || !strings.Contains(said, "aside") {
			t.Errorf("%s tells of the other room: %.3000s", path, said)
		}
	}
}

// TestStreamsTellOfOwnRoomsAlone publishes in two rooms and checks what reaches each user.
func TestStreamsTellOfOwnRoomsAlone(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	w := newAccessWorld(t, map[string]int{"aside": 2, "zebra": 2})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	tell := func(room string, seq int) {
		id := room + "-1"
		r := worldLine(id, room, 100+seq)
		for _, e := range []models.Event{
			{Speaker: &models.Speaker{Session: id, ID: room + "-cem", Name: "Cem " + room}},
			{Utterance: r.Utterance},
			{Partial: &models.Partial{Key: r.Utterance.Key, SpeakerID: room + "-ana", Stable: room}},
			{Flag: &r.Flags[0]},
			{Evidence: r.Evidence},
			{Decision: &r.Decisions[0]},
			{Action: &r.Actions[0]},
			{Gap: &models.Gap{Session: id, SpeakerID: room + "-ana", EndMS: 5}},
			{Floor: &models.Floor{Next: []models.Talked{{SpeakerID: room + "-ana"}, {SpeakerID: room + "-ben"}}}},
			{Session: &models.Session{ID: id, Room: roomAt(room), Name: "The " + room, Started: worldTime()}},
		} {
			e.SessionID = id
			w.s.Hub.Publish(e)
		}
	}
	for _, tt := range []struct {
		path  string
		names string // what an event of the own room has in it
	}{{"/events", "aside-1"}, {"/events/flags", "aside-1"}, {"/events/aside-1", "aside"}, {"/api/sessions/aside-1/events", "aside"}} {
		for _, who := range []string{asViewer, asHost, asKey} {
			lines := w.follow(ctx, who, tt.path)
			for i := range 5 {
				tell("zebra", i)
			}
			tell("aside", 0)
			var first string
			for first == "" || !strings.HasSuffix(first, "\n\n") {
				line, ok := <-lines
				if !ok {
					t.Fatalf("%s as %s ended", tt.path, who)
				}
				if strings.HasPrefix(line, "data: ") || first != "" {
					first += strings.ToLower(line) + "\n"
				}
			}
			if strings.Contains(first, "zebra") || !strings.Contains(first, tt.names) {
				t.Errorf("%s as %s: the first thing told is %s", tt.path, who, first)
			}
		}
	}
}

// follow opens a stream as a user and returns its lines. The stream has started when follow returns.
func (w *accessWorld) follow(ctx context.Context, who, target string) <-chan string {
	w.t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.web.URL+target, http.NoBody)
	w.must(err)
	r.Header = w.auth[who].Clone()
	res, err := w.web.Client().Do(r)
	w.must(err)
	w.t.Cleanup(func() { _ = res.Body.Close() })
	in := bufio.NewScanner(res.Body)
	if res.StatusCode != http.StatusOK || !in.Scan() {
		w.t.Fatalf("%s as %s: %d", target, who, res.StatusCode)
	}
	lines := make(chan string, 1000)
	go func() {
		defer close(lines)
		for in.Scan() {
			select {
			case lines <- in.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	return lines
}

// TestReasonsOfOtherRoomsAreNotTold: a card asks for the reasons of all flags of its line at once; whoever asks for one of another room
// gets none.
func TestReasonsOfOtherRoomsAreNotTold(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the real parts")
	}
	t.Parallel()
	w := newAccessWorld(t, map[string]int{"zebra": 2, "aside": 2})
	w.auth[asHost].Set("X-Earshot-Piece", "1")
	own := "/flags/aside-rule.common-1/card?only=why"
	for also, want := range map[string]int{
		"": http.StatusOK, "&also=aside-rule.aside-1": http.StatusOK, "&also=zebra-rule.common-1": http.StatusNotFound,
	} {
		a := w.ask(asHost, http.MethodGet, own+also, "")
		if a.code != want || strings.Contains(a.body, "Because of zebra") {
			t.Errorf("with %q: %d\n%s", also, a.code, a.body)
		}
	}
}
