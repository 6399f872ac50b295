package control

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"earshot/cmd/earshot/doctor"
)

// Operations that the socket offers in addition to those of the API.
const (
	FirstLoginPath = "/first-login"
	LoungeHostPath = "/lounge-host"
	SettingsPath   = "/settings"
	ChecksPath     = "/checks/" // followed by a check's name
	DrainPath      = "/drain"
)

// FirstLogin is the link with which somebody becomes the owner, or "" if none is needed.
func (c Client) FirstLogin(ctx context.Context) (string, error) { return c.link(ctx, FirstLoginPath) }

// LoungeHost is the link that makes whoever opens it a host of the service's own lounge.
func (c Client) LoungeHost(ctx context.Context) (string, error) { return c.link(ctx, LoungeHostPath) }

func (c Client) link(ctx context.Context, path string) (string, error) {
	var l Link
	err := c.get(ctx, path, &l)
	return l.Link, err
}

// Settings are the service's settings by key, as JSON.
func (c Client) Settings(ctx context.Context) (found map[string]json.RawMessage, err error) {
	return found, c.get(ctx, SettingsPath, &found)
}

// examineWithin limits a check that the service makes: it may load a model from a slow disk, or visit many rooms.
const examineWithin = 10 * time.Minute

// Examine has the service run one of the doctor's checks; join allows it to join rooms.
func (c Client) Examine(ctx context.Context, check string, join bool) (found []doctor.Finding, err error) {
	path := ChecksPath + url.PathEscape(check) + "?join=" + strconv.FormatBool(join)
	return found, c.do(ctx, examineWithin, http.MethodGet, path, nil, &found)
}
