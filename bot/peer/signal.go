package peer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Limits of the signalling: an SDP answer for one audio stream is about 1.5 kB.
const (
	maxSDP        = 256 << 10
	deleteTimeout = 3 * time.Second
)

// Endpoint is a WHIP (RFC 9725) or WHEP (draft-ietf-wish-whep) endpoint.
type Endpoint struct {
	URL string
	// Token is the bearer token, which may be empty. It is never sent to another host.
	Token string
	// Header holds additional request headers; it may be nil.
	Header http.Header
	// Discover requests the server's ICE servers with OPTIONS before the offer is made.
	Discover bool
	// Client makes the requests; it usually comes from Factory.HTTPClient.
	Client *http.Client
}

// HTTPClient returns a client with its own connection pool, so that CloseIdleConnections closes everything. It follows redirects only
// within the same server, and none if addresses are restricted. It has no overall timeout, because of event streams.
func (f *Factory) HTTPClient() *http.Client {
	redirect := sameServerRedirect
	if f.within() != Anywhere {
		redirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	return &http.Client{CheckRedirect: redirect, Transport: &http.Transport{
		Proxy:       f.Proxy(),
		DialContext: f.Dialer(5 * time.Second).DialContext, TLSHandshakeTimeout: 5 * time.Second,
		ResponseHeaderTimeout: 10 * time.Second, MaxIdleConnsPerHost: 8, IdleConnTimeout: 30 * time.Second,
	}}
}

// Resource is a session's resource on the server, which DELETE deletes.
type Resource struct {
	URL    string
	ETag   string
	Header http.Header // of the response to the POST
	// Servers are the ICE servers from Link headers (rel="ice-server").
	Servers []ICEServer

	endpoint Endpoint
}

// Post sends an SDP offer and returns the answer and the created resource.
func (e Endpoint) Post(ctx context.Context, offer string) (answer string, res *Resource, err error) {
	req, err := e.request(ctx, http.MethodPost, e.URL, strings.NewReader(offer))
	if err != nil {
		return "", nil, err
	}
	req.Header.Set("Content-Type", "application/sdp")
	req.Header.Set("Accept", "application/sdp")
	resp, err := e.Client.Do(req) //nolint:bodyclose // drain closes it
	if err != nil {
		return "", nil, noAnswer(err, req.URL)
	}
	defer drain(resp.Body)
	if resp.StatusCode != http.StatusCreated {
		return "", nil, refusal(resp)
	}
	res, err = e.resource(resp)
	if err != nil {
		return "", nil, err
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxSDP+1))
	if err == nil && (len(body) > maxSDP || !bytes.HasPrefix(body, []byte("v=0"))) {
		err = fmt.Errorf("peer: %w: its answer is not SDP", ErrProtocol)
	}
	if err != nil {
		_ = res.Delete(context.WithoutCancel(ctx))
		return "", nil, fmt.Errorf("peer: reading the answer: %w", err)
	}
	return string(body), res, nil
}

func (e Endpoint) resource(resp *http.Response) (*Resource, error) {
	if t, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); t != "application/sdp" {
		return nil, fmt.Errorf("peer: %w: its answer has type %.40q", ErrProtocol, t)
	}
	loc, err := resp.Request.URL.Parse(resp.Header.Get("Location"))
	if err != nil || resp.Header.Get("Location") == "" {
		return nil, fmt.Errorf("peer: %w: no usable Location", ErrProtocol)
	}
	return &Resource{
		URL: loc.String(), ETag: resp.Header.Get("ETag"), Header: resp.Header,
		Servers: ParseLinks(resp.Header.Values("Link")), endpoint: e,
	}, nil
}

// Delete ends the session on the server, within 3 s. It is not an error if the session no longer exists.
func (r *Resource) Delete(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, deleteTimeout)
	defer cancel()
	e := r.own()
	req, err := e.request(ctx, http.MethodDelete, r.URL, nil)
	if err != nil {
		return err
	}
	resp, err := e.Client.Do(req) //nolint:bodyclose // drain closes it
	if err != nil {
		return noAnswer(err, req.URL)
	}
	defer drain(resp.Body)
	if resp.StatusCode >= 300 && resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusGone {
		return refusal(resp)
	}
	return nil
}

func (e Endpoint) request(ctx context.Context, method, target string, body io.Reader) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return nil, fmt.Errorf("peer: %w", err)
	}
	for k, v := range e.Header {
		req.Header[k] = v
	}
	if e.Token != "" {
		req.Header.Set("Authorization", "Bearer "+e.Token)
	}
	return req, nil
}

func sameServerRedirect(req *http.Request, via []*http.Request) error {
	if len(via) > 3 || req.URL.Host != via[0].URL.Host || req.URL.Scheme != via[0].URL.Scheme {
		return http.ErrUseLastResponse
	}
	return nil
}

func sameHost(a, b string) bool {
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	return errA == nil && errB == nil && ua.Scheme == ub.Scheme && ua.Host == ub.Host
}

func drain(b io.ReadCloser) {
	_, _ = io.Copy(io.Discard, io.LimitReader(b, 64<<10))
	_ = b.Close()
}

// noAnswer explains why a server could not be reached, and names its host.
func noAnswer(err error, u *url.URL) error {
	err = Unreachable(err, "check the host and port in the URL, and that the server is running")
	if errors.Is(err, context.Canceled) {
		return err
	}
	return fmt.Errorf("%s cannot be reached: %w", u.Host, err)
}
