package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// systemWords maps errno values to texts for people, where the system's own text is meant for programmers.
var systemWords = map[syscall.Errno]string{
	syscall.ENOENT:       "no such file or folder",
	syscall.EACCES:       "no permission",
	syscall.EPERM:        "not permitted",
	syscall.EROFS:        "the file system is read-only",
	syscall.ENOSPC:       "the disk is full",
	syscall.EDQUOT:       "the disk quota is used up",
	syscall.EFBIG:        "the file would be larger than allowed",
	syscall.EISDIR:       "it is a folder, not a file",
	syscall.ENOTDIR:      "a part of the path is a file, not a folder",
	syscall.ENAMETOOLONG: "the name is too long",
	syscall.ELOOP:        "it is a symbolic link that must not be followed, or one that leads back to itself",
	syscall.EMFILE:       "too many files are open",
	syscall.EIO:          "the disk reports an error",
}

// cutOff is what people read when a file or a response ends prematurely.
const cutOff = "it ends too early"

// plainWords rewords the parts of an error's text that come from the operating system or Go's standard library for people, and drops the
// names of system calls and functions.
func plainWords(text string, err error) string {
	for _, e := range causes(err) {
		switch e := e.(type) { //nolint:errorlint // each cause is looked at by itself
		case *fs.PathError:
			text = replace(text, e, at(e.Path, e.Err))
			text = strings.ReplaceAll(text, e.Path+": "+e.Path+": ", e.Path+": ")
		case *os.LinkError:
			text = replace(text, e, at(e.New, e.Err))
		case *os.SyscallError:
			text = replace(text, e, e.Err.Error())
		case *url.Error:
			text = replace(text, e, e.Err.Error())
		case *net.OpError:
			text = replace(text, e, dialled(e))
		case *net.DNSError:
			text = replace(text, e, unknownHost(e))
		case *strconv.NumError:
			text = replace(text, e, numberText(e))
		}
	}
	for no, words := range systemWords { // some errors were formatted into a text and are no longer in the chain
		text = strings.ReplaceAll(text, ": "+no.Error(), ": "+words)
	}
	text = strings.ReplaceAll(text, ": "+fs.ErrNotExist.Error(), ": "+systemWords[syscall.ENOENT])
	text = strings.ReplaceAll(text, ": "+io.ErrUnexpectedEOF.Error(), ": "+cutOff)
	for _, of := range []string{"time: invalid duration ", "time: unknown unit ", "time: missing unit in duration "} {
		text = strings.ReplaceAll(text, of, "not a duration such as 90s, 5m or 1h: ")
	}
	return text
}

func replace(text string, err error, words string) string {
	return strings.ReplaceAll(text, err.Error(), words)
}

// causes returns an error and everything it wraps, outermost first.
func causes(err error) []error {
	if err == nil {
		return nil
	}
	out := []error{err}
	switch e := err.(type) { //nolint:errorlint // this is what goes through the chain
	case interface{ Unwrap() error }:
		out = append(out, causes(e.Unwrap())...)
	case interface{ Unwrap() []error }:
		for _, one := range e.Unwrap() {
			out = append(out, causes(one)...)
		}
	}
	return out
}

// at puts a file's name before what happened to it: the name that people gave, not the name of its temporary .part file.
func at(path string, err error) string {
	if path == "" {
		return err.Error()
	}
	return strings.TrimSuffix(path, ".part") + ": " + err.Error()
}

// dialled is a failed connection, without the names of Go's functions and networks.
func dialled(e *net.OpError) string {
	if e.Addr == nil {
		return e.Err.Error()
	}
	return e.Addr.String() + ": " + e.Err.Error()
}

func unknownHost(e *net.DNSError) string {
	if e.IsNotFound {
		return "there is no host " + e.Name
	}
	return "the name of host " + e.Name + " could not be looked up"
}

func numberText(e *strconv.NumError) string {
	switch {
	case errors.Is(e.Err, strconv.ErrRange):
		return strconv.Quote(e.Num) + " is too large or too small"
	case e.Func == "ParseBool":
		return strconv.Quote(e.Num) + " is neither true nor false"
	case e.Func == "ParseFloat":
		return strconv.Quote(e.Num) + " is not a number"
	}
	return strconv.Quote(e.Num) + " is not a whole number"
}

// faultHint returns what to do about a file system error that came without a hint, or "" for any other error.
func faultHint(err error) string {
	path := faultPath(err)
	is := func(no syscall.Errno) bool { return errors.Is(err, no) }
	switch {
	case is(syscall.ENOENT) && path != "" && !isFolder(filepath.Dir(path)):
		return fmt.Sprintf("there is no folder %s: make it first, or check the path", filepath.Dir(path))
	case is(syscall.EACCES), is(syscall.EPERM):
		return fmt.Sprintf("user %d has no right to it: change the owner or mode of the file and its folder, or choose another", os.Getuid())
	case is(syscall.EROFS):
		return "choose a folder on a file system that may be written to"
	case is(syscall.ENOSPC), is(syscall.EDQUOT), is(syscall.EFBIG):
		return "make room, or choose a folder on another disk"
	case is(syscall.EISDIR):
		return "name a file, not a folder"
	case errors.Is(err, io.ErrUnexpectedEOF):
		return "the file is incomplete: copy it again, or make it again"
	case path != "", is(syscall.ENOENT), is(syscall.ENOTDIR):
		return "check the path"
	}
	return ""
}

// faultPath returns the file or folder that the system call failed on, or "".
func faultPath(err error) string {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Path
	case errors.As(err, &link):
		return link.New
	}
	return ""
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
