package stream

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"earshot/models"
)

const deviceList = "Auto-detected sources for pulse:\n" +
	"* alsa_output.hdmi.monitor [Monitor of HDMI] (none)\n  mic [Mic [USB]] (audio)\n  odd name [x] (none)\nrubbish\n"

// TestReadDevices parses ffmpeg's list.
func TestReadDevices(t *testing.T) {
	found, failed := readDevices(strings.NewReader(deviceList))
	if failed || len(found) != 2 {
		t.Fatalf("%+v, %v", found, failed)
	}
	hdmi, mic := found[0], found[1]
	if hdmi != (Device{Address: "device://alsa_output.hdmi.monitor", Title: "Monitor of HDMI", Plays: true, Default: true}) ||
		mic != (Device{Address: "device://mic", Title: "Mic [USB]"}) {
		t.Errorf("%+v", found)
	}
	if _, failed := readDevices(strings.NewReader("Cannot list sources: Function not implemented\n")); !failed {
		t.Error("a list that failed was taken for an empty one")
	}
}

// FuzzReadDevices: whatever a device's name is, its address can be joined and contains that name.
func FuzzReadDevices(f *testing.F) {
	f.Add(deviceList)
	f.Add("* a/b?c#d%41 [x] (none)\n  .. [y] (none)\n  é\u202e [z] ()\n")
	f.Fuzz(func(t *testing.T, list string) {
		found, _ := readDevices(strings.NewReader(list))
		for _, d := range found {
			name, err := url.PathUnescape(strings.TrimPrefix(d.Address, "device://"))
			if err != nil || !strings.Contains(list, name) {
				t.Errorf("%q is no device of %q: %v", d.Address, list, err)
			}
			if at, err := models.ParseAddress(d.Address); err == nil && at.Kind != models.RoomDevice {
				t.Errorf("%q is %s", d.Address, at.Kind)
			}
		}
	})
}

// answers is a transport that gives the same response to every request, and records the requests.
type answers struct {
	body, location string
	status         int
	asked          []string
}

// RoundTrip implements http.RoundTripper.
func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	if _, _, given := r.BasicAuth(); given && (r.URL.Scheme != "https" || r.URL.Host != "host.example") {
		return nil, errors.New("the password went to another server")
	}
	a.asked = append(a.asked, r.URL.Scheme)
	h := http.Header{}
	if a.location != "" {
		h.Set("Location", a.location)
	}
	return &http.Response{StatusCode: a.status, Header: h, Body: io.NopCloser(strings.NewReader(a.body)), Request: r}, nil
}

// FuzzGateway: whatever ffmpeg requests and a server responds, requests use only HTTP and HTTPS, the password goes only to its server, no
// response makes ffmpeg use HTTPS by itself, and a playlist's target duration is bounded.
func FuzzGateway(f *testing.F) {
	f.Add("http://_start/live.m3u8", "", "", 200)
	f.Add("http://_tls.host.example:80/live.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:9999\nhttps://other.example/1.ts\n", "", 200)
	f.Add("http://host.example/x", "", "https://other.example/y", 302)
	f.Add("http://host.example/x", "", "file:///etc/passwd", 301)
	f.Add("http://_tls.:0/%zz", "#EXTM3U\n#EXT-X-TARGETDURATION:99999999999\n", "//_tls.x", 404)
	f.Fuzz(func(t *testing.T, ask, body, location string, status int) {
		if status < 200 || status > 599 {
			return
		}
		u, err := url.Parse(ask)
		if err != nil || strings.ContainsAny(location, "\r\n") {
			return
		}
		a := &answers{body: body, location: location, status: status}
		origin := &url.URL{Scheme: "https", Host: "host.example", Path: "/live.m3u8"}
		g := &gateway{origin: origin, auth: url.UserPassword("ana", "hush"), client: &http.Client{Transport: a}, pieces: &pieces{}}
		w := httptest.NewRecorder()
		g.proxy(w, (&http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: http.Header{}}).WithContext(context.Background()))
		for _, scheme := range a.asked {
			if scheme != "http" && scheme != "https" {
				t.Errorf("asked by %s", scheme)
			}
		}
		if to := w.Header().Get("Location"); strings.Contains(to, "https://") || to != "" && !strings.HasPrefix(to, "http://") {
			t.Errorf("ffmpeg is sent on to %q", to)
		}
		if strings.HasPrefix(body, playlistMark) && strings.Contains(w.Body.String(), "https://") {
			t.Errorf("ffmpeg is shown %q", w.Body)
		}
		if slow := time.Duration(g.slowest.Load()); slow < 0 || slow > 9999*time.Second {
			t.Errorf("pieces of %v", slow)
		}
		if err := g.err(); err != nil && strings.Contains(err.Error(), "another server") {
			t.Error(err)
		}
	})
}

// TestEndlessNothing: the bot leaves a server that forever sends what nobody can decode, after a limited number of bytes. Hearing something
// restarts the count.
func TestEndlessNothing(t *testing.T) {
	g := &gateway{pieces: &pieces{}}
	body := &counted{io.NopCloser(endless{}), g}
	n, err := io.Copy(io.Discard, body)
	if !errors.Is(err, errNothing) || !errors.Is(g.err(), errNothing) || n < mostSilent || n > mostSilent+1<<20 {
		t.Errorf("left after %d bytes: %v", n, err)
	}
	g.silent.Store(0) // sound
	if n, err := io.CopyN(io.Discard, body, mostSilent/2); err != nil {
		t.Errorf("left after %d bytes more: %v", n, err)
	}
	s := source{Address: models.Address{Kind: models.RoomIcecast}}
	if err := s.reason(errNothing); models.Hint(err) != hintMedia {
		t.Errorf("%v (%s)", err, models.Hint(err))
	}
}

// endless is a body without an end.
type endless struct{}

// Read implements io.Reader.
func (endless) Read(b []byte) (int, error) { return len(b), nil }
