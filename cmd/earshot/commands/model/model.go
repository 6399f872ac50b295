// Package model provides the commands that fetch and measure models, and transcribe recordings with them.
package model

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/speech"
	"earshot/cmd/earshot/terminal"
	"earshot/configs"
	"earshot/models"
	"earshot/transcribe/fixture"
	"earshot/transcribe/modelfile"
	"earshot/transcribe/whisper"
)

// Commands returns the commands of this theme, including the hidden ones with which the program starts itself.
func Commands(env *cli.Env) []*cobra.Command {
	return []*cobra.Command{
		newBenchCommand(env), newDecoderCommand(), newFFmpegCommand(), newModelCommand(env), newTextModelCommand(env), newTranscribeCommand(env),
	}
}

func newModelCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "model",
		Short: "Download, list and verify Whisper models",
		Long: `Earshot transcribes with Whisper models in ggml format, kept in the folder "models" of the data folder or anywhere else.
Without one it uses a practice model that only understands a few words of synthetic speech.`,
	}
	return cli.Group(
		cmd, newModelPull(env), newModelList(env), newModelPath(env), newModelVerify(env), newModelHarvest(env), newModelCalibrate(env),
	)
}

func newModelPull(env *cli.Env) *cobra.Command {
	var mirror string
	cmd := &cobra.Command{
		Use:   "pull NAME",
		Short: "Download a model and verify it",
		Long: `Downloads a model into the data folder and prints its path. An interrupted download is resumed by the next pull; a model
already present is only verified. "earshot model list" lists the models available. silero-v6.2.0 tells speech from noise and
is used once it is present.`,
		Example: "  earshot model pull silero-v6.2.0\n  earshot model pull tiny.en\n  earshot join lounge://localhost:8484/lobby --model " +
			"\"$(earshot model path tiny.en)\"",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return pullModel(env, cmd, args[0], mirror) },
	}
	cmd.Flags().StringVar(&mirror, "mirror", "", "`URL` of the folder to fetch from (setting model_mirror)")
	return cmd
}

func pullModel(env *cli.Env, cmd *cobra.Command, name, mirror string) error {
	m, err := modelfile.Find(name)
	if err != nil {
		return cli.BadInput(models.WithHint(fmt.Errorf("%w%s", err, nearModel(name)), models.Hint(err)))
	}
	c, err := env.Config(cmd)
	if err != nil {
		return err
	}
	bar := env.ByteProgress(m.Bytes, m.Name)
	path, err := modelfile.Pull(cmd.Context(), m, speech.ModelFolder(c), modelfile.PullOptions{
		Mirror:   cmp.Or(mirror, c.ModelMirror),
		Progress: func(done, _ int64) { bar.Done(done) },
		Check:    func(path string) error { return checkPulled(m, path) },
	})
	bar.Close()
	if err != nil {
		return err
	}
	env.Println(path)
	switch {
	case m.VAD() && speech.VadModelPath(c) == path:
		env.Tellf("it will be used from the next start")
	case m.VAD():
		env.Tellf("another one is configured; to use this one, set  vad_model: %s", path)
	case c.Model != path:
		env.Tellf("use it with  --model %s  or  model: %s  in the configuration", path, path)
	}
	return nil
}

// checkPulled checks that a downloaded file is a valid model.
func checkPulled(m modelfile.Model, path string) error {
	if m.VAD() {
		return whisper.CheckVADFile(path)
	}
	_, err := speech.CheckModel(path)
	return err
}

// modelRow is a line of "earshot model list".
type modelRow struct {
	Name    string `json:"name"`
	Bytes   int64  `json:"bytes"`
	English bool   `json:"english_only"`
	VAD     bool   `json:"voice_detection,omitempty"` // can only tell speech from noise
	Path    string `json:"path,omitempty"`            // empty unless downloaded
}

func newModelList(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the models available for download, and which are present",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := env.Config(cmd)
			if err != nil {
				return err
			}
			found := listModels(speech.ModelFolder(c))
			if asJSON {
				return env.JSON(found)
			}
			return env.Table(modelRows(found))
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "one JSON array")
	return cmd
}

func listModels(dir string) []modelRow {
	var out []modelRow
	for _, m := range modelfile.Known() {
		row := modelRow{Name: m.Name, Bytes: m.Bytes, English: m.English(), VAD: m.VAD()}
		if st, err := os.Stat(m.Path(dir)); err == nil && st.Size() == m.Bytes {
			row.Path = m.Path(dir)
		}
		out = append(out, row)
	}
	return out
}

func modelRows(found []modelRow) [][]string {
	rows := [][]string{{"MODEL", "MB", "LANGUAGES", "FILE"}}
	for _, m := range found {
		languages := "99"
		switch {
		case m.English:
			languages = "English"
		case m.VAD:
			languages = "any: speech or not"
		}
		rows = append(rows, []string{m.Name, strconv.FormatInt((m.Bytes+500_000)/1_000_000, 10), languages, m.Path})
	}
	return rows
}

func newModelPath(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "path [NAME]",
		Short: "Print the path of a downloaded model; without NAME, of the model in use",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := env.Config(cmd)
			if err != nil {
				return err
			}
			var path string
			if len(args) == 0 {
				path, err = modelInUse(c)
			} else {
				path, err = fetchedModel(c, args[0])
			}
			if err == nil {
				env.Println(path)
			}
			return err
		},
	}
}

// modelInUse returns the path of the model that decodes.
func modelInUse(c configs.Config) (string, error) {
	if c.Decoder.URL != "" {
		return "", cli.BadInput(models.WithHint(errors.New("no model file is in use: the server of decoder.url transcribes"),
			`"earshot doctor" asks that server; with decoder.url empty, the setting model counts`))
	}
	return speech.ModelPath(c)
}

func nearModel(word string) string {
	var names []string
	for _, m := range modelfile.Known() {
		names = append(names, m.Name)
	}
	return cli.DidYouMean(word, names)
}

// fetchedModel returns the path of a model that has been pulled.
func fetchedModel(c configs.Config, name string) (string, error) {
	m, err := modelfile.Find(name)
	if err != nil {
		return "", cli.BadInput(err)
	}
	if _, err := os.Stat(m.Path(speech.ModelFolder(c))); err != nil {
		return "", models.WithHint(fmt.Errorf("model %s: %w", name, fs.ErrNotExist), "fetch it with:  earshot model pull "+m.Name)
	}
	return m.Path(speech.ModelFolder(c)), nil
}

func newModelVerify(env *cli.Env) *cobra.Command {
	return &cobra.Command{
		Use:   "verify [NAME or FILE]",
		Short: "Verify a model file completely; without an argument, the model in use",
		Long: `Reads the structure of a model file, compares its size and SHA-256 with the published model of that name, if there is one,
and prints what it is.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := env.Config(cmd)
			if err != nil {
				return err
			}
			var path string
			switch _, unknown := modelfile.Find(append(args, "")[0]); {
			case len(args) == 0:
				path, err = modelInUse(c)
			case unknown == nil:
				path, err = fetchedModel(c, args[0])
			default:
				path = args[0]
			}
			if err != nil {
				return err
			}
			return verifyModel(env, path)
		},
	}
}

func verifyModel(env *cli.Env, path string) error {
	if m, err := modelfile.Find(filepath.Base(path)); err == nil && m.VAD() {
		if err := errors.Join(whisper.CheckVADFile(path), m.Verify(path)); err != nil {
			return cli.BadInput(err)
		}
		env.Printf("%s is the published Silero model that tells speech from noise\n", terminal.Plain(path))
		return nil
	}
	info, err := speech.CheckModel(path)
	if err != nil {
		return cli.BadInput(err)
	}
	known := ""
	if m, err := modelfile.Find(filepath.Base(path)); err == nil {
		if err := m.Verify(path); err != nil {
			return cli.BadInput(err)
		}
		known = ", identical to the published model"
	}
	languages := "99 languages"
	if !info.Multilingual {
		languages = "English only"
	}
	env.Printf("%s is a %s model, %s, %s, %.0f MB%s\n",
		terminal.Plain(path), info.Kind(), languages, info.Quant, float64(info.Size)/1e6, known)
	if fixture.IsFixture(path) {
		env.Println(fixture.Notice())
	}
	return nil
}
