package main

import (
	"cmp"
	"context"
	"debug/buildinfo"
	"fmt"
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// bom is a bill of materials: the parts of CycloneDX 1.5 that are used here.
type bom struct {
	Format       string       `json:"bomFormat"`
	Spec         string       `json:"specVersion"`
	Version      int          `json:"version"`
	Metadata     metadata     `json:"metadata"`
	Components   []component  `json:"components"`
	Dependencies []dependency `json:"dependencies"`
}

type metadata struct {
	Component component `json:"component"`
}

type component struct {
	Type       string     `json:"type"`
	Ref        string     `json:"bom-ref"`
	Name       string     `json:"name"`
	Version    string     `json:"version,omitempty"`
	Hashes     []hash     `json:"hashes,omitempty"`
	Licenses   []licence  `json:"licenses,omitempty"`
	PURL       string     `json:"purl,omitempty"`
	Properties []property `json:"properties,omitempty"`
}

type hash struct {
	Algorithm string `json:"alg"`
	Content   string `json:"content"`
}

type licence struct {
	Licence struct {
		ID string `json:"id"`
	} `json:"license"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// dependency says what a component needs, by their bom-refs.
type dependency struct {
	Ref       string   `json:"ref"`
	DependsOn []string `json:"dependsOn,omitempty"`
}

const own = "earshot"

// newBOM describes the program "earshot" in a folder, with its libraries beside it.
func newBOM(version, folder string, libraries []library) (bom, error) {
	program := filepath.Join(folder, own)
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return bom{}, fmt.Errorf("%s: %w", program, err)
	}
	sum, err := sha256Of(program)
	if err != nil {
		return bom{}, err
	}
	self := component{
		Type: "application", Ref: own, Name: own, Version: version, Hashes: []hash{{"SHA-256", sum}}, Licenses: make([]licence, 1),
	}
	self.Licenses[0].Licence.ID = "Apache-2.0"
	modules := map[string]string{own: own} // references by module path
	out := bom{Format: "CycloneDX", Spec: "1.5", Version: 1, Metadata: metadata{self}}
	for _, m := range info.Deps {
		ref := "pkg:golang/" + m.Path + "@" + m.Version
		modules[m.Path] = ref
		out.Components = append(out.Components, component{
			Type: "library", Ref: ref, Name: m.Path, Version: m.Version, PURL: ref, Properties: []property{{"go.sum", m.Sum}},
		})
	}
	std := "pkg:golang/std@" + strings.TrimPrefix(info.GoVersion, "go")
	out.Components = append(
		out.Components, component{Type: "library", Ref: std, Name: "std", Version: strings.TrimPrefix(info.GoVersion, "go"), PURL: std},
	)
	needs := []string{std}
	for _, l := range libraries {
		sum, err := sha256Of(filepath.Join(folder, l.file))
		if err != nil {
			return bom{}, err
		}
		out.Components = append(out.Components, component{
			Type: "library", Ref: "file:" + l.file, Name: cmp.Or(l.pkg, l.file), Version: l.version, PURL: l.purl(),
			Hashes: []hash{{"SHA-256", sum}}, Properties: []property{{"file", l.file}},
		})
		needs = append(needs, "file:"+l.file)
	}
	out.Dependencies, err = graph(modules, needs)
	return out, err
}

// graph is the module graph between the modules of a program; what the program itself needs besides is given.
func graph(modules map[string]string, needs []string) ([]dependency, error) {
	text, err := exec.CommandContext(context.Background(), "go", "mod", "graph").Output()
	if err != nil {
		return nil, fmt.Errorf("go mod graph: %w", err)
	}
	edges := map[string]map[string]bool{own: {}}
	for _, n := range needs {
		edges[own][n] = true
	}
	for line := range strings.Lines(string(text)) {
		from, to, _ := strings.Cut(strings.TrimSpace(line), " ")
		from, to = modules[path(from)], modules[path(to)]
		if from == "" || to == "" { // not in the program
			continue
		}
		if edges[from] == nil {
			edges[from] = map[string]bool{}
		}
		edges[from][to] = true
	}
	var out []dependency
	for _, ref := range slices.Sorted(maps.Keys(edges)) {
		out = append(out, dependency{ref, slices.Sorted(maps.Keys(edges[ref]))})
	}
	return out, nil
}

// path is the module of "module@version".
func path(module string) string {
	p, _, _ := strings.Cut(module, "@")
	return p
}
