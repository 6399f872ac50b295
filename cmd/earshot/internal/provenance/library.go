package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
)

// library is a file of a bundle and the Debian package that it comes from. What is not known of the package is "".
type library struct {
	file, pkg, version, arch string
	sum                      string // SHA-256 of the package
}

// readLibraries reads what scripts/bundle.sh noted: a head, then a line a file.
func readLibraries(name string) (out []library, err error) {
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	n := 0
	for line := range strings.Lines(string(text)) {
		if n++; n == 1 {
			continue
		}
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(f) < 1 || f[0] == "" || len(f) > 5 {
			return nil, fmt.Errorf("%s:%d: want file, package, version, architecture and SHA-256", name, n)
		}
		f = append(f, make([]string, 5-len(f))...)
		out = append(out, library{file: f[0], pkg: f[1], version: f[2], arch: f[3], sum: f[4]})
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s names no library", name)
	}
	return out, nil
}

// purl is the package's address (https://github.com/package-url/purl-spec), "" where it is not known.
func (l library) purl() string {
	if l.pkg == "" {
		return ""
	}
	return "pkg:deb/debian/" + url.PathEscape(l.pkg) + "@" + url.QueryEscape(l.version) + "?arch=" + url.QueryEscape(l.arch)
}

// sha256Of is the sum of a file's bytes, in hexadecimal digits.
func sha256Of(name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
