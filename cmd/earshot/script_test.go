//go:build !race

package main

import (
	"errors"
	"fmt"
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"earshot/models/leaktest"
)

// TestMain makes this test binary serve as the earshot command inside the scripts, and as a decoder where a test runs the
// wiring in its own process.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "decoder" {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	testscript.Main(leakChecked{m}, map[string]func(){
		"earshot": func() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// leakChecked fails the run when a goroutine outlives the tests.
type leakChecked struct{ m *testing.M }

func (l leakChecked) Run() int {
	code := l.m.Run()
	if err := leaktest.Find(); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, "goroutines outlived the tests:", err)
		return 1
	}
	return code
}

// TestScripts runs testdata/script/*.txtar: each is a story of commands as a host would type them, in a folder and with
// a home of its own.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("HOME", e.WorkDir+"/home")
			e.Setenv("ESC", "\x1b")
			e.Setenv("GORACE", os.Getenv("GORACE"))
			return errors.Join(os.Mkdir(e.WorkDir+"/home", 0o700), recordings(e))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "seed": seed, "cut": cut, "occupy": occupy, "nowhere": nowhere, "hookserver": hookserver,
		},
	})
}

// exits runs a command and demands its exit code: exits 2 earshot verson. Its output is there for stdout and stderr.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND…")
	}
	code := "0"
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		code = exitText(err)
	}
	if code != args[0] {
		ts.Fatalf("%v ended with %s, want %s", args[1:], code, args[0])
	}
}

func exitText(err error) string {
	type coder interface{ ExitCode() int }
	if c, ok := err.(coder); ok {
		return string(rune('0' + c.ExitCode()))
	}
	return err.Error()
}
