package model

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/harvest"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/terminal"
)

func newModelHarvest(env *cli.Env) *cobra.Command {
	var o harvestOptions
	cmd := &cobra.Command{
		Use:   "harvest",
		Short: "List the text a model invents when nobody speaks",
		Long: `Feeds the model silence, noise, hum, clicks and music, and lists the texts it produces, how often, and whether they would be
marked as doubtful. With --write, texts that occur more than once go into a file for the setting "phantoms": lines that consist
of nothing else are then treated as invented. Run it once for each model.`,
		Example: `  earshot model harvest --model ~/models/ggml-base.en.bin --minutes 20 --write ~/.config/earshot/phantoms.txt`,
		Args:    cobra.NoArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return runHarvest(env, cmd, o) },
	}
	cli.ModelFlag(cmd, "")
	cli.SettingFlag(cmd.Flags(), "language", "language", "two-letter `CODE`, several (en,id), or auto")
	cmd.Flags().IntVar(&o.minutes, "minutes", 5, "feed the model `N` minutes of audio")
	cmd.Flags().BoolVar(&o.json, "json", false, "one JSON array")
	cmd.Flags().StringVar(&o.write, "write", "", "`FILE` for the texts that occur more than once")
	return cmd
}

type harvestOptions struct {
	minutes int
	json    bool
	write   string
}

func runHarvest(env *cli.Env, cmd *cobra.Command, o harvestOptions) error {
	if o.minutes < 1 || o.minutes > 600 {
		return cli.BadInput(fmt.Errorf("--minutes %d is not between 1 and 600", o.minutes))
	}
	cfg, err := env.Config(cmd)
	if err != nil {
		return err
	}
	filter, err := speech.ReadPhantoms(cfg.Phantoms)
	if err != nil {
		return cli.BadInput(err)
	}
	s, err := speech.Open(cfg, env.Logger(cfg), speech.Options{})
	if err != nil {
		return cli.BadInput(err)
	}
	defer s.Close()
	options, err := speech.DecodeOptions(cfg, s.Notice != "", nil)
	if err != nil {
		return cli.BadInput(err)
	}
	trials := harvest.Trials(time.Duration(o.minutes) * time.Minute)
	bar := env.Progress(int64(len(trials)), s.Name)
	var found []harvest.Invention
	err = s.During(cmd.Context(), func(ctx context.Context) (err error) {
		found, err = harvest.Run(ctx, s, trials, options, filter, func() { bar.Add(1) })
		return err
	})
	bar.Close()
	if err != nil {
		return err
	}
	if err := harvest.Write(o.write, s.Name, found); err != nil {
		return err
	}
	if o.json {
		return env.JSON(found)
	}
	return showHarvest(env, s.Name, o, found)
}

// showHarvest prints the invented texts as a table.
func showHarvest(env *cli.Env, model string, o harvestOptions, found []harvest.Invention) error {
	rows := [][]string{{"TIMES", "DOUBTED", "LOG PROB", "TEXT", "SOUNDS"}}
	sure := 0
	for _, x := range found {
		sure += x.Times - x.Doubted
		rows = append(rows, []string{
			strconv.Itoa(x.Times), strconv.Itoa(x.Doubted), fmt.Sprintf("%.2f", x.LogProb), terminal.Plain(x.Text), strings.Join(x.Sounds, ", "),
		})
	}
	if len(found) > 0 {
		if err := env.Table(rows); err != nil {
			return err
		}
	}
	env.Printf("%s produced %d different texts from %d minutes without speech; %d occurrences would not be doubted\n",
		terminal.Plain(model), len(found), o.minutes, sure)
	if o.write != "" {
		env.Tellf("use them with  phantoms: %s  in the configuration", terminal.Plain(o.write))
	}
	return nil
}
