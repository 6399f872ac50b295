package main

import (
	"cmp"
	"path/filepath"
	"runtime"
	"slices"
)

// build is what is said of how files were made.
type build struct {
	version, commit, source, builder string
	sums                             string // go.sum
	compilers                        []string
	libraries                        []library
}

// inToto is a statement (https://in-toto.io/Statement/v1) with SLSA provenance 1.0 as its predicate.
type inToto struct {
	Type          string       `json:"_type"`
	Subject       []descriptor `json:"subject"`
	PredicateType string       `json:"predicateType"`
	Predicate     predicate    `json:"predicate"`
}

// descriptor names something by what it is called, where it is, or what its bytes are.
type descriptor struct {
	Name   string            `json:"name,omitempty"`
	URI    string            `json:"uri,omitempty"`
	Digest map[string]string `json:"digest,omitempty"`
}

type predicate struct {
	Definition definition `json:"buildDefinition"`
	Run        runDetails `json:"runDetails"`
}

type definition struct {
	Type     string            `json:"buildType"`
	External map[string]string `json:"externalParameters"`
	Internal internal          `json:"internalParameters"`
	Resolved []descriptor      `json:"resolvedDependencies"`
}

type internal struct {
	Go        string   `json:"go"`
	Compilers []string `json:"compilers,omitempty"`
}

type runDetails struct {
	Builder struct {
		ID string `json:"id"`
	} `json:"builder"`
}

// unnamed is the builder where nobody is named: somebody who ran make dist. Nothing more may be concluded from it.
const unnamed = "urn:earshot:make-dist"

// newStatement says of files how they were built. When is not said: it would make two builds differ.
func newStatement(b build, files []string) (inToto, error) {
	out := inToto{Type: "https://in-toto.io/Statement/v1", PredicateType: "https://slsa.dev/provenance/v1"}
	for _, f := range files {
		sum, err := sha256Of(f)
		if err != nil {
			return inToto{}, err
		}
		out.Subject = append(out.Subject, descriptor{Name: filepath.Base(f), Digest: map[string]string{"sha256": sum}})
	}
	sums, err := sha256Of(b.sums)
	if err != nil {
		return inToto{}, err
	}
	d := &out.Predicate.Definition
	d.Type = "urn:earshot:make-dist/v1"
	d.External = map[string]string{"version": b.version}
	if b.source != "" {
		d.External["source"] = b.source
	}
	d.Internal = internal{Go: runtime.Version(), Compilers: b.compilers}
	d.Resolved = append(source(b), descriptor{Name: "go.sum", Digest: map[string]string{"sha256": sums}})
	d.Resolved = append(d.Resolved, packages(b.libraries)...)
	out.Predicate.Run.Builder.ID = cmp.Or(b.builder, unnamed)
	return out, nil
}

// source is the commit that was built, if it is known.
func source(b build) []descriptor {
	if b.commit == "" {
		return nil
	}
	d := descriptor{Name: "source", Digest: map[string]string{"gitCommit": b.commit}}
	if b.source != "" {
		d.URI = "git+" + b.source + "@" + b.commit
	}
	return []descriptor{d}
}

// packages are the Debian packages that libraries come from, each once.
func packages(libraries []library) (out []descriptor) {
	for _, l := range libraries {
		d := descriptor{URI: l.purl()}
		if d.URI == "" || slices.ContainsFunc(out, func(o descriptor) bool { return o.URI == d.URI }) {
			continue
		}
		if l.sum != "" {
			d.Digest = map[string]string{"sha256": l.sum}
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b descriptor) int { return cmp.Compare(a.URI, b.URI) })
	return out
}
