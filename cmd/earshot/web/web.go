// Package web serves the page and the lounge: who may hold how many connections, which proxies are believed, and systemd, which may
// hand the socket over.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"

	"earshot/models"
)

// portInUse is syscall.EADDRINUSE with the address, in plain words.
type portInUse string

func (address portInUse) Error() string {
	return fmt.Sprintf("listen on %s: the port is in use", string(address))
}

// Unwrap returns syscall.EADDRINUSE.
func (portInUse) Unwrap() error { return syscall.EADDRINUSE }

// Listen opens the address of the page and the lounge.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, models.WithHint(portInUse(address),
			"another program, perhaps another Earshot, has it: stop it, or choose a port with --listen 127.0.0.1:0")
	case err != nil:
		return nil, models.WithHint(fmt.Errorf("listen: %w", err), "the setting listen is host:port, for example 127.0.0.1:8484")
	}
	return l, nil
}

// ServeWeb answers requests until the context ends. Headers and bodies must come promptly, and no address may hold more than
// its share of connections. Event streams are ended by closing what they watch (shut).
func ServeWeb(ctx context.Context, l net.Listener, p proxies, h http.Handler, shut func(), log *slog.Logger) error {
	server := &http.Server{
		Handler:           promptBodies(h),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(newFairListener(l, p)) }()
	select {
	case err := <-ended:
		return fmt.Errorf("web server: %w", err)
	case <-ctx.Done():
	}
	shut()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
	defer cancel()
	err := server.Shutdown(grace)
	if err != nil { // a client that does not let go
		err = server.Close()
	}
	if e := <-ended; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	return err
}

// loungePaths are the paths that belong to the lounge; all others are the review page's.
var loungePaths = []string{"/whip/", "/whep/", "/res/", "/rooms/", "/room/", "/lounge/"}

// ByPath hands requests to the lounge or to the review page.
func ByPath(lounge, page http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, p := range loungePaths {
			if strings.HasPrefix(r.URL.Path, p) {
				lounge.ServeHTTP(w, r)
				return
			}
		}
		page.ServeHTTP(w, r)
	})
}

// PageURL is an address of the page as people open it.
func PageURL(l net.Listener, p string) string {
	host, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		return "http://" + l.Addr().String() + p
	}
	if ip := net.ParseIP(host); ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port) + p
}

// Answers asks a web server whether it is well.
func Answers(ctx context.Context, host string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+host+"/healthz", nil)
	if err != nil {
		return err
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("healthz: %s", res.Status)
	}
	return nil
}
