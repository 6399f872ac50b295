package review

import (
	"context"
	"slices"
	"sync"
	"time"

	"earshot/models"
)

// accessMemory is an AccessStore in memory.
type accessMemory struct {
	mu    sync.Mutex
	users []models.User
	creds []models.Credential
}

func (d *accessMemory) Users(context.Context) ([]models.User, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.users), nil
}

func (d *accessMemory) UserNamed(_ context.Context, name string) (models.User, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, u := range d.users {
		if u.Name == name {
			return u, nil
		}
	}
	return models.User{}, models.ErrNotFound
}

func (d *accessMemory) PutUser(_ context.Context, u models.User, _ string, _ time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.users = append(d.users, u)
	return nil
}

func (d *accessMemory) DeleteUser(_ context.Context, id, _ string, _ time.Time) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := len(d.users)
	d.users = slices.DeleteFunc(d.users, func(u models.User) bool { return u.ID == id })
	d.creds = slices.DeleteFunc(d.creds, func(c models.Credential) bool { return c.User == id })
	if n == len(d.users) {
		return models.ErrNotFound
	}
	return nil
}

func (d *accessMemory) Credential(
	_ context.Context, kind models.CredentialKind, hash string, now time.Time,
) (models.Credential, models.User, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.creds {
		if c.Hash == hash && c.Kind == kind && (c.Expires.IsZero() || now.Before(c.Expires)) {
			i := slices.IndexFunc(d.users, func(u models.User) bool { return u.ID == c.User })
			return c, d.users[i], nil
		}
	}
	return models.Credential{}, models.User{}, models.ErrNotFound
}

func (d *accessMemory) Credentials(_ context.Context, kind models.CredentialKind) (out []models.Credential, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, c := range d.creds {
		if c.Kind == kind {
			out = append(out, c)
		}
	}
	return out, nil
}

func (d *accessMemory) PutCredential(_ context.Context, c models.Credential, _ string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !slices.ContainsFunc(d.users, func(u models.User) bool { return u.ID == c.User }) {
		return models.ErrNotFound
	}
	d.creds = append(d.creds, c)
	return nil
}

func (d *accessMemory) DropCredential(_ context.Context, hash, _ string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	n := len(d.creds)
	d.creds = slices.DeleteFunc(d.creds, func(c models.Credential) bool { return c.Hash == hash })
	if n == len(d.creds) {
		return models.ErrNotFound
	}
	return nil
}
