package service

import (
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/app"
	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/doctor"
	"earshot/cmd/earshot/terminal"
	"earshot/configs"
)

func newConfigCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{Use: "config", Short: "Show, explain, check and locate the configuration"}
	return cli.Group(cmd, newConfigShow(env), newConfigPath(env), newConfigCheck(env), newConfigDefault(env), newConfigExplain(env))
}

func newConfigShow(env *cli.Env) *cobra.Command {
	var asJSON bool
	var profile string
	cmd := &cobra.Command{
		Use:   "show",
		Short: "Show the current settings and where each comes from",
		Long:  "Shows the current settings and where each comes from: outside profiles, or as they apply to rooms of one profile.",
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
	cmd.Flags().StringVar(&profile, "profile", "", "the settings for rooms of this `PROFILE`")
	return cmd
}

// inProfile returns the report with the values that apply in rooms of a profile.
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

// settingJSON is a setting in "config show --json".
type settingJSON struct {
	Key   string `json:"key"`
	Value any    `json:"value"`
	From  string `json:"from"`
}

// configJSON is the output of "config show --json" and "config check --json".
type configJSON struct {
	File     string        `json:"file"` // empty: no file was read
	Settings []settingJSON `json:"settings,omitempty"`
	Problems []problemJSON `json:"problems,omitempty"`
	// Servers holds the results of contacting the configured servers, with --connect.
	Servers []doctor.Finding `json:"servers,omitempty"`
}

// problemJSON is a mistake in "config check --json".
type problemJSON struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Name    string `json:"name,omitempty"` // of an environment variable or a flag
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
		Short: "Print every setting with its explanation and default, as a file to start from",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			_, err := env.Stdout.Write(configs.Default())
			return err
		},
	}
}

func newConfigExplain(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "explain KEY",
		Short:   "Explain a setting: what it does, what it accepts, its default and its value",
		Example: "  earshot config explain decoders\n  earshot config explain log",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			all, err := configs.Describe(args[0])
			if err != nil {
				return cli.BadInput(err)
			}
			if asJSON {
				return env.JSON(all)
			}
			r, wrong := env.Report(cmd)
			for i, a := range all {
				if i > 0 {
					env.Println("")
				}
				env.Print(env.Paint().FoldParagraphs(fmt.Sprintf("%s\n\n%s\n\n", env.Paint().Bold(a.Key), terminal.PlainLines(a.Text))))
				rows := [][]string{{"accepts", a.Accepts}, {"default", a.Default}, {"variable", a.Variable}}
				for _, v := range r.Values {
					if v.Key == a.Key && wrong == nil {
						rows = append(rows, []string{"now", v.Text() + " (" + v.From.String() + ")"})
					}
				}
				for _, row := range rows {
					env.Print(env.Paint().Labelled(fmt.Sprintf("%-9s ", row[0]), terminal.Plain(row[1])))
				}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array")
	cmd.ValidArgsFunction = cobra.FixedCompletions(configs.Keys(), cobra.ShellCompDirectiveNoFileComp)
	return cmd
}
