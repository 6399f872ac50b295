package app

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

	"earshot/cmd/earshot/internal/programtest"
	"earshot/cmd/earshot/web"
	"earshot/moderation/notify"
)

// A flag is sent to its target through the real store and the real network, with its link, and is marked as sent.
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
	s, l := openTestApp(t, filepath.Join(dir, "record"))
	s.targets.cfg.Notices.Targets = file
	if err := s.targets.set(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := programtest.WriteSampleTo(t.Context(), s.Store); err != nil {
		t.Fatal(err)
	}
	s.Config.Retention.Flags, s.Config.Retention.Transcripts = 0, 0 // the sample is old
	err := s.Run(t.Context(), l, func(ctx context.Context) error {
		select {
		case body := <-got:
			for _, want := range []string{"scam.guaranteed", "Benjamin", web.PageURL(l, "/flags/")} {
				if !strings.Contains(body, want) {
					t.Errorf("no %q in %s", want, body)
				}
			}
		case <-time.After(2 * time.Minute):
			return errors.New("nothing was told")
		}
		for deadline := time.Now().Add(time.Minute); ; {
			states, err := s.Store.NoticeTargets(ctx)
			if err != nil || len(states) == 1 && states[0].Sent == 1 || time.Now().After(deadline) {
				return errors.Join(err, context.Cause(ctx))
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if states, err := s.Store.NoticeTargets(t.Context()); err != nil || len(states) != 1 || states[0].Sent != 1 || len(got) > 0 {
		t.Errorf("%+v, %v; %d more", states, err, len(got))
	}
}
