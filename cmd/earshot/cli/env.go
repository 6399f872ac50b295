// Package cli holds what the commands share: their environment and settings, access to the record and the things in it that people name,
// output, and exit codes.
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

// Env is the environment that a command runs in. It must not be used by several goroutines at once.
type Env struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Environ        secrets.Environ
	// ConfigFile is the value of --config, or "".
	ConfigFile string
	// Version is the program's version.
	Version string

	unprinted error // the first error of Printf
}

// settingAnnotation marks the flags that override a setting.
const settingAnnotation = "earshot_setting"

// SettingFlag adds a flag that overrides the setting key for one command. The value is validated with the configuration, so that the error
// is the same wherever the mistake was made.
func SettingFlag(flags *pflag.FlagSet, name, key, usage string) {
	flags.String(name, "", usage+" (setting "+key+")")
	flags.Lookup(name).Annotations = map[string][]string{settingAnnotation: {key}}
}

// SettingSwitch is SettingFlag for a setting that is yes or no.
func SettingSwitch(flags *pflag.FlagSet, name, key, usage string) {
	flags.Bool(name, false, usage+" (setting "+key+")")
	flags.Lookup(name).Annotations = map[string][]string{settingAnnotation: {key}}
}

// ModelFlag adds the flag --model, which overrides the setting model; more continues its description.
func ModelFlag(cmd *cobra.Command, more string) {
	SettingFlag(cmd.Flags(), "model", "model", "the `MODEL`: a ggml file, or the name of a downloaded one"+more)
	_ = cmd.RegisterFlagCompletionFunc("model", func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		names, _ := completeModel(nil, nil, "")
		return names, cobra.ShellCompDirectiveDefault
	})
}

// Report reads the configuration, applies the command's flags, and returns it with the origin of each value.
func (e *Env) Report(cmd *cobra.Command) (configs.Report, error) {
	return e.reportWith(cmd, configs.Options{})
}

// reportWith is like Report but takes options; the command supplies the file, the environment and the flags.
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

// Config is like Report but returns only the configuration.
func (e *Env) Config(cmd *cobra.Command) (configs.Config, error) {
	r, err := e.Report(cmd)
	return r.Config, err
}

// Logger returns a logger that writes to the error output, in the configured format and from the configured level.
func (e *Env) Logger(c configs.Config) *slog.Logger {
	options := &slog.HandlerOptions{Level: c.Log.Level}
	if c.Log.Format == "json" {
		return slog.New(slog.NewJSONHandler(e.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(e.Stderr, options))
}

// TalkLogger returns the logger of interactive commands: it logs only errors unless a level was configured, because such a command prints
// the rest itself.
func (e *Env) TalkLogger(r configs.Report) *slog.Logger {
	c := r.Config
	asked := slices.ContainsFunc(r.Values, func(v configs.Value) bool { return v.Key == "log.level" && v.From.String() != "default" })
	if !asked {
		c.Log.Level = slog.LevelError
	}
	return e.Logger(c)
}
