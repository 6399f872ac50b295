package rooms

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/bot/fleet"
	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/control"
	"earshot/cmd/earshot/terminal"
	"earshot/configs"
	"earshot/models"
	"earshot/models/timetable"
)

func newScheduleCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schedule",
		Short: "Show, add and remove the times at which the bot is in rooms",
		Long: `Lists the times at which the bot is in rooms, and adds and removes times, as the page Schedule does. They are kept in the database;
times from the configuration are listed, too, but can't be changed here.`,
	}
	return cli.Group(cmd, newScheduleList(env), newScheduleAdd(env), newScheduleRemove(env))
}

func newScheduleList(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the scheduled times of rooms",
		Example: "  earshot schedule list",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := env.Config(cmd)
			if err != nil {
				return err
			}
			rooms, err := control.New(cfg).Schedule(cmd.Context())
			if err != nil {
				return err
			}
			if asJSON {
				return env.JSON(rooms)
			}
			if len(rooms) == 0 {
				env.Println("no room has scheduled times")
				return nil
			}
			rows := [][]string{{"ROOM", "WHEN", "NEXT", "ID"}}
			for _, room := range rooms {
				rows = append(rows, timesOf(room)...)
			}
			return env.Table(rows)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array")
	return cmd
}

// timesOf returns the rows of a room. The first also says when the bot is there next, or why it can't be.
func timesOf(room models.RoomTimes) (rows [][]string) {
	if room.Always {
		rows = append(rows, []string{"", "always", "", ""})
	}
	for _, s := range room.Fixed {
		rows = append(rows, []string{"", s, "", "configuration"})
	}
	if room.Calendar {
		rows = append(rows, []string{"", "a calendar", "", "configuration"})
	}
	for _, t := range room.Added {
		rows = append(rows, []string{"", timetable.Sentence(t), "", t.ID})
	}
	if len(rows) > 0 {
		rows[0][0] = terminal.Plain(cmp.Or(room.Name, room.Room))
		rows[0][2] = terminal.Plain(cmp.Or(room.Problem, nextOf(room.Next)))
	}
	return rows
}

// nextOf returns when the first of some periods begins, by this machine's clock.
func nextOf(next []models.Period) string {
	if len(next) == 0 {
		return ""
	}
	return next[0].Start.Local().Format("Mon 2 Jan 15:04")
}

func newScheduleAdd(env *cli.Env) *cobra.Command {
	var o models.TimeRequest
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "add ROOM TIMES",
		Short: "Add a time at which the bot is to be in a room, weekly or once",
		Long: `Adds a time to a room, given by its name or address. TIMES are the days, the start and the end: "thu 20:00-22:00",
"mon-fri 09:00-17:30", "daily 22:00-02:00", or a date for once: "2026-12-24 20:00-22:00". An end before the start is on the next day.
It takes effect at once, without a restart.`,
		Example: `  earshot schedule add "Open mic" "thu 20:00-22:00" --time-zone Europe/Berlin
  earshot schedule add lounge://127.0.0.1:8484/stage "2026-12-24 20:00-22:00" --dry-run`,
		Args: cobra.ExactArgs(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := readTimes(&o, args[1]); err != nil {
				return cli.BadInput(err)
			}
			cfg, err := env.Config(cmd)
			if err != nil {
				return err
			}
			service := control.New(cfg)
			if o.URL, err = addressOf(env, cmd, cfg, service, args[0]); err != nil {
				return err
			}
			added, err := service.AddTime(cmd.Context(), o)
			if err != nil {
				return err
			}
			if asJSON {
				return env.JSON(added)
			}
			did, hint := "added", fmt.Sprintf("; \"earshot schedule remove %s\" takes it back", terminal.Plain(added.Time.ID))
			if o.Check {
				did, hint = "would add", ""
			}
			env.Printf("%s: %s, next on %s%s\n", did, terminal.Plain(timetable.Sentence(added.Time)), nextOf(added.Next), hint)
			return nil
		},
	}
	cmd.Flags().StringVar(&o.Zone, "time-zone", "", "`ZONE` of the times, like Europe/Berlin (default: this machine's)")
	cmd.Flags().StringVar(&o.Profile, "profile", "", "apply this configuration `PROFILE` to the room")
	cmd.Flags().BoolVar(&o.Check, "dry-run", false, "only check the time, and show when it takes place next")
	cmd.Flags().BoolVar(&asJSON, "json", false, "the time, and when it takes place next, as one JSON object")
	return cmd
}

// readTimes reads days, a date, and times of day into an order.
func readTimes(o *models.TimeRequest, text string) error {
	e, ok := configs.ParseTime(text)
	if !ok {
		meant := configs.MeantTimes(text)
		if meant != "" {
			meant = fmt.Sprintf(" (did you mean %q?)", meant)
		}
		return models.WithHint(fmt.Errorf("%q is not a time like \"thu 20:00-22:00\"%s", text, meant),
			`write the days and both times of day: "mon-fri 09:00-17:30", "daily 22:00-02:00", or a date: "2026-12-24 20:00-22:00"`)
	}
	o.Date = e.Date
	for d, on := range e.Days {
		if on {
			o.Days = append(o.Days, time.Weekday(d))
		}
	}
	o.At = fmt.Sprintf("%02d:%02d", e.From/60, e.From%60)
	if o.Minutes = e.To - e.From; o.Minutes < 0 {
		o.Minutes += 24 * 60
	}
	if o.Zone == "" {
		o.Zone = localZone()
	}
	if o.Zone == "" {
		return errors.New("the time zone of this machine has no name: give one, like --time-zone Europe/Berlin")
	}
	return nil
}

// localZone returns the name of this machine's time zone, or "" if it can't be determined.
func localZone() string {
	if name := time.Local.String(); name != "Local" {
		return name
	}
	file, err := filepath.EvalSymlinks("/etc/localtime")
	_, name, ok := strings.Cut(file, "/zoneinfo/")
	if err != nil || !ok {
		return ""
	}
	return name
}

// addressOf returns the address of the room that somebody names: one that has times, or one of the configuration or the database.
func addressOf(env *cli.Env, cmd *cobra.Command, cfg configs.Config, service control.Client, word string) (string, error) {
	if strings.Contains(word, "://") {
		_, err := fleet.KindOf(word)
		return word, cli.BadInput(err)
	}
	timed, err := service.Schedule(cmd.Context())
	if err != nil {
		return "", err
	}
	var rooms []models.Room
	err = env.WithRecord(cmd, func(db app.Record) error {
		rooms, err = app.KnownRooms(cmd.Context(), cfg, db)
		return err
	})
	if err != nil {
		return "", err
	}
	for _, x := range timed {
		rooms = append(rooms, models.Room{ID: x.Room, Name: x.Name, URL: x.URL})
	}
	room, err := cli.NamedRoom(rooms, word)
	if err == nil && room.URL == "" {
		err = cli.BadInput(fmt.Errorf("the address of the room %q is not stored: give the address", word))
	}
	return room.URL, err
}

func newScheduleRemove(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "remove ID",
		Short:   "Remove an added time; if the bot is in the room because of it, it leaves",
		Long:    `Removes a time by its id, which "earshot schedule list" shows.`,
		Example: "  earshot schedule remove 3kd7x2ab9qme",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := env.Config(cmd)
			if err != nil {
				return err
			}
			t, err := control.New(cfg).RemoveTime(cmd.Context(), args[0])
			if errors.Is(err, models.ErrNotFound) {
				return cli.BadInput(models.WithHint(fmt.Errorf("no added time has the id %q", args[0]),
					`"earshot schedule list" shows the ids; times of the configuration are changed there`))
			}
			if err != nil {
				return err
			}
			if asJSON {
				return env.JSON(t)
			}
			env.Printf("removed: %s\n", terminal.Plain(timetable.Sentence(t)))
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "the removed time as one JSON object")
	return cmd
}
