package record

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/models"
)

// person is a person on record.
type person struct {
	models.PersonRecord
	// name lists the names that the person used; room is the id of the room that was asked for, or "".
	name, room string
}

// findPerson returns the person that a word means, with everything kept about them, in the room of --room or in all rooms. If parts of it
// can't be read, it returns the rest along with models.ErrUnreadable.
func findPerson(env *cli.Env, cmd *cobra.Command, word string) (p person, err error) {
	room, _ := cmd.Flags().GetString("room")
	db, err := env.ReadRecord(cmd)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if p.room, err = env.FindRoom(cmd, db, room); err != nil {
		return p, err
	}
	who, err := identity(cmd.Context(), db, word)
	if err != nil {
		return p, err
	}
	p.name = strings.ReplaceAll(who.Name, ",", ", ")
	p.PersonRecord, err = db.PersonRecord(cmd.Context(), who.ID, p.room)
	if errors.Is(err, models.ErrNotFound) {
		err = cli.BadInput(fmt.Errorf("%q was never in room %q", word, p.room))
	}
	return p, err
}

// identity returns the speaker that a word means: by id, or by a name that nobody else has.
func identity(ctx context.Context, db app.Record, word string) (models.Speaker, error) {
	people, err := db.FindPeople(ctx, word)
	switch {
	case err != nil:
		return models.Speaker{}, err
	case len(people) == 0:
		return models.Speaker{}, models.WithHint(cli.BadInput(fmt.Errorf("no person named %q is stored%s", word, cli.NearPerson(ctx, db, word))),
			`"earshot sessions show SESSION" lists everybody who spoke there`)
	case len(people) > 1:
		return models.Speaker{}, models.WithHint(cli.BadInput(fmt.Errorf("%d identities are named %q", len(people), word)),
			"specify one: "+identities(people))
	}
	return people[0], nil
}

func identities(people []models.Speaker) string {
	var ids []string
	for i, p := range people {
		if i == 10 {
			return strings.Join(ids, ", ") + " …"
		}
		ids = append(ids, p.ID)
	}
	return strings.Join(ids, ", ")
}
