package model

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/moderation/match/textmodel"
)

func newTextModelCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "text-model",
		Short: "Train and inspect the model that classifies what lines mean",
		Long: `Rules with "means:" ask a text model what a line means: hate, an insult, a threat, a sexual remark, a scam. A model is built in.
A community can extend it with lines it has labelled, or train its own; the setting text_model names the file.`,
	}
	return cli.Group(cmd, newTextModelTrain(env), newTextModelInfo(env))
}

// textModelInfo is the output of "text-model info --json".
type textModelInfo struct {
	File      string            `json:"file"` // empty: the shipped one
	Name      string            `json:"name"`
	Sum       string            `json:"sha256"`
	Bytes     int               `json:"bytes"`
	Labels    []string          `json:"labels"`
	Languages []string          `json:"languages"`
	Words     int               `json:"words"` // the size of its vocabulary
	Origin    *textmodel.Origin `json:"origin,omitempty"`
}

func newTextModelInfo(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "info [FILE]",
		Short: "Verify a text model and show what it knows and how it was trained",
		Long: `Verifies a text model file as Earshot does before using it, and prints its labels, languages, size, checksum and training data.
Without FILE it shows the built-in model.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			info, err := infoOf(args)
			if err != nil {
				return cli.BadInput(err)
			}
			if asJSON {
				return env.JSON(info)
			}
			return printTextModel(env, info)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON object")
	return cmd
}

// infoOf describes the model in a file, or the shipped one if none is given.
func infoOf(args []string) (textModelInfo, error) {
	m, size, file := textmodel.Shipped(), len(textmodel.ShippedFile()), ""
	if len(args) > 0 {
		file = args[0]
		data, err := os.ReadFile(file)
		if err != nil {
			return textModelInfo{}, err
		}
		if m, err = textmodel.Read(data); err != nil {
			return textModelInfo{}, models.WithHint(fmt.Errorf("%s: %w", file, err), `"earshot text-model train" makes text models`)
		}
		size = len(data)
	}
	return textModelInfo{file, m.Name, m.Sum(), size, m.Labels, m.Languages, m.Recurrent.Vocab, m.Origin}, nil
}

func printTextModel(env *cli.Env, x textModelInfo) error {
	rows := [][]string{
		{"NAME", terminal.Plain(x.Name)},
		{"LABELS", strings.Join(x.Labels, ", ")},
		{"LANGUAGES", terminal.Plain(strings.Join(x.Languages, ", "))},
		{"VOCABULARY", fmt.Sprintf("%d words", x.Words)},
		{"SIZE", fmt.Sprintf("%d bytes", x.Bytes)},
		{"SHA-256", x.Sum},
	}
	if x.Origin == nil {
		return env.Table(append(rows, []string{"ORIGIN", "shipped with Earshot, see docs/text-model.md"}))
	}
	o := *x.Origin
	origin := fmt.Sprintf("trained on %d labelled lines (%s), seed %d", o.Lines, perLabel(o.Labels), o.Seed)
	if o.From != "" {
		origin += fmt.Sprintf("; extends %s (%.12s)", terminal.Plain(o.Name), o.From)
	}
	return env.Table(append(rows, []string{"ORIGIN", origin}))
}

// perLabel formats numbers of lines by label.
func perLabel(labels map[string]int) string {
	var out []string
	for _, l := range textmodel.Labels {
		if n := labels[l]; n > 0 {
			out = append(out, fmt.Sprintf("%s %d", l, n))
		}
	}
	return strings.Join(out, ", ")
}

// languageCodes returns an error unless all codes look like ISO 639 codes.
func languageCodes(codes []string) error {
	bad := func(c rune) bool { return c < 'a' || c > 'z' }
	if i := slices.IndexFunc(codes, func(c string) bool { return len(c) < 2 || len(c) > 3 || strings.ContainsFunc(c, bad) }); i >= 0 {
		return fmt.Errorf("--language %q is not a language code such as en or id", codes[i])
	}
	return nil
}
