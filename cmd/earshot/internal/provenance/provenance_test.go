package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const tsv = "file\tpackage\tversion\tarchitecture\tSHA-256 of the package\n" +
	"libx.so.1\tlibx1\t1.2+b1\tamd64\tabc\nggml/b/liby.so\tliby\t3:4\tamd64\tdef\nlibx-2.so\tlibx1\t1.2+b1\tamd64\tabc\nown.so\t\t\t\t\n"

// bundle is a folder as scripts/bundle.sh lays it, with this test as the program.
func bundle(t *testing.T) (folder, packages string) {
	t.Helper()
	folder = t.TempDir()
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Skip("no program of Go to look at: ", err)
	}
	packages = filepath.Join(folder, "packages.tsv")
	for name, data := range map[string][]byte{
		"earshot": self, "packages.tsv": []byte(tsv), "libx.so.1": []byte("x"), "ggml/b/liby.so": []byte("y"), "libx-2.so": []byte("x2"),
		"own.so": nil,
	} {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder, packages
}

func TestContents(t *testing.T) {
	t.Parallel()
	folder, packages := bundle(t)
	var b bom
	printed(t, &b, "contents", "--version", "1.0", folder, packages)
	if b.Format != "CycloneDX" || b.Metadata.Component.Version != "1.0" || len(b.Metadata.Component.Hashes) != 1 {
		t.Errorf("the head is %+v", b.Metadata)
	}
	refs := []string{b.Metadata.Component.Ref}
	for _, c := range b.Components {
		if slices.Contains(refs, c.Ref) {
			t.Errorf("%s is there twice", c.Ref)
		}
		refs = append(refs, c.Ref)
	}
	for ref, purl := range map[string]string{
		"file:libx.so.1": "pkg:deb/debian/libx1@1.2%2Bb1?arch=amd64", "file:ggml/b/liby.so": "pkg:deb/debian/liby@3%3A4?arch=amd64",
		"file:own.so": "",
	} {
		i := slices.IndexFunc(b.Components, func(c component) bool { return c.Ref == ref })
		if i < 0 || b.Components[i].PURL != purl || len(b.Components[i].Hashes) != 1 {
			t.Errorf("%s is not there as %q: %+v", ref, purl, b.Components)
		}
	}
	for _, d := range b.Dependencies {
		for _, ref := range append(d.DependsOn, d.Ref) {
			if !slices.Contains(refs, ref) {
				t.Errorf("a dependency names %s, which is no component", ref)
			}
		}
	}
}

func TestStatement(t *testing.T) {
	t.Parallel()
	folder, packages := bundle(t)
	var s inToto
	args := []string{
		"statement", "--version", "1.0", "--commit", "c0ffee", "--source", "https://example.org/earshot", "--compiler", "gcc 12", "--sums",
		packages,
		"--libraries", packages, "--libraries", packages, "--", filepath.Join(folder, "libx.so.1"),
	}
	printed(t, &s, args...)
	const x = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881" // printf x | sha256sum
	if len(s.Subject) != 1 || s.Subject[0].Name != "libx.so.1" || s.Subject[0].Digest["sha256"] != x {
		t.Errorf("the subject is %+v", s.Subject)
	}
	d := s.Predicate.Definition
	if d.External["version"] != "1.0" || len(d.Internal.Compilers) != 1 || s.Predicate.Run.Builder.ID != unnamed {
		t.Errorf("the definition is %+v, the builder %q", d, s.Predicate.Run.Builder.ID)
	}
	if got := d.Resolved[0]; got.Digest["gitCommit"] != "c0ffee" || got.URI != "git+https://example.org/earshot@c0ffee" {
		t.Errorf("the source is %+v", got)
	}
	if len(d.Resolved) != 4 || d.Resolved[2].Digest["sha256"] != "abc" { // source, go.sum, two packages
		t.Errorf("it was made of %+v", d.Resolved)
	}
	var again bytes.Buffer
	first := printed(t, &s, args...)
	if err := run(args, &again); err != nil || again.String() != first {
		t.Errorf("%v, or the same files give another statement", err)
	}
}

func TestWhatIsNoListIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "head\n", "head\n\tpackage\n", "head\na\tb\tc\td\te\tf\n"} {
		path := filepath.Join(t.TempDir(), "packages.tsv")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readLibraries(path); err == nil || !strings.Contains(err.Error(), "packages.tsv") {
			t.Errorf("%q: %v", text, err)
		}
	}
	if run([]string{"statement", "--version", "1", "--sums", "x"}, nil) == nil || run([]string{"other"}, nil) == nil {
		t.Error("nonsense was taken")
	}
}

// printed is what the program prints, also read into v.
func printed(t *testing.T, v any, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	if err := run(args, &out); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), v); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
