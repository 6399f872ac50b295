package review

import (
	"compress/gzip"
	"io"
	"net/http/httptest"
	"testing"
)

// TestPagesAreCompressed: the page of a long session is small in transfer and complete after decompression, also with all of its
// 2000 lines, as for printing; audio is sent uncompressed.
func TestPagesAreCompressed(t *testing.T) {
	m := evening(true)
	m.clips = heardRoom().clips
	s := serve(t, m, nil)
	get := func(path string) *httptest.ResponseRecorder {
		r := httptest.NewRequestWithContext(t.Context(), "GET", path, nil)
		r.Host = "localhost"
		r.Header.Set("Accept-Encoding", "gzip")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		return w
	}
	w := get("/s/long")
	size := w.Body.Len()
	plain, err := gzip.NewReader(w.Body)
	if err != nil || w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal(err, w.Header())
	}
	whole, err := io.ReadAll(plain)
	if err != nil {
		t.Fatal(err)
	}
	if want := ask(t, s, "GET", "/s/long").Body.String(); string(whole) != want {
		t.Errorf("%d bytes after compression, %d without", len(whole), len(want))
	}
	if size > 150<<10 {
		t.Errorf("%d bytes on the way", size)
	}
	all := get("/s/long?whole=1").Body.Len()
	if all > 150<<10 {
		t.Errorf("%d bytes on the way with all lines", all)
	}
	t.Logf("%d kB, %d kB on the way, %d kB with all lines", len(whole)>>10, size>>10, all>>10)
	if got := get("/evidence/" + m.clips[0].ID + ".ogg").Header().Get("Content-Encoding"); got != "" {
		t.Errorf("sound is sent as %s", got)
	}
}
