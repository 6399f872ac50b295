package model

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/models"
	"earshot/models/wholefile"
	"earshot/moderation/match/labelled"
	"earshot/moderation/match/textmodel"
	"earshot/moderation/match/textmodel/train"
)

// trainFlags holds the flags of "text-model train".
type trainFlags struct {
	out, from, name string
	languages       []string
	seed            uint64
	asJSON          bool
}

// shippedModel is the value of --from that stands for the model shipped with the program.
const shippedModel = "shipped"

func newTextModelTrain(env *cli.Env) *cobra.Command {
	var f trainFlags
	cmd := &cobra.Command{
		Use:   "train LABELLED...",
		Short: "Extend the text model with labelled lines, or train a new one",
		Long: `Trains on lines that people have labelled, on the CPU only, and shows what improved and what got worse.

LABELLED has one JSON object per line, {"text": "…", "labels": ["insult"]}, or is a CSV file with the columns text and labels
(separated by spaces). Labels are hate, insult, threat, sexual and scam; an empty list ("labels": []) marks a harmless line. If only
some labels were checked, give each one: {"labels": {"insult": true, "threat": false}}. - is standard input.

--from extends an existing model: "shipped" for the built-in one, or a file. It needs at least 40 lines of each label used and 300
harmless ones. Without --from a new model is trained from these lines alone, for a language that no model covers: it needs 200
lines of each label and 1,000 harmless ones. There must be at least as many harmless lines as labelled ones. Identical lines with
different labels are rejected.

A fifth of the lines is held out for testing; near-duplicates stay on one side. The table compares the models on these lines, at
the scores 0.5 and 0.9: recall (labelled lines found), precision (found lines that have the label), and false alarms per 1,000
harmless lines. The same lines and --seed always produce the same file. Nothing is written until training has finished.`,
		Example: `  earshot text-model train --from shipped -o our.bin labelled.jsonl
  earshot text-model train --language id -o indonesian.bin lines.csv`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runTrain(env, cmd, f, args) },
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.out, "output", "o", "", "write the model to this `FILE`")
	flags.StringVar(&f.from, "from", "", `extend this model: "shipped" or a `+"`FILE`")
	flags.StringVar(&f.name, "name", "", "`NAME` of the model")
	flags.StringSliceVar(&f.languages, "language", nil, "`CODE` of the lines' language, such as en; may be repeated")
	flags.Uint64Var(&f.seed, "seed", 1, "`NUMBER` that seeds random choices")
	flags.BoolVar(&f.asJSON, "json", false, "one JSON object with the table")
	return cmd
}

func runTrain(env *cli.Env, cmd *cobra.Command, f trainFlags, files []string) error {
	lines, from, err := f.read(env, files)
	if err != nil {
		return cli.BadInput(err)
	}
	bar := env.Progress(-1, "training")
	done, err := train.Run(cmd.Context(), lines, train.Options{
		From: from, Name: cmp.Or(f.name, strings.TrimSuffix(filepath.Base(f.out), filepath.Ext(f.out))),
		Languages: f.languages, Seed: f.seed,
		Progress: func(done, all int) { bar.Total(int64(all)); bar.Done(int64(done)) },
	})
	bar.Close()
	switch {
	case cmd.Context().Err() != nil:
		return fmt.Errorf("stopped; nothing was written: %w", cmd.Context().Err())
	case err != nil:
		return cli.BadInput(err)
	}
	if err := wholefile.Replace(f.out, done.File); err != nil {
		return err
	}
	if f.asJSON {
		return env.JSON(done.Report)
	}
	return printTrained(env, f.out, done.Report)
}

// read checks the flags and reads the labelled lines and, if one is extended, the model.
func (f trainFlags) read(env *cli.Env, files []string) (lines []labelled.Line, from []byte, err error) {
	switch {
	case f.out == "":
		return nil, nil, models.WithHint(errors.New("no output file was given"), "give -o FILE")
	case f.from == "" && len(f.languages) == 0:
		return nil, nil, models.WithHint(errors.New("no language was given"),
			"give --language CODE for a new model, or --from shipped to extend the built-in one")
	}
	if err := languageCodes(f.languages); err != nil {
		return nil, nil, err
	}
	if info, err := os.Stat(filepath.Dir(f.out)); err != nil || !info.IsDir() {
		return nil, nil, fmt.Errorf("-o %s: no such folder", f.out)
	}
	switch f.from {
	case "":
	case shippedModel:
		from = textmodel.ShippedFile()
	default:
		if from, err = os.ReadFile(f.from); err != nil {
			return nil, nil, err
		}
	}
	lines, err = env.ReadLabelled(files)
	return lines, from, err
}

// printTrained prints the results as a table, and how to use the model.
func printTrained(env *cli.Env, file string, r train.Report) error {
	before, without := "SHIPPED", ""
	if r.Extends {
		before = "BEFORE"
	}
	if r.Twice+r.Empty > 0 {
		without = fmt.Sprintf(" (%d duplicates and %d lines without words left out)", r.Twice, r.Empty)
	}
	env.Printf("%d lines%s; measured on %d held-out lines, %d of them harmless\n\n", r.Lines, without, r.HeldOut, r.Harmless)
	rows := [][]string{{"LABEL", "SCORE", "LINES", "MODEL", "FOUND", "RECALL", "PRECISION", "FALSE ALARMS PER 1,000"}}
	for _, x := range r.Rows {
		for i, m := range []train.Measure{x.Before, x.After} {
			row := []string{x.Label, fmt.Sprint(x.Score), fmt.Sprint(x.Lines), before}
			if i == 1 {
				row = []string{"", "", "", "NOW"}
			}
			rows = append(rows, append(row, fmt.Sprint(m.Right), shareText(m.Recall), fmt.Sprintf("%s (%d wrong)", shareText(m.Precision), m.Wrong),
				fmt.Sprintf("%.1f (%d)", m.FalseAlarms, m.False)))
		}
	}
	if err := env.Table(rows); err != nil {
		return err
	}
	env.Printf("\nWrote %s. Set text_model to use it; \"earshot rules replay\" shows what that would have changed.\n", file)
	return nil
}

// shareText formats a share, or returns "-" if there is none.
func shareText(x float64) string {
	if x < 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f", x)
}
