//go:build !race

package main

import (
	"os/exec"
	"strings"
	"testing"
)

// Fault 39: what was fetched is what go.sum says, and no build may change what is required.
func TestFault39ModulesAreThoseOfTheSums(t *testing.T) {
	if testing.Short() {
		t.Skip("reads all modules")
	}
	for command, want := range map[string]string{
		"mod verify": "all modules verified",
		"list -mod=readonly -m -f {{.Path}}{{if(.Replace)}}=>{{end}} all": "github.com/pion/webrtc/v3",
	} {
		cmd := exec.CommandContext(t.Context(), "go", strings.Fields(command)...)
		cmd.Dir = "../.."
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), want) || strings.Contains(string(out), "=>") {
			t.Errorf("go %s: %v\n%s", command, err, out)
		}
	}
}
