// Package model are the commands of models: fetching, measuring, and transcribing recordings with one.
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

// Commands are the commands of this theme, with those that the program starts itself as.
func Commands(env *cli.Env) []*cobra.Command {
	return []*cobra.Command{newBenchCommand(env), newDecoderCommand(), newFFmpegCommand(), newModelCommand(env), newTranscribeCommand(env)}
}

func newModelCommand(env *cli.Env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "model",
		Short: "Fetch, list and check Whisper models",
		Long: `Earshot listens with Whisper models in ggml format. They lie in the folder "models" of the record's folder, or wherever
you keep them. Without one it uses a practice model that only understands synthetic speech of a few words.`,
	}
	return cli.Group(
		cmd, newModelPull(env), newModelList(env), newModelPath(env), newModelVerify(env), newModelHarvest(env), newModelCalibrate(env),
	)
}

func newModelPull(env *cli.Env) *cobra.Command {
	var mirror string
	cmd := &cobra.Command{
		Use:   "pull NAME",
		Short: "Fetch a model and verify it",
		Long: `Fetches a model into the record's folder and prints its path. An interrupted transfer is resumed by the next pull, and a
model that is there already is only verified. "earshot model list" names what can be fetched. silero-v6.2.0 tells speech from noise: once
it is there, it is used.`,
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
		return cli.BadInput(err)
	}
	c, err := env.Config(cmd)
	if err != nil {
		return err
	}
	bar := env.BytesBar(m.Bytes, m.Name)
	path, err := modelfile.Pull(cmd.Context(), m, speech.ModelFolder(c), modelfile.PullOptions{
		Mirror:   cmp.Or(mirror, c.ModelMirror),
		Progress: func(done, _ int64) { _ = bar.Set64(done) },
		Check:    func(path string) error { return checkPulled(m, path) },
	})
	_ = bar.Exit() // also when it did not get to its end
	if err != nil {
		return err
	}
	env.Println(path)
	switch {
	case m.VAD() && speech.VadModelPath(c) == path:
		env.Tellf("it is used from the next start on")
	case m.VAD():
		env.Tellf("another one is configured: use this one with  vad_model: %s", path)
	case c.Model != path:
		env.Tellf("use it with  --model %s  or  model: %s  in the configuration", path, path)
	}
	return nil
}

// checkPulled looks into a file that was fetched.
func checkPulled(m modelfile.Model, path string) error {
	if m.VAD() {
		return whisper.CheckVADFile(path)
	}
	_, err := speech.CheckModel(path)
	return err
}

// modelRow is a line of "model list".
type modelRow struct {
	Name    string `json:"name"`
	Bytes   int64  `json:"bytes"`
	English bool   `json:"english_only"`
	VAD     bool   `json:"voice_detection,omitempty"` // it only tells speech from noise
	Path    string `json:"path,omitempty"`            // when it has been fetched
}

func newModelList(env *cli.Env) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the models that can be fetched, and which are there",
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
		Short: "Print where a fetched model lies; without NAME, the model in use",
		Args:  cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := env.Config(cmd)
			if err != nil {
				return err
			}
			var path string
			if len(args) == 0 {
				path, err = speech.ModelPath(c)
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

// fetchedModel is the path of a model that was pulled.
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
		Short: "Check a model file to its last byte; without an argument, the model in use",
		Long: `Reads a model file's structure, holds its size and its SHA-256 against those of the published model of that name, if there
is one, and says what it is.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := env.Config(cmd)
			if err != nil {
				return err
			}
			var path string
			switch _, unknown := modelfile.Find(append(args, "")[0]); {
			case len(args) == 0:
				path, err = speech.ModelPath(c)
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
		env.Printf("%s is the Silero model that tells speech from noise, as published\n", terminal.Plain(path))
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
		known = ", as published"
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
