//go:build !race

package main

import (
	"net/http"
	"net/http/httptest"

	"github.com/rogpeppe/go-internal/testscript"
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
