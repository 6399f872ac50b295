package peer

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/pion/webrtc/v3"
)

const (
	maxLate      = 64 // candidates found after the offer
	patchWithin  = 4 * time.Second
	optionWithin = 3 * time.Second
	fragmentType = "application/trickle-ice-sdpfrag"
)

// trickle sends the ICE candidates found after the offer to the server with PATCH (RFC 9725 section 4.3.2, RFC 8840). A server that does
// not support PATCH has only those in the offer.
type trickle struct {
	found  chan string
	ctx    context.Context //nolint:containedctx // the session's life
	cancel context.CancelFunc
	group  sync.WaitGroup
}

func newTrickle() *trickle {
	t := &trickle{found: make(chan string, maxLate)}
	t.ctx, t.cancel = context.WithCancel(context.Background())
	return t
}

// take implements Handler.Candidate.
func (t *trickle) take(c *webrtc.ICECandidateInit) {
	if c == nil {
		return
	}
	select {
	case t.found <- c.Candidate:
	default:
	}
}

// start starts to send candidates that are not in the offer, until stop is called.
func (t *trickle) start(res *Resource, offer string) {
	t.group.Go(func() {
		for {
			select {
			case c := <-t.found:
				if !strings.Contains(offer, c) {
					_ = res.patch(t.ctx, fragment(offer, c)) // the offer's own candidates may suffice
				}
			case <-t.ctx.Done():
				return
			}
		}
	})
}

// stop stops sending, and waits until that has happened.
func (t *trickle) stop() {
	t.cancel()
	t.group.Wait()
}

var sessionLine = regexp.MustCompile(`(?m)^a=(?:ice-ufrag|ice-pwd):[^\r\n]*`)

// fragment returns an SDP fragment (RFC 8840 section 9) with a candidate, for an offer with one media section.
func fragment(offer, candidate string) string {
	var b strings.Builder
	for _, l := range sessionLine.FindAllString(offer, 2) {
		b.WriteString(l + "\r\n")
	}
	b.WriteString("m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n")
	for _, l := range strings.Split(offer, "\r\n") {
		if strings.HasPrefix(l, "a=mid:") {
			b.WriteString(l + "\r\n")
		}
	}
	b.WriteString("a=" + candidate + "\r\n")
	return b.String()
}

// patch sends an SDP fragment, within 4 s.
func (r *Resource) patch(ctx context.Context, frag string) error {
	ctx, cancel := context.WithTimeout(ctx, patchWithin)
	defer cancel()
	req, err := r.own().request(ctx, http.MethodPatch, r.URL, strings.NewReader(frag))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", fragmentType)
	if r.ETag != "" {
		req.Header.Set("If-Match", r.ETag)
	}
	resp, err := r.endpoint.Client.Do(req) //nolint:bodyclose // drain closes it
	if err != nil {
		return noAnswer(err, req.URL)
	}
	defer drain(resp.Body)
	if resp.StatusCode >= 300 {
		return refusal(resp)
	}
	return nil
}

// own returns the endpoint, without its secrets if the resource is on a different host.
func (r *Resource) own() Endpoint {
	e := r.endpoint
	if !sameHost(e.URL, r.URL) {
		e.Token, e.Header = "", nil
	}
	return e
}

// options requests the ICE servers to use before the offer (RFC 9725 section 4.6). If that fails, it returns none.
func (e Endpoint) options(ctx context.Context) []ICEServer {
	ctx, cancel := context.WithTimeout(ctx, optionWithin)
	defer cancel()
	req, err := e.request(ctx, http.MethodOptions, e.URL, nil)
	if err != nil {
		return nil
	}
	resp, err := e.Client.Do(req) //nolint:bodyclose // drain closes it
	if err != nil {
		return nil
	}
	defer drain(resp.Body)
	if resp.StatusCode >= 300 {
		return nil
	}
	return ParseLinks(resp.Header.Values("Link"))
}
