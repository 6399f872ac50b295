package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/user"
	"path/filepath"
	"strings"
	"time"

	"earshot/cmd/earshot/doctor"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/live"
	"earshot/moderation/review/auth"
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
		return nil, models.WithHint(
			fmt.Errorf("control socket: %w", err), "the path of data_dir may be too long: a socket's path has at most 107 bytes",
		)
	}
	return l, errors.Join(os.Chmod(path, 0o600))
}

// LinkOrder asks for a link by which somebody can invite the bot once.
type LinkOrder struct {
	models.Invitation
	Hours int `json:"hours,omitempty"` // for how long it is good
}

// Departure is the answer to an order to leave a room.
type Departure struct {
	Returns time.Time `json:"returns,omitzero"` // when the bot comes back by itself
}

// Link is the answer to a linkOrder.
type Link struct {
	Link    string    `json:"link"`
	Expires time.Time `json:"expires"`
}

// controls are what the running service does for commands.
type controls struct {
	*Inviter
	members *auth.Members
	// first is where the first owner is made, host the link of the lounge's hosts.
	first, host func() string
	// examine and settings are for the doctor, who asks the service what it sees.
	examine  func(join bool) doctor.Config
	settings []configs.Value
}

// handler answers the commands invite, leave, pause, resume, status, servers, person, access and doctor.
func (n controls) handler() http.Handler {
	byCommand := Operator() // the socket is its own user's
	hosts := n.sessions.Hosts()
	mux := http.NewServeMux()
	StoredMembers{n.members, strings.TrimSuffix(n.base, "/")}.orders(mux)
	n.examinations(mux)
	mux.HandleFunc("GET /rooms", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, http.StatusOK, n.States()) })
	mux.HandleFunc("GET /first-login", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, http.StatusOK, Link{Link: n.first()}) })
	mux.HandleFunc("GET /lounge-host", func(w http.ResponseWriter, _ *http.Request) { answerJSON(w, http.StatusOK, Link{Link: n.host()}) })
	mux.HandleFunc("POST /rooms", func(w http.ResponseWriter, r *http.Request) {
		var i models.Invitation
		if !readOrder(w, r, &i) {
			return
		}
		i.By = byCommand
		state, err := n.Invite(r.Context(), i)
		answer(w, http.StatusCreated, state, err)
	})
	mux.HandleFunc("POST /invitations", func(w http.ResponseWriter, r *http.Request) {
		var o LinkOrder
		if !readOrder(w, r, &o) {
			return
		}
		good := LinkFor
		if o.Hours > 0 {
			good = min(linkForMost, time.Duration(o.Hours)*time.Hour)
		}
		o.By, o.Expires = byCommand, time.Now().Add(good).UTC().Truncate(time.Second)
		url, err := n.Link(r.Context(), o.Invitation)
		answer(w, http.StatusCreated, Link{url, o.Expires}, err)
	})
	mux.HandleFunc("GET /servers", func(w http.ResponseWriter, r *http.Request) {
		found, err := n.Servers(r.Context())
		answer(w, http.StatusOK, found, err)
	})
	mux.HandleFunc("POST /servers", func(w http.ResponseWriter, r *http.Request) {
		var a models.AllowedServer
		if readOrder(w, r, &a) {
			a.By, a.At = byCommand, time.Time{}
			answer(w, http.StatusNoContent, nil, n.AllowServer(r.Context(), a))
		}
	})
	mux.HandleFunc("DELETE /servers/{server}", func(w http.ResponseWriter, r *http.Request) {
		answer(w, http.StatusNoContent, nil, n.ForbidServer(r.Context(), r.PathValue("server"), byCommand))
	})
	mux.HandleFunc("DELETE /rooms/{room}", func(w http.ResponseWriter, r *http.Request) {
		room, err := n.fleet.Find(r.PathValue("room"))
		var out Departure
		if err == nil {
			out.Returns, err = n.sendOut(r.Context(), room, byCommand)
		}
		answer(w, http.StatusOK, out, err)
	})
	for word, on := range map[string]bool{"pause": true, "resume": false} {
		mux.HandleFunc("POST /rooms/{room}/"+word, func(w http.ResponseWriter, r *http.Request) {
			room, err := n.fleet.Find(r.PathValue("room"))
			if err == nil {
				err = hosts.Pause(r.Context(), room, on, byCommand)
			}
			answer(w, http.StatusNoContent, nil, err)
		})
	}
	mux.HandleFunc("POST /consents", func(w http.ResponseWriter, r *http.Request) {
		var c models.Consent
		if readOrder(w, r, &c) {
			_, err := hosts.Object(r.Context(), c)
			answer(w, http.StatusNoContent, nil, err)
		}
	})
	return mux
}

func readOrder(w http.ResponseWriter, r *http.Request, into any) bool {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 16<<10)).Decode(into)
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		answerError(w, http.StatusRequestEntityTooLarge, errors.New("the order is too long"))
		return false
	}
	if err != nil {
		answerError(w, http.StatusBadRequest, errors.New("not an order"))
		return false
	}
	return true
}

// answer writes what came of an order.
func answer(w http.ResponseWriter, status int, v any, err error) {
	switch {
	case errors.Is(err, models.ErrConflict):
		answerError(w, http.StatusConflict, err)
	case errors.Is(err, models.ErrNotFound), errors.Is(err, live.ErrNotThere):
		answerError(w, http.StatusNotFound, err)
	case errors.Is(err, models.ErrForbidden):
		answerError(w, http.StatusForbidden, err)
	case errors.Is(err, models.ErrUnavailable):
		answerError(w, http.StatusServiceUnavailable, err)
	case err != nil:
		answerError(w, http.StatusBadRequest, err)
	case v == nil:
		w.WriteHeader(status)
	default:
		answerJSON(w, status, v)
	}
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
	// What kind of error it is shows in the status; people need the rest.
	title := err.Error()
	for _, kind := range []error{models.ErrInvalid, models.ErrConflict, models.ErrNotFound, models.ErrUnavailable, models.ErrForbidden} {
		title = strings.TrimPrefix(title, kind.Error()+": ")
	}
	answerJSON(w, status, problem{title, models.Hint(err)})
}

// orderWithin bounds an order: a line in a room's chat is waited for.
const orderWithin = 30 * time.Second

// errNoService says that nobody listens on the socket.
var errNoService = errors.New("no running service was found")

// Ask speaks to the running service. into may be nil.
func Ask(ctx context.Context, c configs.Config, method, path string, body io.Reader, into any) error {
	return askWithin(ctx, orderWithin, c, method, path, body, into)
}

// askWithin is ask for what may take longer than an order.
func askWithin(ctx context.Context, most time.Duration, c configs.Config, method, path string, body io.Reader, into any) error {
	client := &http.Client{Timeout: most, Transport: &http.Transport{
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
		return models.WithHint(fmt.Errorf("%w for the record in %s", errNoService, c.DataDir),
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

// Tell sends an order to the running service. into may be nil.
func Tell(ctx context.Context, cfg configs.Config, path string, order, into any) error {
	body, err := json.Marshal(order)
	if err != nil {
		return err
	}
	return Ask(ctx, cfg, http.MethodPost, path, bytes.NewReader(body), into)
}

// examinations answer the doctor.
func (n controls) examinations(mux *http.ServeMux) {
	mux.HandleFunc("GET /settings", func(w http.ResponseWriter, _ *http.Request) {
		values, err := settingValues(n.settings)
		answer(w, http.StatusOK, values, err)
	})
	mux.HandleFunc("GET /checks/{check}", func(w http.ResponseWriter, r *http.Request) {
		found := []doctor.Finding{}
		err := fmt.Errorf("check %q: %w", r.PathValue("check"), models.ErrNotFound)
		for _, check := range doctor.Checks(n.examine(r.URL.Query().Get("join") == "true")) {
			if check.Name == r.PathValue("check") && check.Service {
				found, err = check.Look(r.Context()), nil
			}
		}
		answer(w, http.StatusOK, found, err)
	})
}

// Operator is who runs this command, for the list of removals.
func Operator() string {
	if u, err := user.Current(); err == nil {
		return "cli:" + u.Username
	}
	return "cli"
}
