package modelfile

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"earshot/models"
	"earshot/models/leaktest"
)

func TestMain(m *testing.M) { leaktest.Main(m) }

// mirror serves one model of a megabyte, in the way that the test asks for.
type mirror struct {
	*httptest.Server
	model    Model
	content  []byte
	requests atomic.Int32
	ranges   []string // of the requests, one a line
}

func newMirror(t *testing.T, serve func(w http.ResponseWriter, r *http.Request, m *mirror)) *mirror {
	t.Helper()
	content := bytes.Repeat([]byte("0123456789abcdef"), 65536)
	sum := sha256.Sum256(content)
	m := &mirror{content: content, model: Model{Name: "test.en", Bytes: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}}
	if serve == nil {
		serve = func(w http.ResponseWriter, r *http.Request, m *mirror) {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(m.content))
		}
	}
	m.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.requests.Add(1)
		m.ranges = append(m.ranges, r.Header.Get("Range"))
		if r.URL.Path != "/models/ggml-test.en.bin" {
			http.NotFound(w, r)
			return
		}
		serve(w, r, m)
	}))
	t.Cleanup(m.Close)
	return m
}

func (m *mirror) options() PullOptions {
	return PullOptions{Mirror: m.URL + "/models/", Client: m.Client()}
}

// check holds that the folder has the model and nothing else.
func (m *mirror) check(t *testing.T, dir, path string, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil || !bytes.Equal(got, m.content) {
		t.Errorf("%s differs from the mirror's file: %v", path, err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("the folder holds %v, %v", files, err)
	}
}

func TestPull(t *testing.T) {
	m, dir := newMirror(t, nil), filepath.Join(t.TempDir(), "new")
	var last, total int64
	o := m.options()
	o.Progress = func(d, n int64) {
		if d <= last {
			t.Errorf("progress went from %d to %d", last, d)
		}
		last, total = d, n
	}
	checked := ""
	o.Check = func(path string) error { checked = path; return nil }
	path, err := Pull(t.Context(), m.model, dir, o)
	m.check(t, dir, path, err)
	if last != m.model.Bytes || total != m.model.Bytes || checked != path+".part" {
		t.Errorf("progress ended at %d of %d, checked %q", last, total, checked)
	}
	if _, err := Pull(t.Context(), m.model, dir, o); err != nil || m.requests.Load() != 1 {
		t.Errorf("the second time: %v, %d requests", err, m.requests.Load())
	}
}

func TestPullResumes(t *testing.T) {
	m, dir := newMirror(t, nil), t.TempDir()
	if err := os.WriteFile(m.model.Path(dir)+".part", m.content[:700_000], 0o600); err != nil {
		t.Fatal(err)
	}
	path, err := Pull(t.Context(), m.model, dir, m.options())
	m.check(t, dir, path, err)
	if got := fmt.Sprint(m.ranges); got != "[bytes=700000-]" {
		t.Errorf("asked for %s", got)
	}
}

// A connection that breaks is resumed at once, as long as something comes.
func TestPullSurvivesBrokenConnections(t *testing.T) {
	m := newMirror(t, func(w http.ResponseWriter, r *http.Request, m *mirror) {
		var from int
		_, _ = fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
		w.Header().Set("Content-Length", fmt.Sprint(len(m.content)-from))
		if from > 0 {
			w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(m.content)-1, len(m.content)))
			w.WriteHeader(http.StatusPartialContent)
		}
		_, _ = w.Write(m.content[from:min(from+300_000, len(m.content))])
		w.(http.Flusher).Flush()
		if from+300_000 < len(m.content) {
			panic(http.ErrAbortHandler)
		}
	})
	dir := t.TempDir()
	path, err := Pull(t.Context(), m.model, dir, m.options())
	m.check(t, dir, path, err)
	if m.requests.Load() < 4 {
		t.Errorf("%d requests", m.requests.Load())
	}
}

func TestPullFromAServerThatCannotResume(t *testing.T) {
	m := newMirror(t, func(w http.ResponseWriter, _ *http.Request, m *mirror) { _, _ = w.Write(m.content) })
	dir := t.TempDir()
	if err := os.WriteFile(m.model.Path(dir)+".part", []byte("other bytes"), 0o600); err != nil {
		t.Fatal(err)
	}
	path, err := Pull(t.Context(), m.model, dir, m.options())
	m.check(t, dir, path, err)
}

func TestPullRefuses(t *testing.T) {
	serve := func(status int, body string) func(http.ResponseWriter, *http.Request, *mirror) {
		return func(w http.ResponseWriter, _ *http.Request, _ *mirror) {
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}
	}
	tests := []struct {
		name  string
		serve func(http.ResponseWriter, *http.Request, *mirror)
		want  error
		says  string
		part  string // what lies there before
	}{
		{"not there", serve(http.StatusNotFound, ""), errRefused, "404", ""},
		{"forbidden", serve(http.StatusForbidden, ""), errRefused, "403", ""},
		{"a page in its place", serve(http.StatusOK, "<html>please log in</html>"), errRefused, "has 26 bytes", ""},
		{"a changed byte", func(w http.ResponseWriter, _ *http.Request, m *mirror) {
			bad := bytes.Clone(m.content)
			bad[77] ^= 1
			_, _ = w.Write(bad)
		}, ErrDamaged, "SHA-256", ""},
		{"resumed from something else", func(w http.ResponseWriter, r *http.Request, m *mirror) {
			http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(m.content))
		}, ErrDamaged, "SHA-256", "garbage"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, dir := newMirror(t, tt.serve), t.TempDir()
			if tt.part != "" {
				if err := os.WriteFile(m.model.Path(dir)+".part", []byte(tt.part), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := Pull(t.Context(), m.model, dir, m.options())
			if !errors.Is(err, tt.want) || !strings.Contains(err.Error(), tt.says) || models.Hint(err) == "" {
				t.Errorf("%v (hint %q)", err, models.Hint(err))
			}
			if _, err := os.Stat(m.model.Path(dir)); err == nil {
				t.Error("the file is there")
			}
			if _, err := os.Stat(m.model.Path(dir) + ".part"); errors.Is(tt.want, ErrDamaged) && err == nil {
				t.Error("the damaged part was kept")
			}
		})
	}
}

func TestPullDiscardsWhatFailsTheCheck(t *testing.T) {
	m, dir := newMirror(t, nil), t.TempDir()
	bad := errors.New("no model")
	o := m.options()
	o.Check = func(string) error { return bad }
	if _, err := Pull(t.Context(), m.model, dir, o); !errors.Is(err, bad) {
		t.Errorf("%v", err)
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("left behind: %v", files)
	}
}

func TestPullEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	m := newMirror(t, func(w http.ResponseWriter, r *http.Request, m *mirror) {
		w.Header().Set("Content-Length", fmt.Sprint(len(m.content)))
		_, _ = w.Write(m.content[:400_000])
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	dir, o := t.TempDir(), m.options()
	o.Progress = func(done, _ int64) {
		if done == 400_000 {
			cancel()
		}
	}
	if _, err := Pull(ctx, m.model, dir, o); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want Canceled", err)
	}
	if st, err := os.Stat(m.model.Path(dir) + ".part"); err != nil || st.Size() != 400_000 {
		t.Errorf("the part is not kept for later: %v", err)
	}
}

func TestPullAlone(t *testing.T) {
	m, dir := newMirror(t, nil), t.TempDir()
	f, err := openPart(m.model.Path(dir) + ".part")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := Pull(t.Context(), m.model, dir, m.options()); err == nil || !strings.Contains(err.Error(), "another process") ||
		models.Hint(err) == "" {
		t.Errorf("%v", err)
	}
}

func TestKnown(t *testing.T) {
	for _, m := range Known() {
		byName, err1 := Find(m.Name)
		byFile, err2 := Find(m.FileName())
		if err := errors.Join(err1, err2); err != nil || byName != m || byFile != m {
			t.Errorf("%s: %v", m.Name, err)
		}
		if sum, err := hex.DecodeString(m.SHA256); err != nil || len(sum) != sha256.Size || !m.VAD() && m.Bytes < 32_000_000 {
			t.Errorf("implausible: %+v", m)
		}
	}
	if _, err := Find("gigantic"); err == nil || models.Hint(err) == "" {
		t.Errorf("an unknown name: %v", err)
	}
}

func TestVerify(t *testing.T) {
	m := Model{Name: "x", Bytes: 3, SHA256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"} // of "abc"
	path := m.Path(t.TempDir())
	if err := m.Verify(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
	for text, damaged := range map[string]bool{"abc": false, "abd": true, "ab": true, "abcd": true} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := m.Verify(path); errors.Is(err, ErrDamaged) != damaged || damaged && !strings.Contains(models.Hint(err), "model pull x") {
			t.Errorf("%q: %v", text, err)
		}
	}
}
