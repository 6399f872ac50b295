package app

import (
	"cmp"
	"context"
	"strings"

	"earshot/cmd/earshot/control"
	"earshot/configs"
	"earshot/models"
	"earshot/moderation/review/auth"
)

// Membership is what the commands ask of the service that runs on the record or, where none does, of the record itself.
type Membership interface {
	List(ctx context.Context) (control.AccessList, error)
	Add(ctx context.Context, n auth.NewUser) (control.Link, error)
	Link(ctx context.Context, user string) (control.Link, error)
	Remove(ctx context.Context, user string) error
	Key(ctx context.Context, o control.KeyOrder) (control.MadeKey, error)
	Revoke(ctx context.Context, id string) error
}

// WithMembers runs do with the membership of a record: of the service that runs on it or, where none does, of the record
// itself.
func WithMembers(ctx context.Context, c configs.Config, do func(m Membership) error) error {
	return WriteRecord(ctx, c, func(db Record) error {
		base := strings.TrimSuffix(cmp.Or(c.Notices.Link, "http://"+c.Listen), "/")
		members := auth.NewMembers(db, nil)
		members.Known = func(ctx context.Context) ([]models.Room, error) { return KnownRooms(ctx, c, db) }
		return do(StoredMembers{members, base})
	}, func() error { return do(control.Members{Client: control.New(c)}) })
}

// StoredMembers are the members of a record that is at hand.
type StoredMembers struct {
	members *auth.Members
	base    string // of the page's address, without a slash at its end
}

// List implements Membership: it lists everybody with access.
func (m StoredMembers) List(ctx context.Context) (out control.AccessList, err error) {
	if out.Users, err = m.members.Users(ctx); err == nil {
		out.Keys, err = m.members.Keys(ctx)
	}
	return out, err
}

// named finds a user by name, whatever the capitals.
func (m StoredMembers) named(ctx context.Context, name string) (models.User, error) {
	users, err := m.members.Users(ctx)
	if err != nil {
		return models.User{}, err
	}
	return control.UserNamed(users, name)
}

// Add implements Membership: it gives somebody access, and returns the link that logs them in once.
func (m StoredMembers) Add(ctx context.Context, n auth.NewUser) (control.Link, error) {
	u, err := m.members.Add(ctx, n, control.Operator())
	if err != nil {
		return control.Link{}, err
	}
	return m.linkOf(ctx, u)
}

// Link implements Membership: it makes another link that logs somebody in once.
func (m StoredMembers) Link(ctx context.Context, user string) (control.Link, error) {
	u, err := m.named(ctx, user)
	if err != nil {
		return control.Link{}, err
	}
	return m.linkOf(ctx, u)
}

func (m StoredMembers) linkOf(ctx context.Context, u models.User) (control.Link, error) {
	token, expires, err := m.members.Link(ctx, u.ID, control.Operator())
	return control.Link{Link: auth.LoginLink(m.base, token), Expires: expires}, err
}

// Remove implements Membership: it takes all access away from somebody.
func (m StoredMembers) Remove(ctx context.Context, user string) error {
	u, err := m.named(ctx, user)
	if err != nil {
		return err
	}
	return m.members.Remove(ctx, u.ID, control.Operator())
}

// Key implements Membership: it makes a key.
func (m StoredMembers) Key(ctx context.Context, o control.KeyOrder) (k control.MadeKey, err error) {
	if o.User == "" {
		users, err := m.members.Users(ctx)
		if err != nil {
			return k, err
		}
		o.User = control.FirstOwner(users)
	}
	k.Secret, k.Key, err = m.members.Key(ctx, o.NewKey, o.User)
	return k, err
}

// Revoke implements Membership: it makes a key worthless.
func (m StoredMembers) Revoke(ctx context.Context, id string) error {
	return m.members.Revoke(ctx, id, control.Operator())
}
