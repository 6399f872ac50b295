package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"earshot/models"
)

// Flags is the part of the store that FindFlag needs.
type Flags interface {
	Flag(ctx context.Context, id string) (models.Flag, error)
	FindFlags(ctx context.Context, q models.FlagQuery) ([]models.FlagPlace, error)
}

// FindFlag returns the flag that a person means: by its id or by a prefix of it that is unique among the newest 1000 flags.
func FindFlag(ctx context.Context, store Flags, word string) (models.Flag, error) {
	exact, err := store.Flag(ctx, word)
	if !errors.Is(err, models.ErrNotFound) {
		return exact, err
	}
	newest, err := store.FindFlags(ctx, models.FlagQuery{Limit: 1000})
	if err != nil {
		return models.Flag{}, err
	}
	var found []models.Flag
	for _, p := range newest {
		if word != "" && strings.HasPrefix(p.Flag.ID, word) {
			found = append(found, p.Flag)
		}
	}
	switch len(found) {
	case 0:
		return models.Flag{}, models.WithHint(BadInput(fmt.Errorf("no flag has the id %q", word)), `"earshot flags --all" lists them`)
	case 1:
		return found[0], nil
	}
	return models.Flag{}, models.WithHint(BadInput(fmt.Errorf("several ids of flags begin with %q", word)),
		fmt.Sprintf("be more specific: %s or %s", found[0].ID, found[1].ID))
}
