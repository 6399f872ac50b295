package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/configs"
	"earshot/models"
	"earshot/models/sqlite"
	"earshot/models/store"
	"earshot/moderation/review/auth"
)

func newAccessCommand(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "access",
		Short: "Give and take access to the page: people, and keys for programs",
		Long: `Who may open the page, as an owner changes it under "Access" there. A running service learns of a change at once: whoever
is removed is out, with all open pages and streams. Names and keys are those that "earshot access list" shows.`,
	}
	return group(cmd, newAccessList(a), newAccessAdd(a), newAccessLink(a), newAccessRemove(a), newAccessKey(a), newAccessRevoke(a))
}

// accessList is everybody with access.
type accessList struct {
	Users []models.User    `json:"users"`
	Keys  []auth.AccessKey `json:"keys"`
}

// madeKey is a new key with its secret.
type madeKey struct {
	Key    auth.AccessKey `json:"key"`
	Secret string         `json:"secret"`
}

// keyOrder asks for a key of a user; "" is the first owner.
type keyOrder struct {
	auth.NewKey
	User string `json:"user,omitempty"`
}

// membership is what the commands ask of the service that runs on the record or, where none does, of the record itself.
type membership interface {
	list(ctx context.Context) (accessList, error)
	add(ctx context.Context, n auth.NewUser) (link, error)
	link(ctx context.Context, user string) (link, error)
	remove(ctx context.Context, user string) error
	key(ctx context.Context, o keyOrder) (madeKey, error)
	revoke(ctx context.Context, id string) error
}

// withMembers runs do with the membership of the command's record.
func (a *app) withMembers(cmd *cobra.Command, do func(m membership) error) error {
	c, err := a.config(cmd)
	if err != nil {
		return err
	}
	db, err := sqlite.Open(cmd.Context(), database(c))
	if errors.Is(err, store.ErrInUse) {
		return do(servedMembers{c})
	}
	if err != nil {
		return err
	}
	base := c.Notices.Link
	if base == "" {
		base = "http://" + c.Listen
	}
	members := auth.NewMembers(db, nil)
	members.Known = func(ctx context.Context) ([]models.Room, error) { return knownRooms(ctx, c, db) }
	err = do(storedMembers{members, strings.TrimSuffix(base, "/")})
	return errors.Join(err, db.Close())
}

func newAccessList(a *app) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List who may open the page, and the keys", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withMembers(cmd, func(m membership) error {
				found, err := m.list(cmd.Context())
				if err != nil {
					return err
				}
				if asJSON {
					return a.writeJSON(found)
				}
				if len(found.Users) == 0 {
					fmt.Fprintln(a.stdout, `nobody yet: the first owner is made on the page, see "earshot status --first-login"`)
					return nil
				}
				return table(a.stdout, a.palette(a.stdout), accessRows(found))
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

func accessRows(found accessList) [][]string {
	rows := [][]string{{"WHO", "KEY", "ACCESS", "ROOMS", "SINCE"}}
	for _, u := range found.Users {
		grants := map[models.Access][]string{}
		for room, access := range u.Rooms {
			grants[access] = append(grants[access], plain(room))
		}
		if u.Access != models.AccessNone || len(grants) == 0 {
			rows = append(rows, []string{plain(u.Name), "-", orDash(string(u.Access)), "all", since(u.Created)})
		}
		for _, access := range slices.Sorted(maps.Keys(grants)) {
			slices.Sort(grants[access])
			rooms := strings.Join(grants[access], " ")
			rows = append(rows, []string{plain(u.Name), "-", string(access), rooms, since(u.Created)})
		}
	}
	for _, k := range found.Keys {
		rooms := "all"
		if len(k.Rooms) > 0 {
			rooms = plain(strings.Join(k.Rooms, " "))
		}
		rows = append(rows, []string{plain(k.Label) + " of " + plain(k.By), k.ID, string(k.Access), rooms, since(k.Created)})
	}
	return rows
}

func since(t time.Time) string { return t.Local().Format(time.DateOnly) }

func newAccessAdd(a *app) *cobra.Command {
	var n auth.NewUser
	cmd := &cobra.Command{
		Use: "add NAME", Short: "Give somebody access, and print the link that logs them in once", Args: cobra.ExactArgs(1),
		Example: "  earshot access add Lee --access reviewer --room lounge",
		RunE: func(cmd *cobra.Command, args []string) error {
			n.Name = args[0]
			return a.withMembers(cmd, func(m membership) error { return a.printLogin(m.add(cmd.Context(), n)) })
		},
	}
	grantFlags(cmd, &n.Access, &n.Rooms)
	return cmd
}

func grantFlags(cmd *cobra.Command, access *models.Access, rooms *[]string) {
	cmd.Flags().StringVar((*string)(access), "access", string(models.AccessViewer), "what they may do: viewer, reviewer, host or owner")
	cmd.Flags().StringArrayVar(rooms, "room", nil, "only in this `ROOM`, as \"earshot sessions list\" names it; may be given several times")
}

func (a *app) printLogin(l link, err error) error {
	if err != nil {
		return err
	}
	fmt.Fprintf(a.stdout, "%s\n", plain(l.Link))
	fmt.Fprintf(a.stderr, "logs them in once, until %s\n", l.Expires.Local().Format(time.DateTime))
	return nil
}

func newAccessLink(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "link NAME", Short: "Print another link that logs somebody in once", Args: cobra.ExactArgs(1),
		Long: "It lets them in whatever is wrong with their password, or with the guesses that others made at it.",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withMembers(cmd, func(m membership) error { return a.printLogin(m.link(cmd.Context(), args[0])) })
		},
	}
}

func newAccessRemove(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "remove NAME", Short: "Take all access away from somebody", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withMembers(cmd, func(m membership) error { return m.remove(cmd.Context(), args[0]) })
		},
	}
}

func newAccessKey(a *app) *cobra.Command {
	var o keyOrder
	var asJSON bool
	cmd := &cobra.Command{
		Use: "key LABEL", Short: "Make a key for a program, and print it this once", Args: cobra.ExactArgs(1),
		Long: "The key never allows more than its user may, and works until it is revoked. Programs send it as \"Authorization: Bearer KEY\".",
		Example: `  earshot access key captions --room lounge
  earshot access key prometheus`,
		RunE: func(cmd *cobra.Command, args []string) error {
			o.Label = args[0]
			return a.withMembers(cmd, func(m membership) error {
				made, err := m.key(cmd.Context(), o)
				switch {
				case err != nil:
					return err
				case asJSON:
					return a.writeJSON(made)
				}
				fmt.Fprintf(a.stdout, "%s\n", made.Secret)
				fmt.Fprintf(a.stderr, "\"earshot access revoke %s\" makes it worthless\n", made.Key.ID)
				return nil
			})
		},
	}
	grantFlags(cmd, &o.Access, &o.Rooms)
	cmd.Flags().StringVar(&o.User, "user", "", "whose key it is, by `NAME` (default: an owner's)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

func newAccessRevoke(a *app) *cobra.Command {
	return &cobra.Command{
		Use: "revoke KEY", Short: "Make a key worthless", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withMembers(cmd, func(m membership) error { return m.revoke(cmd.Context(), args[0]) })
		},
	}
}

// servedMembers asks the service that runs on the record.
type servedMembers struct{ cfg configs.Config }

func (m servedMembers) list(ctx context.Context) (out accessList, err error) {
	return out, ask(ctx, m.cfg, http.MethodGet, "/access", nil, &out)
}

func (m servedMembers) add(ctx context.Context, n auth.NewUser) (l link, err error) {
	return l, tell(ctx, m.cfg, "/access/users", n, &l)
}

func (m servedMembers) link(ctx context.Context, user string) (l link, err error) {
	return l, tell(ctx, m.cfg, "/access/users/"+url.PathEscape(user)+"/link", nil, &l)
}

func (m servedMembers) remove(ctx context.Context, user string) error {
	return ask(ctx, m.cfg, http.MethodDelete, "/access/users/"+url.PathEscape(user), nil, nil)
}

func (m servedMembers) key(ctx context.Context, o keyOrder) (k madeKey, err error) {
	return k, tell(ctx, m.cfg, "/access/keys", o, &k)
}

func (m servedMembers) revoke(ctx context.Context, id string) error {
	return ask(ctx, m.cfg, http.MethodDelete, "/access/keys/"+url.PathEscape(id), nil, nil)
}
