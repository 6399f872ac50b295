// Command provenance says in JSON what a release is made of and how: "contents" prints the modules and libraries of a program as
// CycloneDX 1.5 (https://cyclonedx.org/docs/1.5/json/), "statement" how files were built as an in-toto statement with SLSA
// provenance (https://slsa.dev/spec/v1.0/provenance). Both print the same bytes for the same input. scripts/dist.sh runs it.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

const usage = "usage: provenance contents --version V PROGRAM-FOLDER PACKAGES.TSV | provenance statement [flags] -- FILE…"

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "provenance:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	if len(args) == 0 {
		return errors.New(usage)
	}
	var printed any
	var err error
	switch args[0] {
	case "contents":
		printed, err = contents(args[1:])
	case "statement":
		printed, err = statement(args[1:])
	default:
		err = errors.New(usage)
	}
	if err != nil {
		return err
	}
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(printed)
}

func contents(args []string) (any, error) {
	flags := flag.NewFlagSet("contents", flag.ContinueOnError)
	version := flags.String("version", "", "`VERSION` of the program")
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() != 2 || *version == "" {
		return nil, errors.New(usage)
	}
	libraries, err := readLibraries(flags.Arg(1))
	if err != nil {
		return nil, err
	}
	return newBOM(*version, flags.Arg(0), libraries)
}

func statement(args []string) (any, error) {
	flags := flag.NewFlagSet("statement", flag.ContinueOnError)
	var b build
	flags.StringVar(&b.version, "version", "", "`VERSION` that was built")
	flags.StringVar(&b.commit, "commit", "", "git `COMMIT` of the source")
	flags.StringVar(&b.source, "source", "", "`URL` of the source's repository")
	flags.StringVar(&b.builder, "builder", "", "`URI` that names who built it")
	flags.StringVar(&b.sums, "sums", "", "go.sum, as a `FILE`")
	flags.Func("compiler", "C `COMPILERS`, one a line", func(s string) error {
		b.compilers = strings.Split(s, "\n")
		return nil
	})
	flags.Func("libraries", "packages.tsv of a bundle, as a `FILE`", func(name string) error {
		found, err := readLibraries(name)
		b.libraries = append(b.libraries, found...)
		return err
	})
	if err := flags.Parse(args); err != nil {
		return nil, err
	}
	if flags.NArg() == 0 || b.version == "" || b.sums == "" {
		return nil, errors.New(usage)
	}
	return newStatement(b, flags.Args())
}
