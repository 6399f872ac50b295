package app

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
	"earshot/moderation/review/auth"
)

// Membership is what the commands ask of the service that runs on the record or, where none does, of the record itself.
type Membership interface {
	List(ctx context.Context) (AccessList, error)
	Add(ctx context.Context, n auth.NewUser) (Link, error)
	Link(ctx context.Context, user string) (Link, error)
	Remove(ctx context.Context, user string) error
	Key(ctx context.Context, o KeyOrder) (MadeKey, error)
	Revoke(ctx context.Context, id string) error
}

// ServedMembers asks the service that runs on the record.
type ServedMembers struct{ cfg configs.Config }

// List implements Membership.
func (m ServedMembers) List(ctx context.Context) (out AccessList, err error) {
	return out, Ask(ctx, m.cfg, http.MethodGet, "/access", nil, &out)
}

// Add implements Membership.
func (m ServedMembers) Add(ctx context.Context, n auth.NewUser) (l Link, err error) {
	return l, Tell(ctx, m.cfg, "/access/users", n, &l)
}

// Link implements Membership.
func (m ServedMembers) Link(ctx context.Context, user string) (l Link, err error) {
	return l, Tell(ctx, m.cfg, "/access/users/"+url.PathEscape(user)+"/link", nil, &l)
}

// Remove implements Membership.
func (m ServedMembers) Remove(ctx context.Context, user string) error {
	return Ask(ctx, m.cfg, http.MethodDelete, "/access/users/"+url.PathEscape(user), nil, nil)
}

// Key implements Membership.
func (m ServedMembers) Key(ctx context.Context, o KeyOrder) (k MadeKey, err error) {
	return k, Tell(ctx, m.cfg, "/access/keys", o, &k)
}

// Revoke implements Membership.
func (m ServedMembers) Revoke(ctx context.Context, id string) error {
	return Ask(ctx, m.cfg, http.MethodDelete, "/access/keys/"+url.PathEscape(id), nil, nil)
}

// WithMembers runs do with the membership of a record: of the service that runs on it or, where none does, of the record
// itself.
func WithMembers(ctx context.Context, c configs.Config, do func(m Membership) error) error {
	db, err := OpenRecord(ctx, c)
	if errors.Is(err, store.ErrInUse) {
		return do(ServedMembers{c})
	}
	if err != nil {
		return err
	}
	base := c.Notices.Link
	if base == "" {
		base = "http://" + c.Listen
	}
	members := auth.NewMembers(db, nil)
	members.Known = func(ctx context.Context) ([]models.Room, error) { return KnownRooms(ctx, c, db) }
	err = do(StoredMembers{members, strings.TrimSuffix(base, "/")})
	return errors.Join(err, db.Close())
}
