package rules

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"earshot/cmd/earshot/cli"
	"earshot/cmd/earshot/terminal"
	"earshot/models"
	"earshot/moderation/engine"
)

// tryFlags holds the flags of "rules try".
type tryFlags struct {
	text                []string
	by                  string
	wordP               float64
	batch, asJSON, show bool
}

func newRulesTry(env *cli.Env) *cobra.Command {
	var f tryFlags
	cmd := &cobra.Command{
		Use:   "try FILE...",
		Short: "Show how rules judge a sentence, and why",
		Long: `Judges a sentence as if somebody had said it: which rules flag it, on which words, what keeps a verdict from acting, and why the
other rules do not fire. Several --text options are successive lines of one speaker.

With --batch every line of standard input is a separate example with one line of output; " | " separates successive lines of one
speaker. If a FILE of labelled lines is given (.jsonl or .csv, in the format of "earshot text-model train"), it is judged instead, and
a table shows the precision of each rule (how many of the lines it flags have the label in its id) and its recall (how many of the
lines with that label it flags).`,
		Example: `  earshot rules try open-mic --text "you are a fool"
  earshot rules try open-mic --text "you are a fool" --by host --json
  earshot rules try my-room.yaml --batch < sentences.txt
  earshot rules try my-room.yaml --batch labelled.jsonl`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			lines, files := labelledFiles(args)
			set, err := f.load(loadOptions(env, cmd), files, lines)
			if err != nil {
				return cli.BadInput(err)
			}
			if len(lines) > 0 {
				return tryLabelled(env, set, lines, f.example, f.asJSON)
			}
			if f.batch {
				return tryBatch(env, set, f)
			}
			return tryOne(env, set, f)
		},
	}
	flags := cmd.Flags()
	flags.StringArrayVar(&f.text, "text", nil, "the `WORDS` that are said; may be repeated")
	flags.StringVar(&f.by, "by", string(models.RoleGuest), "`ROLE` of the speaker")
	flags.Float64Var(&f.wordP, "word-p", 1, "confidence of every word, `0 to 1`")
	flags.BoolVar(&f.batch, "batch", false, "judge every line of standard input, or of files of labelled lines")
	flags.BoolVar(&f.asJSON, "json", false, "JSON: one object, or with --batch one object for each line")
	flags.BoolVar(&f.show, "show", false, "show words from word lists unmasked")
	return cmd
}

// load checks the flags and loads the rules as one set.
func (f tryFlags) load(opts engine.LoadOptions, paths, lines []string) (*engine.Set, error) {
	switch {
	case len(lines) > 0 && !f.batch:
		return nil, models.WithHint(fmt.Errorf("%s is not a rule file", lines[0]), "use --batch with files of labelled lines")
	case len(paths) == 0:
		return nil, errors.New("no rule file was named")
	case f.batch && len(f.text) > 0:
		return nil, errors.New("--text and --batch can't be combined")
	case !f.batch && strings.TrimSpace(strings.Join(f.text, "")) == "":
		return nil, models.WithHint(errors.New("nothing to try"), `give --text "…", or --batch with sentences on standard input`)
	case !(f.wordP >= 0 && f.wordP <= 1):
		return nil, errors.New("--word-p must be between 0 and 1")
	}
	set, err := engine.Load(opts, paths...)
	if err != nil {
		return nil, rulesHint(err)
	}
	_, err = set.Try(engine.Example{By: models.Role(f.by)}) // fails if the role is unknown
	return set, err
}

func (f tryFlags) example(say []string) engine.Example {
	return engine.Example{Say: say, By: models.Role(f.by), WordP: f.wordP, Show: f.show}
}

// tryOne judges one example and explains the result of every rule.
func tryOne(env *cli.Env, set *engine.Set, f tryFlags) error {
	if f.asJSON {
		tried, err := set.Report(f.example(f.text), true)
		if err != nil {
			return cli.BadInput(err)
		}
		return env.JSON(tried)
	}
	verdicts, err := set.Try(f.example(f.text))
	if err != nil {
		return cli.BadInput(err)
	}
	paint := env.Paint()
	for _, v := range verdicts {
		if v.Fired {
			env.Printf("%s  level %s, mode %s  %s\n", paint.Alert("▲ "+v.Rule), v.Level, v.Mode, terminal.Plain(v.Title))
			env.Printf("    %s\n", terminal.Plain(v.Why))
			env.Printf("    %s\n", gatesLine(v.Gates))
			continue
		}
		env.Printf("%s\n", paint.Dim("· "+v.Rule+": "+terminal.Plain(v.WhyNot)))
	}
	return nil
}

// gatesLine describes the gates: whether all were passed, or which were not and why.
func gatesLine(gates []engine.Gate) string {
	var failed []string
	for _, g := range gates {
		if !g.Passed {
			failed = append(failed, g.Name+" ("+g.Why+")")
		}
	}
	if len(failed) == 0 {
		return fmt.Sprintf("all %d gates passed", len(gates))
	}
	return fmt.Sprintf("%d of %d gates passed; not: %s", len(gates)-len(failed), len(gates), strings.Join(failed, ", "))
}

// maxTryLine limits a line of a batch, in bytes.
const maxTryLine = 1 << 20

// tryBatch answers each line of the standard input with one line.
func tryBatch(env *cli.Env, set *engine.Set, f tryFlags) error {
	in := bufio.NewScanner(env.Stdin)
	in.Buffer(nil, maxTryLine)
	out := bufio.NewWriter(env.Stdout)
	line := 0
	for in.Scan() {
		line++
		tried, err := set.Report(f.example(strings.Split(in.Text(), " | ")), false)
		if err != nil {
			return cli.BadInput(err)
		}
		if err := f.answer(out, tried); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil {
		return cli.BadInput(fmt.Errorf("standard input, after line %d: %w", line, err))
	}
	return out.Flush()
}

// answer writes the verdicts on one line of a batch.
func (f tryFlags) answer(out io.Writer, tried engine.Tried) error {
	if f.asJSON {
		return json.NewEncoder(out).Encode(tried)
	}
	var fired []string
	for _, v := range tried.Verdicts {
		fired = append(fired, fmt.Sprintf("%s %s %s", v.Rule, v.Level, v.Mode))
	}
	if len(fired) == 0 {
		fired = []string{"none"}
	}
	_, err := fmt.Fprintln(out, strings.Join(fired, ", "))
	return err
}
