package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"

	"earshot/cmd/earshot/control"
	"earshot/cmd/earshot/doctor"
	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/web"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/review"
	refuse "earshot/moderation/review/web"
)

// listenControl opens the socket by which commands speak to the service. A socket that a crash left is replaced: the record's lock
// has shown that nobody else serves this record.
func listenControl(ctx context.Context, c configs.Config) (net.Listener, error) {
	path := control.Path(c)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("control socket: %w", err)
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "unix", path)
	if err != nil {
		return nil, models.WithHint(
			fmt.Errorf("control socket: %w", err), "the path of data_dir may be too long: a socket path is limited to 107 bytes",
		)
	}
	return l, errors.Join(os.Chmod(path, 0o600))
}

// controls are what the running service does for commands beside what its API does for everybody.
type controls struct {
	page *review.Server
	base string // of the page's address, without a slash at its end
	// first is where the first owner is made, host the link of the lounge's hosts.
	first, host func() string
	// examine and settings are for the doctor, who asks the service what it sees.
	examine  func(join bool) doctor.Config
	settings []configs.Value
	// drain has a process hand its rooms over; "" is this one.
	drain func(ctx context.Context, process string, on bool) (models.NodeState, error)
	// alone says that the app is in one room and has no others to show, join or leave.
	alone bool
}

// controls are those of this app; page is the address of its page as hosts open it.
func (a *App) controls(l net.Listener, page string, env secrets.Environ, r configs.Report) controls {
	base := strings.TrimSuffix(page, "/")
	return controls{
		page: a.pages(l), base: base, examine: a.examines(env, r), settings: r.Values, drain: a.processes.drain,
		first: func() string { return a.FirstLogin(l, base) }, host: func() string { return a.HostLink(base) },
	}
}

// Answer answers commands as the service does, for an app that is in one room, until ctx ends or stop is called; stop waits for that.
// It is never nil. An error says why commands can't be answered.
func (a *App) Answer(ctx context.Context, l net.Listener, env secrets.Environ, r configs.Report) (stop func(), err error) {
	socket, err := listenControl(ctx, a.Config)
	if err != nil {
		return func() {}, err
	}
	page := cmp.Or(a.Config.Notices.Link, web.PageURL(l, ""))
	commands := a.controls(l, page, env, r)
	commands.alone = true
	a.oneRoom.Store(true)
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	group.Go(func() {
		if err := web.ServeWeb(ctx, socket, nil, commands.handler(), func() {}, a.Log); err != nil {
			a.Log.Warn("commands are no longer answered", "err", err)
		}
	})
	return func() { cancel(); group.Wait() }, nil
}

// handler answers the commands that speak to the service. The socket is its own user's, who may do everything.
func (n controls) handler() http.Handler {
	operations := map[string]func(*http.Request) (any, error){
		"GET " + control.FirstLoginPath: func(*http.Request) (any, error) { return control.Link{Link: n.first()}, nil },
		"GET " + control.LoungeHostPath: func(*http.Request) (any, error) { return control.Link{Link: n.host()}, nil },
		"GET " + control.SettingsPath:   func(*http.Request) (any, error) { return settingValues(n.settings) },
		"GET " + control.ChecksPath + "{check}": func(r *http.Request) (any, error) {
			return n.check(r.Context(), r.PathValue("check"), r.URL.Query().Get("join") == "true")
		},
		"POST " + control.DrainPath: func(r *http.Request) (any, error) {
			var o control.DrainOrder
			if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
				return nil, fmt.Errorf("%w: %w", models.ErrInvalid, err)
			}
			state, err := n.drain(r.Context(), o.Process, o.On)
			return state, explained(err)
		},
	}
	if n.alone {
		for _, path := range []string{
			"GET /api/rooms", "POST /api/rooms", "POST /api/invitations", "DELETE /api/rooms/{id}", "POST " + control.DrainPath,
		} {
			operations[path] = func(*http.Request) (any, error) { return nil, errOneRoom }
		}
	}
	return n.page.Commands(control.Operator(), n.base, operations)
}

// explained has whoever asked be told why something can't be done, which is not what anybody said.
func explained(err error) error {
	for sentinel, status := range map[error]int{models.ErrConflict: http.StatusConflict, models.ErrNotFound: http.StatusNotFound} {
		if errors.Is(err, sentinel) {
			why := strings.TrimPrefix(err.Error(), sentinel.Error()+": ")
			return &refuse.Refusal{Status: status, Message: why, Hint: models.Hint(err)}
		}
	}
	return err
}

// errOneRoom refuses what only a service can do.
var errOneRoom = refuse.Refuse(http.StatusConflict,
	`"earshot join" or "earshot demo" uses this database and is in one room only; "earshot serve" joins, leaves and lists rooms`)

// check makes one of the doctor's checks.
func (n controls) check(ctx context.Context, name string, join bool) ([]doctor.Finding, error) {
	for _, check := range doctor.Checks(n.examine(join)) {
		if check.Name == name && check.Service {
			return append([]doctor.Finding{}, check.Look(ctx)...), nil
		}
	}
	return nil, refuse.Refuse(http.StatusNotFound, fmt.Sprintf("no check is named %q", name))
}
