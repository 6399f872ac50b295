package stream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"earshot/bot/peer"
	"earshot/models"
)

const (
	// mostSilent limits how many bytes may arrive without any sound: a server could forever send what nobody can decode.
	mostSilent = 64 << 20
	// mostPlaylist limits the size of a playlist, in bytes.
	mostPlaylist = 2 << 20
	// mostRedirects limits how many redirects are followed.
	mostRedirects = 5
)

// gateway makes HTTP and HTTPS requests on behalf of ffmpeg, within the reach allowed for the address. It sends the password only to the
// address's own server.
type gateway struct {
	origin *url.URL
	auth   *url.Userinfo
	// client is for the stream's own server, beside for the servers that it refers to.
	client, beside *http.Client
	pieces         *pieces
	// silent counts the bytes received since the last sound.
	silent atomic.Int64
	// slowest is the target duration of the latest playlist, in ns.
	slowest atomic.Int64
	// whole reports that the latest playlist is complete: its stream is a recording, or over.
	whole atomic.Bool

	mu    sync.Mutex
	first error // the first failure, which says more than what ffmpeg makes of it
}

func newGateway(ctx context.Context, s source, f *peer.Factory, heard *pieces) (*gateway, error) {
	origin, err := url.Parse(s.url)
	if err != nil {
		return nil, errAddress
	}
	return &gateway{
		origin: origin, auth: s.auth, client: f.HTTPClient(), beside: beside(ctx, origin, f).HTTPClient(), pieces: heard,
	}, nil
}

func (g *gateway) close() {
	g.client.CloseIdleConnections()
	g.beside.CloseIdleConnections()
}

// failed records what went wrong, unless something did before.
func (g *gateway) failed(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.first == nil {
		g.first = err
	}
}

func (g *gateway) err() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.first
}

// fetch requests an address. It does not follow redirects. The caller closes the body.
func (g *gateway) fetch(ctx context.Context, to *url.URL, from http.Header) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	if err != nil {
		return nil, errAddress
	}
	req.Header.Set("User-Agent", "Earshot")
	for _, name := range []string{"Range", "Accept"} {
		if v := from.Get(name); v != "" {
			req.Header.Set(name, v)
		}
	}
	if g.auth != nil && to.Scheme == g.origin.Scheme && to.Host == g.origin.Host {
		word, _ := g.auth.Password()
		req.SetBasicAuth(g.auth.Username(), word)
	}
	client := *g.client
	if to.Host != g.origin.Host {
		client = *g.beside
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	res, err := client.Do(req)
	if errors.Is(err, peer.ErrOutOfReach) && to.Host != g.origin.Host {
		err = models.WithHint(fmt.Errorf("its server leads there: %w", peer.ErrOutOfReach), hintBeside)
	}
	if err != nil {
		return nil, fmt.Errorf("%s cannot be reached: %w", to.Host, peer.Unreachable(err, hintLater))
	}
	return res, nil
}

// open requests the stream's own address, follows redirects, and returns the body.
func (g *gateway) open(ctx context.Context) (io.ReadCloser, error) {
	to := g.origin
	for range mostRedirects {
		res, err := g.fetch(ctx, to, nil)
		if err != nil {
			return nil, err
		}
		if to = sentOn(res, to); to != nil {
			_ = res.Body.Close()
			continue
		}
		if res.StatusCode != http.StatusOK {
			_ = res.Body.Close()
			return nil, statusError(res.StatusCode)
		}
		return &counted{res.Body, g}, nil
	}
	return nil, errors.New("its server redirects endlessly")
}

// sentOn returns the target of a redirect, or nil if the response is none.
func sentOn(res *http.Response, from *url.URL) *url.URL {
	if res.StatusCode < 300 || res.StatusCode > 399 {
		return nil
	}
	to, err := from.Parse(res.Header.Get("Location"))
	if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
		return nil
	}
	return to
}

// counted counts the bytes of a body, and ends it after too many without sound.
type counted struct {
	io.ReadCloser
	to *gateway
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.ReadCloser.Read(b)
	if c.to.silent.Add(int64(n)) > mostSilent {
		c.to.failed(errNothing)
		return n, errNothing
	}
	return n, err
}

// serve runs an HTTP proxy for ffmpeg at a port of 127.0.0.1 until stop is called.
func (g *gateway) serve(ctx context.Context) (port uint16, stop func(), err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, nil, fmt.Errorf("listen for ffmpeg: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	server := &http.Server{
		Handler: http.HandlerFunc(g.proxy), ReadHeaderTimeout: 5 * time.Second, BaseContext: func(net.Listener) context.Context { return ctx },
	}
	var group sync.WaitGroup
	group.Go(func() { _ = server.Serve(l) })
	addr, _ := l.Addr().(*net.TCPAddr)
	return uint16(addr.Port), func() { cancel(); _ = server.Close(); group.Wait() }, nil //nolint:gosec // a port
}

// proxy answers a request from ffmpeg.
func (g *gateway) proxy(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet || r.URL.Scheme != "http" {
		http.Error(w, "this is for ffmpeg's own requests", http.StatusForbidden)
		return
	}
	to := *r.URL
	to.User, to.Host = nil, strings.TrimSuffix(to.Host, ":80") // ffmpeg adds it, even if the host stands for HTTPS
	if to.Host == startHost {
		w.Header().Set("Location", disguised(g.origin.String()))
		w.WriteHeader(http.StatusFound)
		return
	}
	if host, is := strings.CutPrefix(to.Host, secure); is {
		to.Scheme, to.Host = "https", host
	}
	res, err := g.fetch(r.Context(), &to, r.Header)
	if err != nil {
		if r.Context().Err() == nil {
			g.failed(err)
		}
		http.Error(w, "not reached", http.StatusBadGateway)
		return
	}
	defer res.Body.Close()
	if next := sentOn(res, &to); next != nil {
		w.Header().Set("Location", disguised(next.String()))
		w.WriteHeader(http.StatusFound)
		return
	}
	g.pass(w, res)
}

// pass forwards a response to ffmpeg. It disguises the HTTPS addresses in a playlist.
func (g *gateway) pass(w http.ResponseWriter, res *http.Response) {
	if res.StatusCode >= 400 {
		g.failed(statusError(res.StatusCode))
		w.WriteHeader(res.StatusCode)
		return
	}
	var body io.Reader = &counted{res.Body, g}
	start := make([]byte, len(playlistMark))
	n, _ := io.ReadFull(body, start)
	body = io.MultiReader(bytes.NewReader(start[:n]), body)
	if string(start[:n]) == playlistMark {
		list, err := io.ReadAll(io.LimitReader(body, mostPlaylist+1))
		if err != nil || len(list) > mostPlaylist {
			g.failed(errNothing)
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		if at := res.Request.URL; g.pieces.stale(at.Host+at.Path, list) {
			g.failed(errStale)
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		g.promised(list)
		switch {
		case namesFiles(list):
			g.failed(errFiles) // ffmpeg does not open them
		case !bytes.Contains(list, []byte("\n#EXTINF")) && !bytes.Contains(list, []byte("\n#EXT-X-STREAM-INF")):
			g.failed(errEmpty)
		}
		_, _ = io.WriteString(w, disguised(string(list)))
		return
	}
	for _, name := range []string{"Content-Range", "Content-Length", "Accept-Ranges"} {
		if v := res.Header.Get(name); v != "" {
			w.Header().Set(name, v)
		}
	}
	w.WriteHeader(res.StatusCode)
	_, _ = io.Copy(w, body)
}

// playlistMark begins every HLS playlist (RFC 8216, section 4.3.1.1).
const playlistMark = "#EXTM3U"

// target matches the target duration of a playlist's segments, in seconds (RFC 8216, section 4.3.3.1).
var target = regexp.MustCompile(`(?m)^#EXT-X-TARGETDURATION:([0-9]{1,4})`)

// promised records the target duration of a playlist, and whether it is complete.
func (g *gateway) promised(list []byte) {
	g.whole.Store(bytes.Contains(list, []byte("\n#EXT-X-ENDLIST")))
	if m := target.FindSubmatch(list); m != nil {
		seconds, _ := strconv.Atoi(string(m[1])) // up to four digits
		g.slowest.Store(int64(time.Duration(seconds) * time.Second))
	}
}

// disguised returns a text with its HTTPS addresses rewritten so that ffmpeg requests them from the gateway.
func disguised(text string) string { return strings.ReplaceAll(text, "https://", "http://"+secure) }
