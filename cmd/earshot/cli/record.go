package cli

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/models"
	"earshot/models/store"
)

// ReadRecord opens the record for reading, which works even while another Earshot writes to it. The caller closes it.
func (e *Env) ReadRecord(cmd *cobra.Command) (app.Record, error) {
	c, err := e.Config(cmd)
	if err != nil {
		return nil, err
	}
	return app.ReadRecord(cmd.Context(), c)
}

// WithRecord runs do with the record open for reading.
func (e *Env) WithRecord(cmd *cobra.Command, do func(db app.Record) error) error {
	db, err := e.ReadRecord(cmd)
	if err != nil {
		return err
	}
	return errors.Join(do(db), db.Close())
}

// FindRoom returns the id of the room that somebody names at the keyboard; it returns "" for "".
func (e *Env) FindRoom(cmd *cobra.Command, db store.Sessions, word string) (string, error) {
	if word == "" {
		return "", nil
	}
	cfg, err := e.Config(cmd)
	if err != nil {
		return "", err
	}
	rooms, err := app.KnownRooms(cmd.Context(), cfg, db)
	if err != nil {
		return "", err
	}
	room, err := NamedRoom(rooms, word)
	return room.ID, err
}

// NamedRoom returns which of these rooms somebody names at the keyboard.
func NamedRoom(rooms []models.Room, word string) (models.Room, error) {
	room, err := models.FindRoom(rooms, word)
	if errors.Is(err, models.ErrNotFound) {
		err = NotFound(fmt.Sprintf("no room is named %q%s", word, NearRoom(rooms, word)))
	}
	return room, BadInput(err)
}
