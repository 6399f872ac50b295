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

// rightShare is how many of the right lines may be doubted.
const rightShare = 0.05

// fewLines is how many wrong and right lines a threshold needs to mean something.
const fewLines = 20

func newModelCalibrate(env *cli.Env) *cobra.Command {
	var reference string
	cmd := &cobra.Command{
		Use:   "calibrate RECORDING…",
		Short: "Find out from which confidence on a model's lines are to be doubted",
		Long: `Transcribes recordings with the model in use and holds the lines against what was really said: a text file beside each
recording (talk.txt for talk.wav), or --reference for one. It prints which share of the wrong and of the right lines each value of
the setting "confidence" would doubt, and the highest value that doubts no more than 5 % of the right ones.

Take recordings as bad as those that you expect, with noise and lost packets; an hour of speech gives good figures. Try the value on
other recordings than those that it comes from.`,
		Example: "  earshot model calibrate monday.wav tuesday.wav --model base.en\n  earshot model calibrate talk.wav --reference said.txt",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return calibrate(env, cmd, args, reference) },
	}
	cli.SettingFlag(cmd.Flags(), "model", "model", "ggml model file, or the name of one that was pulled")
	cli.SettingFlag(cmd.Flags(), "language", "language", "two-letter code, several (en,id), or auto")
	cmd.Flags().StringVar(&reference, "reference", "", "text `FILE` of what is said in the recording")
	return cmd
}

func calibrate(env *cli.Env, cmd *cobra.Command, files []string, reference string) (err error) {
	if reference != "" && len(files) > 1 {
		return cli.BadInput(
			models.WithHint(errors.New("--reference is for one recording"), "put a text file of the same name beside each recording"),
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
				models.WithHint(fmt.Errorf("reference: %w", err), "write down what is said in the recording, in a text file beside it"),
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

// showCurve prints what thresholds do, and the one to take.
func showCurve(env *cli.Env, model string, judged []recording.Judged) error {
	wrong := 0
	for _, j := range judged {
		if !j.Right {
			wrong++
		}
	}
	curve := recording.Curve(judged)
	rows := [][]string{{"CONFIDENCE", "WRONG LINES DOUBTED", "RIGHT LINES DOUBTED"}}
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
			errors.New("there are no wrong and right lines to tell apart"), "take recordings of which the model gets a part wrong",
		)
	case !ok || best.Wrong == 0:
		return models.WithHint(errors.New("no confidence tells wrong lines from right ones"), "leave the setting at 0")
	case wrong < fewLines || len(judged)-wrong < fewLines:
		env.Notef("%d wrong and %d right lines are few to go by", wrong, len(judged)-wrong)
	}
	env.Printf("It doubts %.0f %% of the wrong lines and %.0f %% of the right ones with:\n\nconfidence: %d\n",
		100*best.Wrong, 100*best.Right, best.Percent)
	return nil
}
