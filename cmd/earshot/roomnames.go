package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"earshot/configs"
	"earshot/models"
	"earshot/models/sqlite"
)

// configuredRooms are the rooms of the configuration.
func configuredRooms(cfg configs.Config) (out []models.Room) {
	for _, r := range cfg.Rooms {
		if at, err := models.ParseAddress(r.URL); err == nil { // it was checked
			out = append(out, at.RoomAt(r.URL, r.Name))
		}
	}
	return out
}

// knownRooms are the rooms of the configuration and of a record.
func knownRooms(ctx context.Context, cfg configs.Config, store *sqlite.Store) ([]models.Room, error) {
	recorded, err := store.Rooms(ctx)
	return append(configuredRooms(cfg), recorded...), err
}

// roomIn finds the identity of a room that somebody names at the keyboard; "" stays "".
func (a *app) roomIn(cmd *cobra.Command, store *sqlite.Store, word string) (string, error) {
	if word == "" {
		return "", nil
	}
	cfg, err := a.config(cmd)
	if err != nil {
		return "", err
	}
	rooms, err := knownRooms(cmd.Context(), cfg, store)
	if err != nil {
		return "", err
	}
	room, err := models.FindRoom(rooms, word)
	return room.ID, badInput(err)
}

// nameAccess moves access that was given by a room's name before rooms were known by their addresses, where it is certain
// which room was meant, and tells of what is left.
func (s *station) nameAccess(ctx context.Context) error {
	rooms, err := knownRooms(ctx, s.cfg, s.store)
	if err != nil {
		return err
	}
	return s.store.RenameAccess(ctx, func(old string) string {
		room, err := models.FindRoom(rooms, old)
		switch {
		case err == nil:
			return room.ID
		case errors.Is(err, models.ErrConflict):
			s.log.Warn("access to a room opens nothing: several servers have a room of that name. Give it anew, by the room's address", "room", old)
		}
		return old
	})
}

// roomOfRecord is roomIn with the record opened for it.
func (a *app) roomOfRecord(cmd *cobra.Command, word string) (string, error) {
	if word == "" {
		return "", nil
	}
	store, err := a.openStore(cmd)
	if err != nil {
		return "", err
	}
	room, err := a.roomIn(cmd, store, word)
	return room, errors.Join(err, store.Close())
}
