package main

import (
	"fmt"
	"os"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"earshot/cmd/earshot/cli"
	"earshot/models"
)

// newManCommand writes the manual pages from the same texts as the help. Packages ship what it writes.
func newManCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "man FOLDER",
		Short: "Write the manual pages into a folder",
		Long: `Writes a manual page for every command into an existing folder: earshot.1, earshot-serve.1 and so on. The packages include
them; for a copy that you built yourself, put them where "man" looks.`,
		Example: "  earshot man ~/.local/share/man/man1",
		Args:    cobra.ExactArgs(1),
		Hidden:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			info, err := os.Stat(args[0])
			if err == nil && !info.IsDir() {
				err = fmt.Errorf("%s: %w", args[0], syscall.ENOTDIR)
			}
			if err != nil {
				return cli.BadInput(models.WithHint(err, "name a folder that exists"))
			}
			root := cmd.Root()
			root.DisableAutoGenTag = true // the same pages from the same source
			header := &doc.GenManHeader{Section: "1", Source: "Earshot " + cmd.Root().Version, Manual: "Earshot"}
			return doc.GenManTree(root, header, args[0])
		},
	}
}
