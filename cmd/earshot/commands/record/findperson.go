package record

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/models"
)

// person is one person on record.
type person struct {
	models.PersonRecord
	// name is the names that they went by, and room the identity of the room that was asked for, or "".
	name, room string
}

// findPerson finds the one person that a word means, in the room of --room or in all, with all that is kept. models.ErrUnreadable
// comes beside what could be read.
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
	people, err := db.FindPeople(cmd.Context(), word)
	switch {
	case err != nil:
		return p, err
	case len(people) == 0:
		return p, models.WithHint(cli.BadInput(fmt.Errorf("nobody called %q is on record: %w", word, models.ErrNotFound)),
			`"earshot sessions show SESSION" names everybody who spoke there`)
	case len(people) > 1:
		return p, models.WithHint(cli.BadInput(fmt.Errorf("%d identities go by the name %q", len(people), word)),
			"say which: "+identities(people))
	}
	p.name = strings.ReplaceAll(people[0].Name, ",", ", ")
	p.PersonRecord, err = db.PersonRecord(cmd.Context(), people[0].ID, p.room)
	if errors.Is(err, models.ErrNotFound) {
		err = cli.BadInput(fmt.Errorf("%q was never in room %q: %w", word, p.room, models.ErrNotFound))
	}
	return p, err
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
