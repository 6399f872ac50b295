//go:build !race

package clustertest

import (
	"fmt"
	"os"
	"testing"

	"earshot/cmd/earshot/internal/programtest"
)

// TestMain removes the program that the tests built.
func TestMain(m *testing.M) {
	code := m.Run()
	if err := programtest.Remove(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}
