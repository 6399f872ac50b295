//go:build !race

package archtest

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// permissive are the licences that a part of an Apache-2.0 program may have, each with words that only its text has.
var permissive = map[string]string{
	"Apache-2.0":      "Apache License Version 2.0",
	"BSD":             "Redistribution and use in source and binary forms, with or without modification, are permitted",
	"CC0-1.0":         "CC0 1.0 Universal",
	"ISC":             "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee",
	"ISC (old)":       "Permission to use, copy, modify, and distribute this software for any purpose with or without fee",
	"MIT":             "Permission is hereby granted, free of charge, to any person obtaining a copy",
	"MPL-2.0":         "Mozilla Public License Version 2.0",
	"MPL-2.0 (short)": "Mozilla Public License, version 2.0",
	"Unlicense":       "This is free and unencumbered software released into the public domain",
}

// demanding are words of licences that ask more of the whole program than their text beside it.
var demanding = regexp.MustCompile(
	`(?i)GNU (Lesser |Affero |Library )?General Public|\bA?L?GPL|Server Side Public License|Business Source License|Commons Clause`,
)

// licence names what a text allows; "" is a text that nobody has looked at, or one that demands too much.
func licence(text string) string {
	text = strings.Join(strings.Fields(strings.ReplaceAll(text, ">", "")), " ") // some quote it
	for name, words := range permissive {
		// MPL-2.0 names the GPL as another choice
		if strings.Contains(strings.ToLower(text), strings.ToLower(words)) && (!demanding.MatchString(text) || strings.HasPrefix(name, "MPL")) {
			return name
		}
	}
	return ""
}

func TestLicenceOfAText(t *testing.T) {
	for text, want := range map[string]string{
		"                                 Apache License\n                           Version 2.0, January 2004": "Apache-2.0",
		"Permission is hereby granted, free\nof charge, to any person obtaining a copy":                         "MIT",
		"GNU GENERAL PUBLIC LICENSE Version 3":                                                                  "",
		"Permission is hereby granted, free of charge, to any person obtaining a copy, or under the GPL":        "",
		"All rights reserved": "",
	} {
		if got := licence(text); got != want {
			t.Errorf("%.40q: %q, want %q", text, got, want)
		}
	}
}

// TestLicencesOfModules holds every Go module that the program links, or that its tests use, to permissive licences.
func TestLicencesOfModules(t *testing.T) {
	if testing.Short() {
		t.Skip("asks the go command about every package")
	}
	cmd := exec.CommandContext(
		t.Context(), "go", "list", "-deps", "-test", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Dir}}{{end}}{{end}}", "./...",
	)
	cmd.Dir = "../../../.."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := slices.Compact(slices.Sorted(strings.Lines(string(out))))
	if len(modules) < 40 {
		t.Errorf("only %d modules were looked at", len(modules))
	}
	for _, m := range modules {
		name, dir, _ := strings.Cut(strings.TrimSpace(m), "\t")
		files := licenceFiles(t, dir)
		if name != "" && len(files) == 0 {
			t.Errorf("%s has no licence file", name)
		}
		for _, f := range files {
			if name == "kernel.org/pub/linux/libs/security/libcap/psx" {
				continue // BSD-3-Clause or GPL-2.0, as one likes
			}
			if text, err := os.ReadFile(f); err != nil || licence(string(text)) == "" {
				t.Errorf("%s: the licence in %s is not known to be permissive (%v)", name, filepath.Base(f), err)
			}
		}
	}
}

func licenceFiles(t *testing.T, dir string) (files []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if name := strings.ToUpper(e.Name()); !e.IsDir() && !strings.HasSuffix(name, ".GO") &&
			(strings.HasPrefix(name, "LICEN") || strings.HasPrefix(name, "COPYING")) {
			files = append(files, filepath.Join(dir, e.Name()))
		}
	}
	return files
}

// TestLicencesOfBrowserTools holds what the tests of the pages run with, and what comes with it, to the same licences.
func TestLicencesOfBrowserTools(t *testing.T) {
	var found int
	err := filepath.WalkDir("../../../../build/browser/node_modules/", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.Name() != "package.json" {
			return err
		}
		data, err := os.ReadFile(path)
		var p struct{ Name, Version, License string }
		if err != nil || json.Unmarshal(data, &p) != nil || p.Version == "" {
			return err // a package.json without a version only tells Node how to read a folder
		}
		found++
		if !slices.Contains([]string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MPL-2.0"}, p.License) {
			t.Errorf("%s has the licence %q", p.Name, p.License)
		}
		return nil
	})
	switch {
	case errors.Is(err, fs.ErrNotExist):
		t.Skip("the browser's modules are not here (scripts/deps.sh --tests)")
	case err != nil || found == 0:
		t.Errorf("%d packages, %v", found, err)
	}
}

// bundled are the packages whose libraries a bundle has beside the program, with words of the terms they come under. Those
// of the C library and of GCC are loaded, never linked in, and may be replaced by whoever has the bundle.
var bundled = map[string]string{
	"gcc-*-base":               "GCC RUNTIME LIBRARY EXCEPTION",
	"libc-gconv-modules-extra": "LGPL-2.1+",
	"libc6":                    "LGPL-2.1+",
	"libgcc-s1":                "GCC RUNTIME LIBRARY EXCEPTION",
	"libgfortran5":             "GCC RUNTIME LIBRARY EXCEPTION",
	"libggml*":                 "License: Expat",
	"libgomp1":                 "GCC RUNTIME LIBRARY EXCEPTION",
	"libopenblas0-serial":      "License: BSD-3-clause",
	"libquadmath0":             "GCC RUNTIME LIBRARY EXCEPTION",
	"libstdc++6":               "GCC RUNTIME LIBRARY EXCEPTION",
	"libwhisper*":              "Expat",
}

func TestLicencesOfBundledLibraries(t *testing.T) {
	files, _ := filepath.Glob("../../../../build/prefix/usr/share/doc/*/copyright")
	if len(files) == 0 {
		t.Skip("the libraries are the system's own here: a bundle has none that it does not have")
	}
	for _, f := range files {
		name := filepath.Base(filepath.Dir(f))
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		known := false
		for pattern, terms := range bundled {
			if ok, _ := filepath.Match(pattern, name); ok {
				known = true
				if !strings.Contains(strings.ToUpper(string(text)), strings.ToUpper(terms)) {
					t.Errorf("%s does not come under %q any more", name, terms)
				}
			}
		}
		if !known {
			t.Errorf("nobody has looked at the licence of %s", name)
		}
	}
}
