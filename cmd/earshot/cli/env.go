// Package cli is what the commands share: where a command reads and writes, its settings, the record and what people name in
// it, how it prints, and with which code it ends.
package cli

import (
	"io"
	"log/slog"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"earshot/cmd/earshot/secrets"
	"earshot/cmd/earshot/speech"
	"earshot/configs"
	"earshot/models"
)

// Env is the environment that a command runs in. One goroutine at a time uses it.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Environ        secrets.Environ
	// ConfigFile is the file named by --config, or "".
	ConfigFile string
	// Version is the program's.
	Version string

	unprinted error // the first error of Printf
}

// settingAnnotation marks the flags that stand for a setting.
const settingAnnotation = "earshot_setting"

// SettingFlag adds a flag that overrides a setting of configs for one command. Its value is checked with the
// configuration, so that a mistake reads the same wherever it was made.
func SettingFlag(flags *pflag.FlagSet, name, key, usage string) {
	flags.String(name, "", usage+" (setting "+key+")")
	flags.Lookup(name).Annotations = map[string][]string{settingAnnotation: {key}}
}

// Report reads the configuration, with the command's flags on top, and says where each value comes from.
func (e *Env) Report(cmd *cobra.Command) (configs.Report, error) {
	return e.reportWith(cmd, configs.Options{})
}

// reportWith is Report with options of its own; file, environment and flags are those of the command.
func (e *Env) reportWith(cmd *cobra.Command, o configs.Options) (configs.Report, error) {
	flags := map[string]string{}
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if key, ok := f.Annotations[settingAnnotation]; ok {
			flags[key[0]] = f.Value.String()
		}
	})
	o.File, o.Environ, o.Flags = e.ConfigFile, e.Environ, flags
	r, err := configs.Explain(o)
	speech.NamePulled(&r)
	return r, models.WithHint(err, `"earshot config default" prints every setting with its explanation`)
}

// Config is Report for those who don't ask where a value comes from.
func (e *Env) Config(cmd *cobra.Command) (configs.Config, error) {
	r, err := e.Report(cmd)
	return r.Config, err
}

// Logger writes to the error output, in the form and from the level that the configuration says.
func (e *Env) Logger(c configs.Config) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Log.Level}
	if c.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(e.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(e.Stderr, options))
}

// TalkLogger is the logger of the commands that talk to a person: it is silent about what they show themselves, unless
// somebody asked for a level.
func (e *Env) TalkLogger(r configs.Report) *slog.Logger {
	c := r.Config
	asked := slices.ContainsFunc(r.Values, func(v configs.Value) bool { return v.Key == "log.level" && v.From.String() != "default" })
	if !asked {
		c.Log.Level = slog.LevelError
	}
	return e.Logger(c)
}
