package review

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"

	"earshot/moderation/review/pages"
)

var (
	shownLine = regexp.MustCompile(`<li id="(u-[^"]+)"`)
	pieceLink = regexp.MustCompile(`<p class="piece" id="([a-z-]+)"><a href="([^"#]+)`)
)

// pieceOf requests a part of a session as the script does, and returns the ids of its lines and the addresses of the adjacent parts.
func pieceOf(t *testing.T, s *served, path string) (ids []string, links map[string]string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), "GET", path, http.NoBody)
	r.Host = "127.0.0.1:8484"
	r.Header.Set("X-Earshot-Piece", "1")
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "<html") {
		t.Fatalf("%s: %d", path, w.Code)
	}
	for _, m := range shownLine.FindAllStringSubmatch(w.Body.String(), -1) {
		ids = append(ids, m[1])
	}
	links = map[string]string{}
	for _, m := range pieceLink.FindAllStringSubmatch(w.Body.String(), -1) {
		links[m[1]] = strings.ReplaceAll(m[2], "&amp;", "&")
	}
	return ids, links
}

// TestLongSessionComesInPieces follows the parts of 2000 lines from the first to the last and back: each line once, in order.
func TestLongSessionComesInPieces(t *testing.T) {
	t.Parallel()
	m := evening(false)
	s := serve(t, m, nil)
	var want []string
	for _, u := range m.lines {
		if u.Session == "long" {
			want = append(want, pages.LineID(u.Key))
		}
	}
	follow := func(path, link string) (all []string, most int) {
		for path != "" {
			ids, links := pieceOf(t, s, path)
			if link == "later" {
				all = append(all, ids...)
			} else {
				all = append(ids, all...)
			}
			most, path = max(most, len(ids)), links[link]
		}
		return all, most
	}
	for link, from := range map[string]string{"later": "/s/long", "earlier": "/s/long?end=1"} {
		all, most := follow(from, link)
		if !slices.Equal(all, want) || most > 150 {
			t.Errorf("%s: %d lines in pieces of at most %d, want %d in their order", link, len(all), most, len(want))
		}
	}
	for _, tt := range []struct {
		query string
		line  int
	}{{"at=" + want[1000], 1000}, {"at=" + want[0], 0}, {"at=" + want[1999], 1999}, {fmt.Sprint("t=", 1000*3600), 1000}} {
		if ids, _ := pieceOf(t, s, "/s/long?"+tt.query); !slices.Contains(ids, want[tt.line]) || len(ids) < 60 {
			t.Errorf("%s: %d lines, without line %d", tt.query, len(ids), tt.line)
		}
	}
	for _, odd := range []string{"at=gone", "before=%00", "after=", "t=-5", "t=99999999999999999999", "t=x"} {
		if ids, _ := pieceOf(t, s, "/s/long?"+odd); len(ids) == 0 || ids[0] != want[0] {
			t.Errorf("%s: not the beginning", odd)
		}
	}
}

// TestLiveSessionBeginsAtItsEnd: the latest lines are what its host wants to see.
func TestLiveSessionBeginsAtItsEnd(t *testing.T) {
	m := evening(true)
	ids, links := pieceOf(t, serve(t, m, nil), "/s/long")
	if last := pages.LineID(m.lines[len(m.lines)-1].Key); ids[len(ids)-1] != last || links["later"] != "" || links["earlier"] == "" {
		t.Errorf("it ends with %s, and goes on with %v", ids[len(ids)-1], links)
	}
}

// TestFindInASession lists the lines with a word, each with a link to it.
func TestFindInASession(t *testing.T) {
	m := evening(false)
	s := serve(t, m, nil)
	inOrder(
		t, ask(t, s, "GET", "/s/long?find=TRIED+it+17+times").Body.String(), "<b>1 line</b> containing", "TRIED it 17 times", "?at=u-",
		"1:01",
	)
	inOrder(t, ask(t, s, "GET", "/s/long?find=both").Body.String(), "<b>2000 lines</b>", "showing the first 100")
	inOrder(t, ask(t, s, "GET", "/s/long?find=%3Cb%3Exyzzy").Body.String(), "No line contains", "&lt;b&gt;xyzzy")
}

// TestFlagsOfALongSessionComeInPieces: those that wait for an answer are first and complete, the others come in groups of forty.
func TestFlagsOfALongSessionComeInPieces(t *testing.T) {
	t.Parallel()
	m := evening(true)
	s := serve(t, m, func(c *Config) { c.Actor = &hand{} })
	row := regexp.MustCompile(`<li id="(f-[^"]+)" class="flag`)
	seen := map[string]bool{}
	path := "/s/long"
	for path != "" {
		body := ask(t, s, "GET", path).Body.String()
		for _, f := range row.FindAllStringSubmatch(body, -1) {
			seen[f[1]] = true
		}
		path = ""
		for _, l := range pieceLink.FindAllStringSubmatch(body, -1) {
			if l[1] == "more-flags" {
				path = l[2]
			}
		}
	}
	if len(seen) != 300 {
		t.Errorf("%d flags of 300", len(seen))
	}
}
