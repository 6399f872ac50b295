package mumble

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"earshot/models/wholefile"
)

// Store is what the bot remembers about Mumble servers: in a folder, its own certificates and the pinned ones of the servers; in memory,
// when it connected, since servers ban addresses that connect too often. All connectors share one. Its methods may be called from any
// goroutine.
type Store struct {
	dir string

	mu       sync.Mutex
	connects map[string][]time.Time // by server
}

// NewStore returns a store in a folder, which is created when something is to be kept.
func NewStore(dir string) *Store { return &Store{dir: dir, connects: map[string][]time.Time{}} }

// A server with Mumble's default settings (autobanAttempts, autobanTimeframe, autobanTime) bans an address for five minutes after ten
// connections within two minutes, successful ones included. The bot leaves some of these to people behind the same address.
const (
	mostConnects  = 6
	connectsCount = 2 * time.Minute
)

// pause returns how long to wait before the next connection to a server, or 0.
func (s *Store) pause(server string, now time.Time) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	recent := s.connects[server]
	for len(recent) > 0 && now.Sub(recent[0]) >= connectsCount {
		recent = recent[1:]
	}
	s.connects[server] = recent
	if len(recent) < mostConnects {
		return 0
	}
	return connectsCount - now.Sub(recent[len(recent)-mostConnects])
}

// connected counts a connection that a server accepted.
func (s *Store) connected(server string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.connects[server] = append(s.connects[server], now)
}

// file returns the path of the file that belongs to a server or room.
func (s *Store) file(name, ending string) string {
	safe := func(r rune) rune {
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_", r) {
			return r
		}
		return '_'
	}
	return filepath.Join(s.dir, strings.Map(safe, name)+ending)
}

// kept returns the contents of a file, creating it atomically with mode 0600 if it does not exist. When several callers create it at the
// same time, the first one's contents stay and are returned to all.
func (s *Store) kept(path string, newData func() ([]byte, error)) ([]byte, error) {
	data, err := os.ReadFile(path) //nolint:gosec // in the store's own folder
	if !errors.Is(err, os.ErrNotExist) {
		return data, err //nolint:wrapcheck // the callers say what it is
	}
	if data, err = newData(); err == nil {
		err = s.keep(path, data)
	}
	if errors.Is(err, os.ErrExist) {
		data, err = os.ReadFile(path) //nolint:gosec // the same
	}
	return data, err //nolint:wrapcheck // the same
}

// keep writes a new file. The error is os.ErrExist if there is one already.
func (s *Store) keep(path string, data []byte) error {
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return fmt.Errorf("the folder for certificates: %w", err)
	}
	err := wholefile.Create(path, data, 0o600)
	wholefile.KeepOwner(s.dir, path)
	if err != nil {
		return fmt.Errorf("keeping a certificate: %w", err)
	}
	return nil
}
