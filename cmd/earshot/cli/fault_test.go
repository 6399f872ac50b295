package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"earshot/models"
)

func TestErrorsOfTheSystemInPlainWords(t *testing.T) {
	dir := t.TempDir()
	path := func(no error) error { return &fs.PathError{Op: "openat", Path: dir + "/b.db.part", Err: no} }
	_, number := strconv.Atoi("x")
	_, large := strconv.Atoi("99999999999999999999")
	for name, c := range map[string]struct {
		err        error
		text, hint string
	}{
		"missing file": {path(syscall.ENOENT), dir + "/b.db: no such file or folder", "check the path"},
		"missing folder": {
			&fs.PathError{Op: "open", Path: dir + "/none/b.db", Err: syscall.ENOENT}, dir + "/none/b.db: no such file or folder",
			"there is no folder " + dir + "/none",
		},
		"no right": {
			path(syscall.EACCES), dir + "/b.db: no permission", fmt.Sprintf("user %d has no right to it", os.Getuid()),
		},
		"read-only": {path(syscall.EROFS), dir + "/b.db: the file system is read-only", "that may be written to"},
		"full":      {path(syscall.ENOSPC), dir + "/b.db: the disk is full", "make room"},
		"folder":    {path(syscall.EISDIR), dir + "/b.db: it is a folder, not a file", "name a file"},
		"file as folder": {
			path(errors.New("not a directory")), dir + "/b.db: a part of the path is a file, not a folder", "check the path",
		},
		"link":     {&os.LinkError{Op: "rename", Old: "a", New: dir, Err: syscall.EROFS}, dir + ": the file system is read-only", "written to"},
		"call":     {os.NewSyscallError("mkdirat", syscall.EIO), "it failed: the disk reports an error", ""},
		"text":     {fmt.Errorf("b.yaml: %v", syscall.EISDIR), "b.yaml: it is a folder, not a file", ""}, //nolint:errorlint // as others do
		"twice":    {fmt.Errorf("%s: %w", "b.db", &fs.PathError{Op: "stat", Path: "b.db", Err: syscall.EACCES}), "b.db: no permission", "user"},
		"joined":   {errors.Join(path(syscall.EROFS), io.EOF), "b.db: the file system is read-only", "written to"},
		"cut off":  {fmt.Errorf("a.zip: %w", io.ErrUnexpectedEOF), "a.zip: it ends too early", "incomplete"},
		"number":   {number, `it failed: "x" is not a whole number`, ""},
		"large":    {large, "is too large or too small", ""},
		"duration": {errors.New(`time: invalid duration "x"`), `not a duration such as 90s, 5m or 1h: "x"`, ""},
		"no host": {
			&url.Error{Op: "Get", URL: "https://a.example/x", Err: &net.OpError{
				Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "a.example", Server: "10.0.0.1:53", IsNotFound: true},
			}}, "it failed: there is no host a.example", "",
		},
		"refused": {
			&net.OpError{
				Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(10, 0, 0, 1), Port: 443},
				Err: os.NewSyscallError("connect", syscall.ECONNREFUSED),
			}, "it failed: 10.0.0.1:443: connection refused", "",
		},
		"own hint": {models.WithHint(path(syscall.ENOENT), "look there"), "no such file or folder", "look there"},
		"another":  {errors.New("no room"), "it failed: no room", ""},
	} {
		t.Run(name, func(t *testing.T) {
			err := fmt.Errorf("it failed: %w", c.err)
			if got := sentence(err); !strings.Contains(got, c.text) || strings.Contains(got, "openat") || strings.Contains(got, ".part") {
				t.Errorf("got %q, want %q", got, c.text)
			}
			if got := hintOf(err); !strings.Contains(got, c.hint) || c.hint == "" && got != "" {
				t.Errorf("hint %q, want %q", got, c.hint)
			}
		})
	}
}
