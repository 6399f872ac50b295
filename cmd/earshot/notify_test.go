package main

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"earshot/moderation/notify"
)

// hookserver runs a receiver of webhooks for a script, and names its address: hookserver VARIABLE.
func hookserver(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hookserver VARIABLE")
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/in" || r.Header.Get("webhook-signature") == "" {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	ts.Defer(s.Close)
	ts.Setenv(args[0], s.URL)
}

// A flag reaches its target through the real store and the real network, with its link, and is marked as sent.
func TestAFlagIsTold(t *testing.T) {
	got := make(chan string, 10)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.Header.Get("webhook-id") == "" {
			t.Errorf("%v %v", err, r.Header)
		}
		got <- string(body)
	}))
	defer receiver.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "targets.yaml")
	text := "targets:\n- name: hosts\n  kind: webhook\n  private: yes\n  url: " + receiver.URL + "\n  secret: " + notify.NewSecret() + "\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, l := openTestStation(t, filepath.Join(dir, "record"))
	s.cfg.Notices.Targets = file
	if err := s.setTargets(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := writeSampleTo(t.Context(), s.store); err != nil {
		t.Fatal(err)
	}
	s.cfg.Retention.Flags, s.cfg.Retention.Transcripts = 0, 0 // the sample is old
	err := s.run(t.Context(), l, func(ctx context.Context) error {
		select {
		case body := <-got:
			for _, want := range []string{"scam.guaranteed", "Benjamin", pageURL(l, "/flags/")} {
				if !strings.Contains(body, want) {
					t.Errorf("no %q in %s", want, body)
				}
			}
		case <-time.After(2 * time.Minute):
			return errors.New("nothing was told")
		}
		for deadline := time.Now().Add(time.Minute); ; {
			states, err := s.store.NoticeTargets(ctx)
			if err != nil || len(states) == 1 && states[0].Sent == 1 || time.Now().After(deadline) {
				return errors.Join(err, context.Cause(ctx))
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if states, err := s.store.NoticeTargets(t.Context()); err != nil || len(states) != 1 || states[0].Sent != 1 || len(got) > 0 {
		t.Errorf("%+v, %v; %d more", states, err, len(got))
	}
}
