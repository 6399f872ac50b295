package model

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/recording"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
)

// rightShare is the largest share of correct lines that may be marked as doubtful.
const rightShare = 0.05

// fewLines is the number of wrong lines, and of correct ones, below which a threshold means little.
const fewLines = 20

func newModelCalibrate(env *cli.Env) *cobra.Command {
	var reference string
	cmd := &cobra.Command{
		Use:   "calibrate RECORDING…",
		Short: "Find the confidence below which a model's lines should be doubted",
		Long: `Transcribes recordings with the current model and compares the lines with what was really said: a text file next to each
recording (talk.txt for talk.wav), or --reference for one. It prints the share of wrong and of correct lines that each value of
the setting "confidence" would mark as doubtful, and the highest value that doubts at most 5 % of the correct ones.

Use recordings as poor as those you expect, with noise and lost packets; an hour of speech gives reliable figures. Verify the
value on recordings other than those it was derived from.`,
		Example: "  earshot model calibrate monday.wav tuesday.wav --model base.en\n  earshot model calibrate talk.wav --reference said.txt",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return calibrate(env, cmd, args, reference) },
	}
	cli.ModelFlag(cmd, "")
	cli.SettingFlag(cmd.Flags(), "language", "language", "two-letter `CODE`, several (en,id), or auto")
	cmd.Flags().StringVar(&reference, "reference", "", "text `FILE` with the correct transcript of the recording")
	return cmd
}

func calibrate(env *cli.Env, cmd *cobra.Command, files []string, reference string) (err error) {
	if reference != "" && len(files) > 1 {
		return cli.BadInput(
			models.WithHint(errors.New("--reference is for one recording"), "put a text file of the same name next to each recording"),
		)
	}
	texts := make([]string, len(files))
	for i, f := range files {
		from := reference
		if from == "" {
			from = strings.TrimSuffix(f, filepath.Ext(f)) + ".txt"
		}
		said, err := os.ReadFile(from)
		if err != nil {
			return cli.BadInput(
				models.WithHint(fmt.Errorf("reference: %w", err), "transcribe the recording by hand into a text file next to it"),
			)
		}
		texts[i] = string(said)
	}
	t, err := env.Transcriber(cmd, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.Close()) }()
	var judged []recording.Judged
	err = t.During(cmd.Context(), func(ctx context.Context) error {
		for i, f := range files {
			found, err := t.Judge(ctx, f, texts[i])
			if err != nil {
				return err
			}
			judged = append(judged, found...)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return showCurve(env, t.Model(), judged)
}

// showCurve prints the effect of each threshold, and the one to choose.
func showCurve(env *cli.Env, model string, judged []recording.Judged) error {
	wrong := 0
	for _, j := range judged {
		if !j.Right {
			wrong++
		}
	}
	curve := recording.Curve(judged)
	rows := [][]string{{"CONFIDENCE", "WRONG LINES DOUBTED", "CORRECT LINES DOUBTED"}}
	for _, t := range curve {
		if t.Percent%10 == 0 {
			rows = append(rows, []string{fmt.Sprint(t.Percent), fmt.Sprintf("%.0f %%", 100*t.Wrong), fmt.Sprintf("%.0f %%", 100*t.Right)})
		}
	}
	if err := env.Table(rows); err != nil {
		return err
	}
	env.Printf("%s: %d lines, %d of them wrong\n", terminal.Plain(model), len(judged), wrong)
	best, ok := recording.Best(curve, rightShare)
	switch {
	case wrong == 0 || wrong == len(judged):
		return models.WithHint(
			errors.New("the recordings must yield both wrong and correct lines"), "use recordings that the model gets partly wrong",
		)
	case !ok || best.Wrong == 0:
		return models.WithHint(errors.New("no confidence value separates wrong lines from correct ones"), "leave the setting at 0")
	case wrong < fewLines || len(judged)-wrong < fewLines:
		env.Notef("%d wrong and %d correct lines are too few for a reliable result", wrong, len(judged)-wrong)
	}
	env.Printf("%.0f %% of the wrong lines and %.0f %% of the correct ones are doubted with:\n\nconfidence: %d\n",
		100*best.Wrong, 100*best.Right, best.Percent)
	return nil
}
