package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"earshot/configs"
	"earshot/models"
)

// The running service is spoken to over a socket in the record's folder, which only its owner may open.

func controlPath(c configs.Config) string { return filepath.Join(c.DataDir, "control.sock") }

// listenControl opens the socket. A socket that a crash left is replaced: the record's lock has shown that nobody else
// serves this record.
func listenControl(ctx context.Context, c configs.Config) (net.Listener, error) {
	path := controlPath(c)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "unix", path)
	if err != nil {
		return nil, models.WithHint(fmt.Errorf("control socket: %w", err), "the path of data_dir may be too long: a socket's path has at most 107 bytes")
	}
	return l, errors.Join(os.Chmod(path, 0o600))
}

// order asks the service to join a room.
type order struct {
	URL  string `json:"url"`
	Name string `json:"name,omitempty"`
	// Profile is how the room is treated; empty: as the settings outside of profiles say.
	Profile string `json:"profile,omitempty"`
}

// control answers the commands invite, leave and status.
func (v *service) control(secret func(string) (string, error)) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /rooms", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, http.StatusOK, v.states()) })
	mux.HandleFunc("POST /rooms", func(w http.ResponseWriter, r *http.Request) {
		var o order
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 16<<10)).Decode(&o); err != nil {
			answerError(w, http.StatusBadRequest, errors.New("not an invitation"))
			return
		}
		state, err := v.join(wish{address: o.URL, name: o.Name, profile: o.Profile, secret: secret}, false)
		switch {
		case errors.Is(err, errRoomThere):
			answerError(w, http.StatusConflict, err)
		case err != nil:
			answerError(w, http.StatusBadRequest, err)
		default:
			answerJSON(w, http.StatusCreated, state)
		}
	})
	mux.HandleFunc("DELETE /rooms/{room}", func(w http.ResponseWriter, r *http.Request) {
		if err := v.leave(r.PathValue("room")); err != nil {
			answerError(w, http.StatusNotFound, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

func answerJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // the other side has gone
}

// problem is an error as it travels.
type problem struct {
	Title string `json:"title"`
	Hint  string `json:"hint,omitempty"`
}

func answerError(w http.ResponseWriter, status int, err error) {
	answerJSON(w, status, problem{err.Error(), models.Hint(err)})
}

// ask speaks to the running service. into may be nil.
func ask(ctx context.Context, c configs.Config, method, path string, body io.Reader, into any) error {
	client := &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return (&net.Dialer{}).DialContext(ctx, "unix", controlPath(c))
		},
	}}
	req, err := http.NewRequestWithContext(ctx, method, "http://earshot"+path, body)
	if err != nil {
		return err
	}
	res, err := client.Do(req)
	if err != nil {
		return models.WithHint(fmt.Errorf("no running service was found for the record in %s", c.DataDir),
			"\"earshot serve\" starts one; it must use the same data_dir, and belong to you")
	}
	defer res.Body.Close()
	if res.StatusCode >= http.StatusBadRequest {
		var p problem
		if err := json.NewDecoder(io.LimitReader(res.Body, 16<<10)).Decode(&p); err != nil {
			return fmt.Errorf("the service answered %s", res.Status)
		}
		return models.WithHint(errors.New(p.Title), p.Hint)
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(io.LimitReader(res.Body, 1<<20)).Decode(into)
}
