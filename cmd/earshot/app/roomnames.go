package app

import (
	"context"
	"errors"
	"log/slog"

	"earshot/configs"
	"earshot/models"
	"earshot/models/store"
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

// KnownRooms are the rooms of the configuration and of a record.
func KnownRooms(ctx context.Context, cfg configs.Config, store store.Sessions) ([]models.Room, error) {
	recorded, err := store.Rooms(ctx)
	return append(configuredRooms(cfg), recorded...), err
}

// nameAccess moves access that was given by a room's name before rooms were known by their addresses, where it is certain
// which room was meant, and tells of what is left.
func nameAccess(ctx context.Context, cfg configs.Config, record store.Store, log *slog.Logger) error {
	rooms, err := KnownRooms(ctx, cfg, record)
	if err != nil {
		return err
	}
	return record.RenameAccess(ctx, func(old string) string {
		room, err := models.FindRoom(rooms, old)
		switch {
		case err == nil:
			return room.ID
		case errors.Is(err, models.ErrConflict):
			log.Warn("access to a room opens nothing: several servers have a room of that name. Give it anew, by the room's address", "room", old)
		}
		return old
	})
}
