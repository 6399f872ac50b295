package service

import (
	"slices"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/doctor"
	"earshot/configs"
)

func newConfigCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Show, check and find the settings"}
	return cli.Group(cmd, newConfigShow(env), newConfigPath(env), newConfigCheck(env), newConfigDefault(env))
}

func newConfigShow(env *cli.Env) *cobra.Command {
	var asJSON bool
	var profile string
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show the settings in force and where each comes from",
		Long:  "Shows the settings in force and where each comes from: outside of profiles, or as they hold in rooms of one profile.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := env.Report(cmd)
			if err == nil {
				r, err = inProfile(r, profile)
			}
			if err != nil {
				return err
			}
			if asJSON {
				return env.JSON(reportJSON(r))
			}
			rows := [][]string{{"SETTING", "VALUE", "FROM"}}
			for _, v := range r.Values {
				rows = append(rows, []string{v.Key, v.Text(), v.From.String()})
			}
			return env.Table(rows)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	cmd.Flags().StringVar(&profile, "profile", "", "what holds in rooms of this profile")
	return cmd
}

// inProfile is a report of what holds in rooms of a profile.
func inProfile(r configs.Report, name string) (configs.Report, error) {
	if name == "" {
		return r, nil
	}
	for _, p := range r.Config.Profiles {
		if p.Name == name {
			r.Values = slices.DeleteFunc(slices.Clone(p.Values), func(v configs.Value) bool { return v.Key == "profiles" || v.Key == "rooms" })
			return r, nil
		}
	}
	return r, cli.BadInput(app.Profiles{}.Check(name, r.Config))
}

// settingJSON is one setting in "config show --json".
type settingJSON struct {
	Key   string `json:"key"`
	Value any    `json:"value"`
	From  string `json:"from"`
}

// configJSON is what "config show --json" and "config check --json" print.
type configJSON struct {
	File     string        `json:"file"` // empty: none was read
	Settings []settingJSON `json:"settings,omitempty"`
	Problems []problemJSON `json:"problems,omitempty"`
	// Servers is what came of asking them, with --connect.
	Servers []doctor.Finding `json:"servers,omitempty"`
}

// problemJSON is one mistake in "config check --json".
type problemJSON struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Name    string `json:"name,omitempty"` // environment variable or flag
	Key     string `json:"key,omitempty"`
	Message string `json:"message"`
}

func reportJSON(r configs.Report) configJSON {
	out := configJSON{File: r.File}
	for _, v := range r.Values {
		out.Settings = append(out.Settings, settingJSON{v.Key, v.Value, v.From.String()})
	}
	return out
}

func newConfigDefault(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "default",
		Short: "Print every setting with its explanation and its default, as a file to begin with",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := env.Stdout.Write(configs.Default())
			return err
		},
	}
}
